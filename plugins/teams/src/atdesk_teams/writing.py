"""Away and back by the safe procedure: read, check, note, ask, write, verify; whoever else acted wins.

Every Away has an expiry, so that a process that dies frees everybody within it. What cannot be proved ours is
left to that expiry.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from atdesk_sdk.adapter import StateChange, StateReceipt
from atdesk_sdk.errors import AdapterError, OutcomeUnknown, TryLater
from atdesk_sdk.events import AccountRef, AgentState, Interaction, Presence
from atdesk_sdk.writes import Sent, read_until, settle
from atdesk_teams import protocol
from atdesk_teams.client import Call, GraphClient, NotWanted
from atdesk_teams.config import TeamsConfig, WriteMode
from atdesk_teams.errors import (
    CLEAR_PREFERRED,
    CLEAR_SESSION,
    SET_PREFERRED,
    SET_SESSION,
    NoSession,
)
from atdesk_teams.journal import Slot, SlotJournal
from atdesk_teams.pacing import Lane
from atdesk_teams.picture import Own, Picture
from atdesk_teams.presence import Shown, meaning

log = logging.getLogger(__name__)

_SETTLE_PAUSES_S: Final = (0.0, 0.2, 0.5, 1.0)

#: What of Teams' words may be written over, and what `override_states` has to hold for it.
_NEEDS: Final[Mapping[str, Presence]] = {
    "available": Presence.AVAILABLE,
    "availableidle": Presence.IDLE,
    "availableinactive": Presence.IDLE,
    "busy": Presence.BUSY,
    "busyidle": Presence.BUSY,
}
#: Pairs that somebody can choose. Anything else comes from a call, a meeting or a sign-out.
_CHOSEN: Final = frozenset(
    {
        ("available", "available"),
        ("busy", "busy"),
        ("donotdisturb", "donotdisturb"),
        ("berightback", "berightback"),
        ("away", "away"),
        ("offline", "offwork"),
    }
)


def objection(change: StateChange, state: AgentState, picture: Picture, config: TeamsConfig) -> str:
    """Say why a change must not be made now, or nothing.

    Args:
        change: The wish.
        state: The state just read.
        picture: What lies behind it.
        config: What may be written over.
    """
    if state.revision != change.expected:
        return "the presence was changed by someone else since the decision"
    if change.to is Presence.AVAILABLE:
        return "" if picture.is_ours else "the Away that stands is not ours"
    if state.out_of_office:
        return "the agent is out of office"
    if state.interaction is not Interaction.NONE:
        return f"cannot: a {state.interaction.value.replace('_', ' ')} is going on"
    if picture.shown is None or not _replaceable(picture.shown, config):
        return f"{state.presence} is not to be written over"
    return ""


def _replaceable(shown: Shown, config: TeamsConfig) -> bool:
    """Go by Teams' own word: Do Not Disturb is busy too, and is never written over."""
    needed = _NEEDS.get(shown.words[0])
    if needed is Presence.AVAILABLE:
        needed = meaning(shown.availability, shown.activity).presence
    return needed in config.override_states


@dataclass(frozen=True, slots=True)
class _Look:
    """What a write rests on: what was shown, and when that came in by the client's clock."""

    shown: Shown | None
    at: float


class Reader(Protocol):
    """Where the writer reads."""

    async def look(self, user: str) -> Picture:
        """Read one person from Graph."""
        ...

    def own(self, user: str, own: Own | None) -> None:
        """Note that an Away of ours may stand, or stands no more."""
        ...


