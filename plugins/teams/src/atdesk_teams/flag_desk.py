"""What leads press on the cards of flags, and what they are told at once.

Whoever presses, the engine hears of it with their account, and decides whether they lead this agent. Teams
wants an answer within seconds: what the engine makes of a press is waited for a moment. If the flag changes
in it, the answer is the new card; if not, a sentence says that nothing has changed, and whose answer counts.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Final

from atdesk_sdk.events import AccountRef, AdapterEvent, LeadActed, LeadAction
from atdesk_sdk.flags import DismissReason, FlagView
from atdesk_sdk.memory import remember
from atdesk_teams.activities import NotReadable, Pressed
from atdesk_teams.cards import ACKNOWLEDGE, CONFIRMABLE, DISMISS, OPEN, REASON, REFRESH, Card, flag_card
from atdesk_teams.config import PLATFORM
from atdesk_teams.invoke import Answer, with_card, with_text
from atdesk_teams.words import Say

#: Teams asks again after some seconds; the reference of the platform says five for a sibling of this call.
ANSWER_S: Final = 1.0
#: Two presses of one button by one person within this are one: a double click, or a client that asked twice.
TWICE_S: Final = 2.0
#: Bounds on what is remembered; the oldest falls out.
_FLAGS, _PRESSES = 10_000, 10_000
_NUMBER: Final = re.compile(r"[A-Z0-9]{1,16}")


class FlagDesk:
    """All flags of one tenant.

    Args:
        tenant: Its id.
        emit: Hands an event to the engine.
        say: The words of the channel.
        counts: For the metrics.
        answer_s: How long the engine has, seconds.
    """

    def __init__(
        self,
        tenant: str,
        emit: Callable[[AdapterEvent], None],
        say: Say,
        counts: Counter[str],
        answer_s: float = ANSWER_S,
    ) -> None:
        self._tenant, self._emit, self._say, self._counts = tenant, emit, say, counts
        self._answer_s = answer_s
        self._views: OrderedDict[str, FlagView] = OrderedDict()
        self._pressed_at: OrderedDict[str, float] = OrderedDict()
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}

    def card(self, flag: FlagView) -> Card:
        """The card of a flag as it stands now; whoever waits for it gets it, too."""
        remember(self._views, flag.number, flag, _FLAGS)
        for waiting in self._waiting.pop(flag.number, ()):
            if not waiting.done():
                waiting.set_result(None)
        return flag_card(flag, self._say)

    async def pressed(self, press: Pressed, now: float) -> Answer:
        """Somebody pressed a button of a flag's card.

        Args:
            press: As the Bot Connector signed it.
            now: Engine's clock.

        Raises:
            NotReadable: No card of ours has this button.
        """
        number = press.data.get("flag", "")
        if not _NUMBER.fullmatch(number):
            raise NotReadable("a button that names no flag")
        if press.verb == REFRESH:
            return self._as_it_stands(number)
        action, reason = _action(press)
        if not press.person_id:
            self._counts["button_of_nobody"] += 1
            return self._text("answer.not_yours")
        if action is LeadAction.DISMISS and reason is None:
            return self._text("answer.reason")
        changed = self._change_of(number)
        again = self._again(press, number, now)
        if not again:
            account = AccountRef(PLATFORM, self._tenant, press.person_id)
            self._emit(LeadActed(number, action, reason, account, now, now))
        return await self._outcome(number, action, changed, again=again)

    def _as_it_stands(self, number: str) -> Answer:
        view = self._views.get(number)
        return self._text("answer.unknown") if view is None else with_card(flag_card(view, self._say))

    async def _outcome(
        self, number: str, action: LeadAction, changed: asyncio.Future[None], *, again: bool
    ) -> Answer:
        over = self._over(number, action)
        if over is not None:
            self._drop(number, changed)
            return over
        try:
            async with asyncio.timeout(self._answer_s):
                await changed
        except TimeoutError:
            self._counts["button_without_change"] += 1
            return self._text("answer.again" if again else "answer.pending")
        finally:
            self._drop(number, changed)
        return self._as_it_stands(number)

    def _over(self, number: str, action: LeadAction) -> Answer | None:
        """What is known already: then nobody waits."""
        view = self._views.get(number)
        if view is None:
            return None
        if view.status not in OPEN:
            return self._text("answer.over", number=number)
        if action is LeadAction.ACKNOWLEDGE and view.status not in CONFIRMABLE:
            return self._text("answer.confirmed", number=number)
        return None

    def _again(self, press: Pressed, number: str, now: float) -> bool:
        """Whether the engine has heard this press: the same delivery again, or a double click."""
        delivery, button = f"id {press.activity_id}", f"by {number} {press.verb} {press.person_id}"
        seen = bool(press.activity_id) and delivery in self._pressed_at
        twice = now - self._pressed_at.get(button, float("-inf")) < TWICE_S
        if seen or twice:
            self._counts["button_repeated"] += 1
            return True
        for key in (delivery, button):
            remember(self._pressed_at, key, now, _PRESSES)
        return False

    def _change_of(self, number: str) -> asyncio.Future[None]:
        changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(number, []).append(changed)
        return changed

    def _drop(self, number: str, changed: asyncio.Future[None]) -> None:
        waiting = self._waiting.get(number, [])
        if changed in waiting:
            waiting.remove(changed)
        if not waiting:
            self._waiting.pop(number, None)

    def _text(self, key: str, **values: str) -> Answer:
        return with_text(self._say(key, **values))


def _action(press: Pressed) -> tuple[LeadAction, str | None]:
    """What was pressed, and why a flag is dismissed."""
    if press.verb == ACKNOWLEDGE:
        return LeadAction.ACKNOWLEDGE, None
    if press.verb == DISMISS:
        reason = press.data.get(REASON)
        return LeadAction.DISMISS, reason if reason in tuple(DismissReason) else None
    raise NotReadable("a button that no card of ours has")
