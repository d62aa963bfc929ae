"""Everyone whose state is known: events and reads in, `AgentStateChanged` out, each state once."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from atdesk_sdk import (
    AccountRef,
    AdapterEvent,
    AgentState,
    AgentStateChanged,
    Interaction,
    Presence,
    Routing,
)
from atdesk_zoom.picture import LATE_S, Picture
from atdesk_zoom.presence import Shown

#: People who are read and not followed; the oldest falls out.
_STRANGERS = 1000


@dataclass(slots=True)
class Entry:
    """One person. Without an account they are not followed, and nothing is told of them.

    Attributes:
        account: Whose states are told.
        picture: What is known.
        told: What was told last.
        gone: It was told that Zoom has them no more.
        aside_until: Zoom gives no state of them: until a read does, they are unknown, and nobody waits for
            them before this time; engine's clock. None: it does.
    """

    account: AccountRef | None = None
    picture: Picture = field(default_factory=Picture)
    told: AgentState | None = None
    gone: bool = False
    aside_until: float | None = None


class Followed:
    """The people of one Zoom account.

    Args:
        emit: Where states go.
        now: Engine's clock, seconds since the epoch.
        known: The name of a change from before a restart, if what is shown is it: user, key -> name.
    """

    def __init__(
        self,
        emit: Callable[[AdapterEvent], None],
        now: Callable[[], float],
        known: Callable[[str, str], str] = lambda _user, _key: "",
    ) -> None:
        self._emit, self._now, self._known = emit, now, known
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._numbers = itertools.count(int(now() * 1000))

    @property
    def users(self) -> list[str]:
        """Ids of everyone followed."""
        return [user for user, entry in self._entries.items() if entry.account is not None]

    def next_doubtful(self) -> str | None:
        """Somebody who has to be read: whoever is in doubt first, then whoever was never read."""
        open_ = [
            (user, one)
            for user, one in self._entries.items()
            if one.account is not None and not self.is_aside(user)
        ]
        doubtful = (user for user, one in open_ if one.picture.read_again)
        unread = (user for user, one in open_ if one.picture.shown is None)
        return next(doubtful, None) or next(unread, None)

    @property
    def aside(self) -> list[str]:
        """Everyone followed of whom Zoom gives no state."""
        return [user for user in self.users if self._entries[user].aside_until is not None]

    def is_aside(self, user: str) -> bool:
        """Whether it is too early to ask for somebody again."""
        entry = self._entries.get(user)
        return entry is not None and entry.aside_until is not None and self._now() < entry.aside_until

    def set_aside(self, user: str, until: float) -> None:
        """Nothing is known of somebody until a read says what is: their last word does not stand."""
        entry = self._entries.get(user)
        if entry is None or entry.account is None:
            return
        news, entry.aside_until = entry.aside_until is None, until
        if news:
            now = self._now()
            entry.told = _unknown(entry.account, now, self.new_revision("unreadable"))
            self._emit(AgentStateChanged(entry.told, now, now))

    def follow(self, accounts: Collection[AccountRef]) -> None:
        """Follow exactly these; whoever was followed before keeps what is known."""
        wanted = {account.external_id: account for account in accounts}
        for user in set(self.users) - set(wanted):
            del self._entries[user]
        for user, account in wanted.items():
            entry = self._entries.setdefault(user, Entry())
            entry.account = account
            self._consider(user, "snapshot")

    def picture(self, user: str) -> Picture:
        """What is known of somebody, followed or not."""
        if user not in self._entries:
            self._entries[user] = Entry()
            strangers = [one for one, entry in self._entries.items() if entry.account is None]
            for stranger in strangers[:-_STRANGERS]:
                del self._entries[stranger]
        return self._entries[user].picture

    def gone(self, user: str) -> bool:
        """Note that Zoom has this person no more; whether that is news."""
        entry = self._entries.get(user)
        news = entry is not None and entry.account is not None and not entry.gone
        if entry is not None:
            entry.gone = True
        return news

    def hear(self, user: str, shown: Shown, at_s: float) -> None:
        """Take in an event. One about somebody whom nobody asked for is nobody's."""
        if user in self._entries:
            self._entries[user].picture.hear(shown, at_s, self._now(), self._fresh(user))
            self._consider(user, "event")

    def hear_beside(self, user: str, shown: Shown, at_s: float) -> None:
        """Take in an event about the axis that is not written; one that comes late is read again instead."""
        if at_s and self._now() - at_s > LATE_S:
            self.doubt(user)
        elif user in self._entries:
            self._entries[user].picture.beside = shown
            self._consider(user, "event")

    def doubt(self, user: str) -> None:
        """What is known of somebody may be over."""
        if user in self._entries:
            entry = self._entries[user]
            entry.picture.read_again = True
            if entry.aside_until is not None:
                entry.aside_until = min(entry.aside_until, self._now())

    def read(self, user: str, shown: Shown, beside: Shown | None, began_at: float) -> Picture:
        """Take in a read that was asked for at `began_at`."""
        picture = self.picture(user)
        self._entries[user].gone, self._entries[user].aside_until = False, None
        picture.beside = beside
        picture.read(shown, began_at, self._now(), self._fresh(user))
        self._consider(user, "snapshot")
        return picture

    def tell(self, user: str) -> None:
        """Tell of somebody if there is something new to tell."""
        self._consider(user, "snapshot")

    def new_revision(self, key: str) -> str:
        """A name that no other change has, before a restart or after."""
        return f"{key}~{next(self._numbers)}"

    def _fresh(self, user: str) -> Callable[[Shown], str]:
        first = self.picture(user).shown is None
        return lambda shown: (self._known(user, shown.key) if first else "") or self.new_revision(shown.key)

    def _consider(self, user: str, source: str) -> None:
        entry = self._entries[user]
        if entry.aside_until is not None:
            if source == "event":
                self.doubt(user)  # alone it is not taken for what no read shows
            return
        state = entry.picture.state(entry.account, source) if entry.account is not None else None
        if state is None or (entry.told is not None and replace(entry.told, source=source) == state):
            return
        entry.told = state
        self._emit(AgentStateChanged(state, entry.picture.since, self._now()))


def _unknown(account: AccountRef, now: float, revision: str) -> AgentState:
    """What is said of somebody who cannot be read: nothing, and never that they are away."""
    return AgentState(
        account=account,
        presence=Presence.UNKNOWN,
        routing=Routing.UNKNOWN,
        interaction=Interaction.NONE,
        since=now,
        source="lost",
        revision=revision,
    )
