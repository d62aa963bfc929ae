"""Changing a state by the safe procedure: read, check, ask, write, verify; whoever else acted wins.

Nothing but Away, and its end, is ever written; in Contact Center both are Not Ready, so nobody is put On
Queue. What was chosen by somebody else in between stands, and is not ours any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Protocol

from atdesk_sdk import (
    AccountRef,
    AdapterError,
    AgentState,
    Interaction,
    OutcomeUnknown,
    Presence,
    StateChange,
    StateReceipt,
    TryLater,
)
from atdesk_sdk.tasks import came
from atdesk_sdk.writes import Sent, settle
from atdesk_zoom.axes import Axis
from atdesk_zoom.errors import NotTaken, UndoWaits
from atdesk_zoom.journal import Journal, Kept
from atdesk_zoom.picture import Ours, Picture

log = logging.getLogger(__name__)

#: How long the event about a write is waited for before it is read back.
_ECHO_S = 0.7
_SETTLE_PAUSES_S = (0.0, 0.3, 1.0)
#: Zoom says "too many" and not until when: the limit of a second, or a change by somebody else.
_BUSY_S = 10.0
_LIVE = (Interaction.CUSTOMER_CALL, Interaction.AFTER_CALL)


class Reader(Protocol):
    """Where the writer reads, and where what it did is kept."""

    @property
    def axis(self) -> Axis:
        """What is written."""

    async def look(self, user: str) -> Picture:
        """Read one person from Zoom."""

    def new_revision(self, to: Presence) -> str:
        """A name for a change of ours."""

    async def made(self, user: str, picture: Picture, to: Presence) -> None:
        """A change of ours stands: tell it, and keep it for after a restart."""


class SafeWriter:
    """Writes Away and takes it back.

    Args:
        reader: Where states are read.
        journal: Keeps what is ours, and when it was sent.
        now: Engine's clock, seconds since the epoch.
        counts: For the metrics.
    """

    def __init__(
        self, reader: Reader, journal: Journal, now: Callable[[], float], counts: Counter[str]
    ) -> None:
        self._reader, self._journal, self._now, self._counts = reader, journal, now, counts
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._sent = Sent()

    async def write(self, change: StateChange, still_wanted: Callable[[], bool]) -> StateReceipt:
        """See `atdesk_sdk.StateWriter.write`."""
        user = change.account.external_id
        async with self._one_at_a_time[user]:
            picture = await self._reader.look(user)
            again = await self._repeat(change, picture)
            if again is not None:
                return again
            why = self._objection(change, picture)
            if not why:
                self._check_gap(change)
                why = "" if still_wanted() else "it is no longer wanted"
            if why:
                return self._withdrawn(change, picture, why)
            return await self._send(change, picture)

    def _objection(self, change: StateChange, picture: Picture) -> str:
        """Why a change must not be made now; empty when it may."""
        state, axis = _state(change.account, picture), self._reader.axis
        if change.to not in (Presence.AWAY, Presence.AVAILABLE):
            return "only Away, and Available after it, are ever written"
        if state.revision != change.expected:
            return "the state was changed by someone else since the decision"
        if state.interaction in _LIVE:
            return "a call or an engagement is going on"
        if picture.shown is None or axis.problem:
            return f"cannot: {axis.problem}"
        if state.out_of_office:
            return "the agent is out of office"
        return axis.cannot(picture.shown, change.to)

    async def _repeat(self, change: StateChange, picture: Picture) -> StateReceipt | None:
        """Answer a repeat of what was made already; None: it was not, or not for sure."""
        state = _state(change.account, picture)
        again = self._sent.answer(change, state)
        if again is not None:
            return again
        as_wished = state.revision != change.expected and self._shows(picture, change.to)
        if as_wished and self._sent.may_have(change):
            # Its answer was lost, and it took effect after all.
            self._sent.took_effect(change, state.revision)
            await self._reader.made(change.account.external_id, picture, change.to)
            return StateReceipt(True, state)
        return None

    def _check_gap(self, change: StateChange) -> None:
        """Zoom takes one change of a user's presence a minute: a second one is asked for again afterwards.

        It is read and checked anew then. Whoever waits for too long finds it stale, and decides again.
        """
        gap_s = self._reader.axis.gap_s
        since_s = self._now() - self._journal.get(change.account.external_id).sent_at
        if not 0 <= since_s < gap_s:  # a clock that was set back must not hold anything up: Zoom counts too
            return
        left_s = gap_s - since_s
        is_undo = change.to is Presence.AVAILABLE
        self._counts["undo_waits" if is_undo else "write_waits"] += 1
        what = "an undo" if is_undo else "an Away"
        message = f"{what} has to wait {left_s:.0f} s: Zoom takes one change of a user's presence a minute"
        log.info("%s", message)
        raise (UndoWaits if is_undo else TryLater)(message, left_s)

    async def _send(self, change: StateChange, picture: Picture) -> StateReceipt:
        user, axis = change.account.external_id, self._reader.axis
        revision = self._reader.new_revision(change.to)
        before = picture.shown.key if picture.shown is not None else ""
        kept_before = await self._keep(change, revision)
        ours = picture.begin(Ours(axis.target(change.to), revision, self._now(), axis.half, before))
        try:
            await self._put_or_forget(change, kept_before)
            self._sent.went(change)
            return await self._verify(change, ours, picture)
        except NotTaken as refused:
            picture = await self._reader.look(user)
            return self._withdrawn(change, picture, f"cannot: {refused}")
        finally:
            ours.ended_at = self._now()

    async def _keep(self, change: StateChange, revision: str) -> Kept:
        """Keep an Away as ours before it goes out. Returns what was kept before.

        Raises:
            TryLater: It cannot be kept; an end of one goes out even so, nobody stays Away for a full disk.
        """
        user, axis = change.account.external_id, self._reader.axis
        before, is_away = self._journal.get(user), change.to is Presence.AWAY
        ours = (axis.target(change.to), revision) if is_away else (before.key, before.revision)
        try:
            await self._journal.keep(user, Kept(*ours, self._now()))
        except TryLater as problem:
            if is_away:
                raise
            log.warning("%s", problem)
        return before

    async def _put_or_forget(self, change: StateChange, kept_before: Kept) -> None:
        """What was surely not carried out is not ours, and is no change that Zoom counts."""
        try:
            await self._put(change)
        except OutcomeUnknown:
            raise
        except AdapterError:
            self._journal.put(change.account.external_id, kept_before)
            raise

    async def _put(self, change: StateChange) -> None:
        """One request. Its outcome is settled here unless Zoom cannot be read either.

        Raises:
            AdapterError: With its verdict.
        """
        user = change.account.external_id
        try:
            await self._reader.axis.put(user, change.to)
        except OutcomeUnknown as lost:
            self._sent.went(change)
            await settle(
                lambda: self._reader.look(user),
                lambda picture: self._shows(picture, change.to),
                _SETTLE_PAUSES_S,
                lost,
                _BUSY_S,
            )
        except TryLater as busy:
            raise TryLater(str(busy), busy.retry_after_s or _BUSY_S) from None
        self._journal.put(user, self._journal.get(user)._replace(sent_at=self._now()))

    async def _verify(self, change: StateChange, ours: Ours, picture: Picture) -> StateReceipt:
        """The event about our change is its proof, or else a fresh read."""
        user, axis = change.account.external_id, self._reader.axis
        echoed = not axis.reads_back and await came(ours.echoed, _ECHO_S)
        if not echoed or ours.foreign or picture.read_again:
            picture = await self._reader.look(user)
        if picture.shown is not None and picture.shown.key == axis.half and not ours.foreign:
            await self._put(change)
            picture = await self._reader.look(user)
        if not self._shows(picture, change.to):
            return self._not_shown(change, picture, ours)
        if ours.foreign and change.to is Presence.AWAY:
            picture.rename(self._reader.new_revision(change.to), self._now())
            self._counts["write_overtaken"] += 1
            return self._withdrawn(
                change, picture, f"the agent chose {ours.foreign} in between: it is theirs"
            )
        if not ours.foreign:
            picture.rename(ours.revision, self._now())
        self._sent.took_effect(change, picture.revision)
        await self._reader.made(user, picture, change.to)
        return StateReceipt(True, _state(change.account, picture))

    def _not_shown(self, change: StateChange, picture: Picture, ours: Ours) -> StateReceipt:
        self._counts["write_not_shown"] += 1
        if ours.foreign:
            return self._withdrawn(change, picture, f"the agent chose {ours.foreign} right after")
        raw = picture.shown.raw if picture.shown is not None else "nothing"
        why = f"Zoom accepted the change and shows {raw}"
        log.warning("%s", why)
        return self._withdrawn(change, picture, why)

    def _shows(self, picture: Picture, to: Presence) -> bool:
        return picture.shown is not None and self._reader.axis.is_done(picture.shown, to)

    def _withdrawn(self, change: StateChange, picture: Picture, why: str) -> StateReceipt:
        return StateReceipt(False, _state(change.account, picture), why)


def _state(account: AccountRef, picture: Picture) -> AgentState:
    state = picture.state(account, "read")
    if state is None:
        raise TryLater("read a state: Zoom gave none")
    return state