class SafeWriter:
    """Writes Away, renews it while it is claimed, and takes it back.

    Args:
        graph: Writes.
        config: The table.
        reader: Where states are read.
        journal: What is ours; open.
        now: Engine's clock, seconds since the epoch.
    """

    def __init__(
        self,
        graph: GraphClient,
        config: TeamsConfig,
        reader: Reader,
        journal: SlotJournal,
        now: Callable[[], float],
    ) -> None:
        self._graph = graph
        self._config = config
        self._reader = reader
        self._journal = journal
        self._now = now
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._written_at = {slot.user: slot.set_at for slot in journal.slots}
        self._sent = Sent()

    async def write(self, change: StateChange, still_wanted: Callable[[], bool]) -> StateReceipt:
        """See `atdesk_sdk.StateWriter.write`."""
        user = change.account.external_id
        async with self._one_at_a_time[user.casefold()]:
            # What has to wait does so before the look: a call may begin meanwhile.
            await self._graph.pace.ready(Lane.WRITE)
            picture = await self._reader.look(user)
            look = _Look(picture.shown, self._graph.clock())
            state = _state(change.account, picture)
            if change.to not in (Presence.AWAY, Presence.AVAILABLE):
                return StateReceipt(False, state, "only Away, and Available after it, are ever written")
            again = self._repeat(change, state, picture)
            if again is not None:
                return again
            why = objection(change, state, picture, self._config)
            if why:
                self._give_up(change)
                return StateReceipt(False, state, why)
            self._check_pause(user)
            act = self._put if change.to is Presence.AWAY else self._take_back
            return await act(change, still_wanted, look)

    def fell(self, user: str, shown: Shown) -> None:
        """Somebody replaced an Away of ours: it is forgotten.

        A sign-out alone does not: the preferred state comes back with the next sign-in, and ends by itself.
        """
        if shown.words[0] != "offline" or self._config.write is WriteMode.SESSION:
            self._forget(user)

    def expire(self) -> None:
        """Forget what Teams has ended by itself."""
        now = self._now()
        for slot in self._journal.slots:
            if slot.expires_at <= now:
                self._forget(slot.user)

    async def renew(self, slot: Slot, still_claimed: Callable[[], bool]) -> None:
        """Set an Away of ours again, if it is what is shown: else somebody chose otherwise, or signed out.

        Raises:
            AdapterError: It was not renewed, or nobody knows; it is tried again while there is time.
        """
        async with self._one_at_a_time[slot.user]:
            await self._graph.pace.ready(Lane.READ)
            picture = await self._reader.look(slot.user)
            looked_at, now = self._graph.clock(), self._now()
            if self._journal.get(slot.user, now) != slot or not picture.is_ours:
                return
            again = replace(slot, renewed_at=now, expires_at=now + self._config.away_expiry_s)

            def still_ours() -> bool:
                """Somebody who chose otherwise just now has ended it: see `fell`."""
                return still_claimed() and self._journal.get(slot.user, now) == again

            await self._journal.begin(again)
            try:
                await self._graph.change(self._setting(slot.user, still_ours, Lane.READ, looked_at))
            except OutcomeUnknown:
                raise
            except (AdapterError, NotWanted) as problem:
                if self._journal.get(slot.user, now) == again:
                    await self._journal.begin(slot)
                if isinstance(problem, AdapterError):
                    raise

    # -- a wish -----

    def _repeat(self, change: StateChange, state: AgentState, picture: Picture) -> StateReceipt | None:
        """Answer a repeat of what was made already; None: it was not, or not for sure."""
        again = self._sent.answer(change, state)
        if again is not None:
            return again
        slot = self._journal.get(change.account.external_id, self._now())
        noted = slot is not None and slot.change_id == change.change_id
        if change.to is Presence.AWAY and noted and picture.is_ours:
            return self._done(change, picture)  # its answer was lost, and it took effect after all
        back = state.presence in (Presence.AVAILABLE, Presence.IDLE)
        if change.to is Presence.AVAILABLE and change.sent_before and back:
            return StateReceipt(True, state)
        return None

    def _give_up(self, change: StateChange) -> None:
        """A wish whose outcome was open and that must not be made any more: nothing proves it ours."""
        user = change.account.external_id
        slot = self._journal.get(user, self._now())
        if slot is not None and slot.change_id == change.change_id:
            self._forget(user)

    def _check_pause(self, user: str) -> None:
        last = self._written_at.get(user.casefold(), float("-inf"))
        left = last + self._config.write_every_s - self._now()
        if left > 0:
            raise TryLater(f"write a presence: this agent's was written just now; in {left:.0f} s", left)

    async def _put(self, change: StateChange, still_wanted: Callable[[], bool], look: _Look) -> StateReceipt:
        user, now = change.account.external_id.casefold(), self._now()
        slot = Slot(user, change.change_id, now, now, now + self._config.away_expiry_s)
        await self._journal.begin(slot)
        self._reader.own(user, Own(now, settled=False))
        try:
            await self._graph.change(self._setting(user, still_wanted, Lane.WRITE, look.at))
        except NotWanted:
            self._forget(user)
            return await self._withdrawn(change, "it is no longer wanted")
        except OutcomeUnknown as lost:
            await settle(lambda: self._reader.look(user), _is_shown(True), _pauses_s(True), lost)
        except AdapterError:
            self._forget(user)
            raise
        self._written_at[user] = now
        picture = await self._shows(user, away=True)
        if not picture.is_ours:
            if self._config.write is WriteMode.PREFERRED and picture.shown == look.shown:
                raise OutcomeUnknown(f"{SET_PREFERRED}: Teams does not show it yet; it is read again")
            return await self._outranked(change, picture)
        return self._done(change, picture)

    async def _take_back(
        self, change: StateChange, still_wanted: Callable[[], bool], look: _Look
    ) -> StateReceipt:
        user = change.account.external_id.casefold()
        try:
            await self._graph.change(self._clearing(user, still_wanted, look.at))
        except NotWanted:
            return await self._withdrawn(change, "it is no longer wanted")
        except NoSession:
            log.info("the presence session was gone already")
        except OutcomeUnknown as lost:
            await settle(lambda: self._reader.look(user), _is_shown(False), _pauses_s(False), lost)
        self._forget(user)
        self._written_at[user] = self._now()
        # Still Away after this is the client's own: nobody has been at its keyboard.
        return self._done(change, await self._shows(user, away=False))

    async def _outranked(self, change: StateChange, picture: Picture) -> StateReceipt:
        """Withdraw an Away that does not show, and do not leave it lying under what shows.

        A pair that can be chosen was chosen, and has taken the one place there is; that is left alone.
        """
        user, looked_at = change.account.external_id, self._graph.clock()
        is_session = self._config.write is WriteMode.SESSION
        if is_session or (picture.shown is not None and picture.shown.words not in _CHOSEN):
            try:
                await self._graph.change(self._clearing(user, lambda: True, looked_at))
            except AdapterError as problem:
                log.info("an Away that does not show ends by itself: %s", problem)
        self._forget(user)
        state = _state(change.account, picture)
        return StateReceipt(False, state, f"cannot: Teams goes on showing {state.presence}")

    def _done(self, change: StateChange, picture: Picture) -> StateReceipt:
        state = _state(change.account, picture)
        self._sent.took_effect(change, state.revision)
        return StateReceipt(True, state)

    async def _withdrawn(self, change: StateChange, why: str) -> StateReceipt:
        picture = await self._reader.look(change.account.external_id)
        return StateReceipt(False, _state(change.account, picture), why)

    def _forget(self, user: str) -> None:
        self._journal.end(user)
        self._reader.own(user, None)

    # -- what Graph shows -----

    async def _shows(self, user: str, *, away: bool) -> Picture:
        """Read until Teams shows what was written, a few times.

        Raises:
            OutcomeUnknown: It was written and cannot be read.
        """
        picture = await read_until(lambda: self._reader.look(user), _is_shown(away), _pauses_s(away))
        if picture is None:
            raise OutcomeUnknown("read a presence: what was written cannot be read back")
        return picture

    # -- requests -----

    def _setting(self, user: str, wanted: Callable[[], bool], lane: Lane, looked_at: float) -> Call:
        life = self._config.away_expiry_s
        if self._config.write is WriteMode.SESSION:
            what, verb = SET_SESSION, "setPresence"
            body = protocol.session_away(self._config.client_id, life)
        else:
            what, verb, body = SET_PREFERRED, "setUserPreferredPresence", protocol.preferred_away(life)
        path = protocol.user_path(user, verb)
        return Call(what, "POST", path, lane, json=body, writes=True, wanted=wanted, looked_at=looked_at)

    def _clearing(self, user: str, wanted: Callable[[], bool], looked_at: float) -> Call:
        if self._config.write is WriteMode.SESSION:
            what, verb = CLEAR_SESSION, "clearPresence"
            body = protocol.session_over(self._config.client_id)
        else:
            what, verb, body = CLEAR_PREFERRED, "clearUserPreferredPresence", None
        path = protocol.user_path(user, verb)
        return Call(
            what, "POST", path, Lane.WRITE, json=body, writes=True, wanted=wanted, looked_at=looked_at
        )


def _is_shown(away: bool) -> Callable[[Picture], bool]:
    return lambda picture: picture.shown is not None and picture.shown.is_away == away


def _pauses_s(away: bool) -> Sequence[float]:
    """The way back is not waited for as long: still Away after it may be the client's own."""
    return _SETTLE_PAUSES_S if away else _SETTLE_PAUSES_S[:2]


def _state(account: AccountRef, picture: Picture) -> AgentState:
    state = picture.state(account, "read")
    if state is None:
        raise TryLater("read a presence: Graph gave none")
    return state
