"""A simulated Zoom whose agents' states are followed and written; what takes a minute is short."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atdesk_sdk import AccountRef, AgentState, AgentStateChanged, Presence, StateChange, StateReceipt
from atdesk_sdk.testing import RecordingHost
from atdesk_zoom.simulator import Credentials, ZoomSimulator
from atdesk_zoom.with_states import ZoomWithStates
from tests.zoom.running import ANN, World, world

AWAY, BACK = "Away - auto", "At desk - auto"
ANN_REF = AccountRef("zoom", Credentials().account_id, ANN)
_numbers = itertools.count(1)


@dataclass
class StateWorld:
    """Everything a test of states needs."""

    here: World
    adapter: ZoomWithStates

    @property
    def sim(self) -> ZoomSimulator:
        return self.here.sim

    @property
    def host(self) -> RecordingHost:
        return self.here.host

    async def told(
        self, fits: Callable[[AgentState], bool] = lambda _state: True, since: int = 0
    ) -> AgentState:
        """The first state of Ann's that was told and fits."""
        event = await self.host.wait_for(
            AgentStateChanged, lambda event: event.state.account == ANN_REF and fits(event.state), since=since
        )
        return event.state

    async def shows(self, presence: Presence, since: int = 0) -> AgentState:
        return await self.told(lambda state: state.presence is presence, since)

    def states(self) -> list[AgentState]:
        """Every state that was told, in order."""
        return [event.state for event in self.host.of(AgentStateChanged)]

    def choose(self, presence: str) -> None:
        """Ann changes her presence in the client, or Zoom does."""
        self.sim.presences.set(self.sim.people[ANN], presence)

    async def wish(self, to: Presence = Presence.AWAY) -> StateChange:
        state = await self.adapter.read(ANN_REF)
        return StateChange(f"change-{next(_numbers)}", ANN_REF, to, state.revision)

    async def write(
        self, to: Presence = Presence.AWAY, wanted: Callable[[], bool] = lambda: True
    ) -> StateReceipt:
        """Change Ann's state as it was read just now."""
        return await self.adapter.write(await self.wish(to), wanted)

    def writes(self) -> list[str]:
        """The notes of all changes that reached Zoom: what was answered."""
        entries = self.sim.journal.find("rest", "", "in")
        return [one.note for one in entries if one.what.startswith(("PUT /users/", "PATCH /contact_center/"))]


@asynccontextmanager
async def states(
    folder: Path, kind: str = "presence", timing: dict[str, Any] | None = None, **config: Any
) -> AsyncIterator[StateWorld]:
    """A started adapter that reads and writes states; nobody is followed yet."""
    table: dict[str, Any] = {"presence_gap_s": 0.0, "requests_per_s": 60.0, "state_dir": folder} | config
    short = {"presence_gap": 0.0001} | (timing or {})
    async with world(timing=short, agent_state=kind, **table) as here:
        assert isinstance(here.adapter, ZoomWithStates)
        yield StateWorld(here, here.adapter)


@asynccontextmanager
async def followed(folder: Path, kind: str = "presence", **config: Any) -> AsyncIterator[StateWorld]:
    """The same, with Ann followed and her first state told."""
    async with states(folder, kind, **config) as world_:
        await world_.adapter.follow([ANN_REF])
        await world_.told()
        yield world_
