"""Which agents have their page open, and whether it shows that a look is on.

The page answers at least every 5 s, and while an indicator is up it says so at least every 4 s. What was not
said for 10 s is not so: then the page counts as closed, and the indicator as down.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from atdesk_core.runtime.pages.taking import Taken
from atdesk_sdk import Notice

ANSWER_S: Final = 10.0
"""So many seconds an answer of the page is good for."""


class Screen(Protocol):
    """One open page of one agent. Nothing here waits, `notify` aside, and nothing raises but what it says."""

    def look_begins(self, look_id: str, source: str, reason: str) -> None:
        """Put the indicator up, then say so with `Attachment.shown`.

        Args:
            look_id: Of the look.
            source: "meeting", or "page" for the camera of this very page.
            reason: A `LookReason`.
        """
        ...

    def look_ends(self, look_id: str) -> None:
        """Take the indicator of this look down; one that is not up is no matter."""
        ...

    async def notify(self, notice: Notice) -> None:
        """Show a notice; returns once the page says that it is there.

        Raises:
            GiveUp: The page went away, or does not say it.
        """
        ...

    def superseded(self) -> None:
        """The same agent has taken up another page after this one: this one is over."""
        ...


@dataclass(slots=True)
class _Look:
    """A look that is on, and whether the page shows it."""

    look_id: str
    source: str
    reason: str
    shown_at: float | None = None
    up: asyncio.Event = field(default_factory=asyncio.Event)


class Attachment:
    """One page that is open, from `Screens.attach` to `detach`. While another page has its place it is mute.

    Args:
        screens: Where it is attached.
        agent_id: Whose page.
        screen: The page.
        taken: When the person took it up.
        answered_at: When it answered last, engine's clock.
    """

    def __init__(
        self, screens: "Screens", agent_id: str, screen: Screen, taken: Taken, answered_at: float
    ) -> None:
        self.agent_id, self.screen, self.taken, self.answered_at = agent_id, screen, taken, answered_at
        self._screens = screens

    @property
    def stands(self) -> bool:
        """Whether this is the one page of its agent that shows looks."""
        return self._screens.stands(self)

    def alive(self) -> None:
        """The page answered. Call it at every heartbeat."""
        self._screens.heard(self)

    def shown(self, look_id: str) -> None:
        """The page says that the indicator of this look is up; that is an answer, too."""
        self._screens.heard(self, look_id)

    def detach(self) -> None:
        """The page is gone. Twice is fine."""
        self._screens.detach(self)


class Screens:
    """The open pages, at most one of each agent: the one that the person took up last supersedes the others.

    Args:
        now: Engine's clock.
        on_change: Called with an agent whose page began to answer again, or was closed.
    """

    def __init__(
        self, now: Callable[[], float], on_change: Callable[[str], None] = lambda _agent_id: None
    ) -> None:
        self._now = now
        self._on_change = on_change
        self._attached: dict[str, Attachment] = {}
        self._looks: dict[str, dict[str, _Look]] = {}

    # ---- what the page does ------------------------------------------------------------------------------

    def attach(self, agent_id: str, screen: Screen, taken: Taken) -> Attachment:
        """An agent's page has opened and proved whose it is; that counts as an answer.

        Where two are open one of them is superseded: it may be this one, if it was long on its way.
        """
        older = self._attached.get(agent_id)
        attachment = Attachment(self, agent_id, screen, taken, self._now())
        if older is not None and not taken.stays_before(older.taken):
            screen.superseded()
            return attachment
        self._attached[agent_id] = attachment
        if older is not None:
            older.screen.superseded()
        for look in self._looks_of(agent_id).values():
            look.shown_at = None  # the older page showed it, not this one
            screen.look_begins(look.look_id, look.source, look.reason)
        self._on_change(agent_id)
        return attachment

    def heard(self, attachment: Attachment, look_id: str = "") -> None:
        """See `Attachment.alive` and `Attachment.shown`."""
        agent_id, now = attachment.agent_id, self._now()
        if not self.stands(attachment):
            return
        was_silent = not self.ready(agent_id, now)
        attachment.answered_at = now
        look = self._looks_of(agent_id).get(look_id)
        if look is not None:
            look.shown_at = now
            look.up.set()
        if was_silent:
            self._on_change(agent_id)

    def detach(self, attachment: Attachment) -> None:
        """See `Attachment.detach`."""
        if not self.stands(attachment):
            return
        del self._attached[attachment.agent_id]
        for look in self._looks_of(attachment.agent_id).values():
            look.shown_at = None
        self._on_change(attachment.agent_id)

    # ---- what is asked about it --------------------------------------------------------------------------

    def stands(self, attachment: Attachment) -> bool:
        """See `Attachment.stands`."""
        return self._attached.get(attachment.agent_id) is attachment

    def screen_of(self, agent_id: str) -> Screen | None:
        """The open page of an agent."""
        attachment = self._attached.get(agent_id)
        return attachment.screen if attachment else None

    def answered_at(self, agent_id: str) -> float | None:
        """When the open page of an agent answered last; None while none is open."""
        attachment = self._attached.get(agent_id)
        return attachment.answered_at if attachment else None

    def ready(self, agent_id: str, now: float) -> bool:
        """Whether the agent's page is open and has answered within the last 10 s."""
        answered_at = self.answered_at(agent_id)
        return answered_at is not None and now - answered_at <= ANSWER_S

    @property
    def answering(self) -> int:
        """How many pages are open and have answered within the last 10 s."""
        now = self._now()
        return sum(self.ready(agent_id, now) for agent_id in self._attached)

    def shown(self, agent_id: str, look_id: str, now: float) -> bool:
        """Whether the page said within the last 10 s that the indicator of this look is up."""
        look = self._looks_of(agent_id).get(look_id)
        return look is not None and look.shown_at is not None and now - look.shown_at <= ANSWER_S

    # ---- what the broker does ----------------------------------------------------------------------------

    def begin(self, agent_id: str, look_id: str, source: str, reason: str) -> None:
        """Put the indicator of a look up, where a page is open; one that opens later puts it up, too."""
        look = _Look(look_id, source, reason)
        self._looks.setdefault(agent_id, {})[look_id] = look
        screen = self.screen_of(agent_id)
        if screen is not None:
            screen.look_begins(look_id, source, reason)

    async def wait_shown(self, agent_id: str, look_id: str, within_s: float) -> bool:
        """Wait until the page says that the indicator is up. False: it did not in time."""
        look = self._looks_of(agent_id).get(look_id)
        if look is None or agent_id not in self._attached:
            return False
        try:
            async with asyncio.timeout(within_s):
                await look.up.wait()
        except TimeoutError:
            return False
        return self.shown(agent_id, look_id, self._now())

    def end(self, agent_id: str, look_id: str) -> None:
        """Take the indicator of a look down; of one that is not on, nothing."""
        looks = self._looks_of(agent_id)
        if looks.pop(look_id, None) is None:
            return
        if not looks:
            del self._looks[agent_id]
        screen = self.screen_of(agent_id)
        if screen is not None:
            screen.look_ends(look_id)

    def _looks_of(self, agent_id: str) -> dict[str, _Look]:
        return self._looks.get(agent_id, {})
