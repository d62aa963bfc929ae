"""Changing a presence by the safe procedure: read, check, ask, write, verify; whoever else acted wins.

Nobody is ever put On Queue: `SafeWriter._send` is the only place that writes with our own token, and it takes
nothing but what the catalogue holds for safe: no definition of On Queue, and none that it does not know.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from atdesk_genesys import protocol, wire
from atdesk_genesys.budget import Lane
from atdesk_genesys.client import Call, GenesysClient, NotWanted
from atdesk_genesys.config import GenesysConfig
from atdesk_genesys.errors import StateConflict, WriteForbidden
from atdesk_genesys.facts import PresenceFact
from atdesk_genesys.picture import Picture, revision_of
from atdesk_genesys.presence import Catalogue
from atdesk_sdk.adapter import StateChange, StateReceipt
from atdesk_sdk.errors import GiveUp, OutcomeUnknown, TryLater
from atdesk_sdk.events import AccountRef, AgentState, Interaction, Presence, Routing
from atdesk_sdk.writes import Sent, settle

_CONFLICTS = 4
_ECHO_S = 0.5
_SETTLE_PAUSES_S = (0.0, 0.2, 0.5)
_LIVE = (Interaction.CUSTOMER_CALL, Interaction.AFTER_CALL)
_TALKING = (Routing.INTERACTING, Routing.COMMUNICATING)


def objection(
    change: StateChange, state: AgentState, picture: Picture, catalogue: Catalogue, config: GenesysConfig
) -> str:
    """Say why a change must not be made now, or nothing.

    Args:
        change: The wish.
        state: The state just read.
        picture: What lies behind it.
        catalogue: What the definitions mean.
        config: What may be written over.
    """
    if state.revision != change.expected:
        return "the presence was changed by someone else since the decision"
    if state.out_of_office:
        return "the agent is out of office"
    if state.change_pending:
        return "a change that the agent asked for is already waiting"
    if picture.presence is not None and picture.presence.primary is False:
        return "another presence source owns what is shown"
    busy = _busy(state, picture)
    return busy or _misfit(change, state, picture, catalogue, config)


def _busy(state: AgentState, picture: Picture) -> str:
    if state.interaction in _LIVE or state.routing in _TALKING or picture.ringing:
        return "a conversation or its after-call work is going on"
    if not picture.interaction_known:
        return "Genesys did not say whether a conversation is going on"
    return ""


def _misfit(
    change: StateChange, state: AgentState, picture: Picture, catalogue: Catalogue, config: GenesysConfig
) -> str:
    if change.to is Presence.AVAILABLE:
        ours = picture.presence is not None and picture.presence.definition_id == catalogue.away_id
        return "" if ours else "the Away that stands is not ours"
    return "" if state.presence in config.write_over else f"{state.presence} is not to be written over"


class Reader(Protocol):
    """Where the writer reads."""

    @property
    def catalogue(self) -> Catalogue:
        """What the definitions mean."""

    async def look(self, user: str) -> Picture:
        """Read one person from the platform."""

    def note(self, user: str, picture: Picture, fact: PresenceFact) -> None:
        """Take the answer to a write into the picture that `look` gave."""

    async def echo(self, user: str, fact: PresenceFact, longest_s: float) -> None:
        """Wait for the socket to tell of a write, if it can."""


@dataclass(frozen=True, slots=True)
class _Hold:
    """An agent whose presence we may not change for now."""

    until_s: float
    pause_s: float


class SafeWriter:
    """Writes Away and takes it back.

    Args:
        client: The organisation.
        config: Its table.
        reader: Where states are read.
        clock: Monotonic seconds.
        chance: Jitter.
        first_hold_s: How long an agent is left alone after a 403; doubles each time, up to an hour.
    """

    def __init__(
        self,
        client: GenesysClient,
        config: GenesysConfig,
        reader: Reader,
        *,
        clock: Callable[[], float],
        chance: random.Random,
        first_hold_s: float = 60.0,
    ) -> None:
        self._client = client
        self._config = config
        self._reader = reader
        self._clock = clock
        self._chance = chance
        self._first_hold_s = first_hold_s
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._holds: dict[str, _Hold] = {}
        self._sent = Sent()

    async def write(self, change: StateChange, still_wanted: Callable[[], bool]) -> StateReceipt:
        """See `atdesk_sdk.StateWriter.write`."""
        user = change.account.external_id
        async with self._one_at_a_time[user]:
            picture = await self._reader.look(user)
            if change.to not in (Presence.AWAY, Presence.AVAILABLE):
                return self._withdrawn(change, picture, "only Away, and Available after it, are ever written")
            again = self._repeat(change, picture)
            if again is not None:
                return again
            return await self._attempts(change, picture, still_wanted)

    def _repeat(self, change: StateChange, picture: Picture) -> StateReceipt | None:
        """Answer a repeat of what was made already; None: it was not, or not for sure."""
        state = self._state(change.account, picture)
        again = self._sent.answer(change, state)
        if again is not None:
            return again
        as_wished = state.revision != change.expected and self._is(picture, change.to)
        if as_wished and self._sent.may_have(change):
            # Its answer was lost, and it took effect after all.
            self._sent.took_effect(change, state.revision)
            return StateReceipt(True, state)
        return None

    def _is(self, picture: Picture, wanted: Presence) -> bool:
        shown = picture.presence
        return shown is not None and shown.definition_id == self._reader.catalogue.writable(wanted)

    async def _attempts(
        self, change: StateChange, picture: Picture, still_wanted: Callable[[], bool]
    ) -> StateReceipt:
        for attempt in range(_CONFLICTS):
            why = objection(
                change, self._state(change.account, picture), picture, self._reader.catalogue, self._config
            )
            if why:
                return self._withdrawn(change, picture, why)
            try:
                return await self._write(change, picture, still_wanted)
            except NotWanted:
                return self._withdrawn(change, picture, "it is no longer wanted")
            except StateConflict:
                if attempt == _CONFLICTS - 1:
                    raise
                await asyncio.sleep(0.1 * 2**attempt * self._chance.uniform(0.5, 1.5))
                picture = await self._reader.look(change.account.external_id)
        raise AssertionError("the last attempt returns or raises")

    async def _write(
        self, change: StateChange, picture: Picture, still_wanted: Callable[[], bool]
    ) -> StateReceipt:
        user, catalogue = change.account.external_id, self._reader.catalogue
        target = catalogue.writable(change.to)
        if target is None:
            raise GiveUp(f"set presence: {catalogue.problem or 'the status Available is missing'}")
        before_ms = picture.since_ms
        try:
            fact = await self._send(user, target, still_wanted)
        except OutcomeUnknown as lost:
            self._sent.went(change)
            picture, fact = await self._settle(user, before_ms, lost)
            if fact.definition_id != target:
                return self._withdrawn(change, picture, "the presence was changed by someone else")
        return await self._verify(change, picture, fact, before_ms)

    async def _settle(self, user: str, before_ms: int, lost: OutcomeUnknown) -> tuple[Picture, PresenceFact]:
        """Find out what became of a write whose answer was lost: what is shown in place of what was.

        Raises:
            TryLater: It was not carried out.
            OutcomeUnknown: The platform cannot be read either.
        """

        async def look() -> tuple[Picture, PresenceFact]:
            picture = await self._reader.look(user)
            if picture.presence is None:
                raise TryLater("read the state: Genesys gave no presence")
            return picture, picture.presence

        return await settle(
            look, lambda found: (found[1].modified_ms or 0) > before_ms, _SETTLE_PAUSES_S, lost
        )

    async def _verify(
        self, change: StateChange, picture: Picture, fact: PresenceFact, before_ms: int
    ) -> StateReceipt:
        """Take the platform's word for what we wrote, unless somebody acted around our read and our write."""
        user = change.account.external_id
        self._sent.took_effect(change, revision_of(fact))
        await self._reader.echo(user, fact, _ECHO_S)
        self._reader.note(user, picture, fact)
        theirs = picture.overtaken(before_ms, fact.modified_ms or 0)
        if theirs is not None:
            return await self._give_back(change, picture, theirs)
        state = self._state(change.account, picture)
        if state.revision != revision_of(fact):
            return StateReceipt(False, state, "someone else changed the presence right after")
        return StateReceipt(True, state)

    async def _give_back(self, change: StateChange, picture: Picture, theirs: PresenceFact) -> StateReceipt:
        """Put back what the agent chose between our read and our write: the last writer wins there.

        Their On Queue cannot be put back: nobody is put On Queue. Available is as near as we may go.
        """
        user, catalogue = change.account.external_id, self._reader.catalogue
        safe = theirs.definition_id in catalogue.safe
        chosen = theirs.definition_id if safe else catalogue.writable(Presence.AVAILABLE)
        if chosen is not None:
            self._reader.note(user, picture, await self._send(user, chosen, None))
        return self._withdrawn(
            change, picture, "the agent chose another presence in between; it was put back"
        )

    async def _send(self, user: str, definition: str, wanted: Callable[[], bool] | None) -> PresenceFact:
        if definition not in self._reader.catalogue.safe:
            raise GiveUp(f"set presence: {definition} is On Queue or unknown, and so is never written")
        self._check_hold(user)
        call = Call(
            "set presence",
            "PATCH",
            f"/users/{user}/presences/purecloud",
            Lane.WRITE,
            json=protocol.presence_change(definition),
            wanted=wanted,
        )
        try:
            body = await self._client.change(call, wire.PresenceBody)
        except WriteForbidden:
            self._hold(user)
            raise
        self._holds.pop(user, None)
        return protocol.presence_fact(body, says_pending=True)

    def _hold(self, user: str) -> None:
        last = self._holds.get(user)
        pause = self._first_hold_s if last is None else min(3600.0, last.pause_s * 2)
        self._holds[user] = _Hold(self._clock() + pause, pause)

    def _check_hold(self, user: str) -> None:
        hold = self._holds.get(user)
        if hold is not None and hold.until_s > self._clock():
            left = hold.until_s - self._clock()
            raise WriteForbidden(
                f"set presence: Genesys refused it for this agent; not asked again for {left:.0f} s"
            )

    def _withdrawn(self, change: StateChange, picture: Picture, why: str) -> StateReceipt:
        return StateReceipt(False, self._state(change.account, picture), why)

    def _state(self, account: AccountRef, picture: Picture) -> AgentState:
        state = picture.state(account, self._reader.catalogue, "read")
        if state is None:
            raise TryLater("read the state: Genesys gave no presence")
        return state
