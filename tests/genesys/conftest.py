"""A simulator and an adapter against it, over real HTTP and a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from atdesk_genesys.adapter import build
from atdesk_genesys.config import GenesysConfig
from atdesk_genesys.connection import GenesysAdapter
from atdesk_genesys.link import Patience
from atdesk_genesys.simulator import GenesysSimulator
from atdesk_sdk.adapter import StateChange, StateReceipt
from atdesk_sdk.events import AccountRef, AgentState, AgentStateChanged, Presence
from atdesk_sdk.health import HealthReport, HealthStatus
from atdesk_sdk.testing import RecordingHost

#: Quick enough for a test, in the same proportions.
HASTE = Patience(first_s=0.02, longest_s=0.2, settled_s=0.5, resets=3, resets_s=10.0, stand_back_s=0.5)

_numbers = count(1)


@pytest.fixture
async def sim(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GenesysSimulator]:
    """A simulator whose heart beats every 0.3 s; everybody is Available."""
    async with GenesysSimulator(time_factor=0.01) as simulator:
        monkeypatch.setenv("GENESYS_SECRET", simulator.client_secret)
        monkeypatch.setenv("GENESYS_CHAT", simulator.webhook_url)
        for user in simulator.world.agents:
            simulator.world.set_presence(user, "Available")
        yield simulator


def config_for(simulator: GenesysSimulator, **changes: Any) -> GenesysConfig:
    """A table that points at the simulator."""
    table: dict[str, Any] = {
        "name": "main",
        "tenant": "acme",
        "base_url": simulator.base_url,
        "client_id": simulator.client_id,
        "client_secret": "env:GENESYS_SECRET",
        "request_s": 2.0,
        "debounce_s": 0.15,
        "silence_s": 1.0,
        "ping_s": 0.2,
    }
    return GenesysConfig(**(table | changes))


async def until(holds: Callable[[], bool], timeout_s: float = 20.0) -> None:
    """Wait for something that no event tells of; it is looked at every 10 ms."""
    async with asyncio.timeout(timeout_s):
        while not holds():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.01)


def account(user: str) -> AccountRef:
    return AccountRef("genesys", "acme", user)


@dataclass
class Desk:
    """A running adapter and what a test does with it."""

    sim: GenesysSimulator
    adapter: GenesysAdapter
    host: RecordingHost

    @property
    def user(self) -> str:
        """The first agent."""
        return next(iter(self.sim.world.agents))

    async def follow(self, *users: str) -> None:
        """Follow, and wait until each one's state was told."""
        mark = len(self.host.events)
        await self.adapter.follow([account(user) for user in users or (self.user,)])
        for user in users or (self.user,):
            await self.state(user=user, since=mark)

    async def state(
        self,
        presence: Presence | None = None,
        *,
        user: str | None = None,
        since: int = 0,
        where: Callable[[AgentState], bool] = lambda state: True,
    ) -> AgentState:
        """Wait for a state."""
        whose = user or self.user

        def fits(event: AgentStateChanged) -> bool:
            state = event.state
            fitting = presence in (None, state.presence) and state.account.external_id == whose
            return fitting and where(state)

        return (await self.host.wait_for(AgentStateChanged, fits, since=since)).state

    def states(self, since: int = 0) -> list[AgentState]:
        """Everything told so far."""
        return [event.state for event in self.host.of(AgentStateChanged, since)]

    async def wish(self, to: Presence = Presence.AWAY, user: str | None = None) -> StateChange:
        """A wish decided on the state of this moment."""
        state = await self.adapter.read(account(user or self.user))
        return StateChange(f"change-{next(_numbers)}", state.account, to, state.revision)

    async def write(self, change: StateChange) -> StateReceipt:
        """Make it, still wanted."""
        return await self.adapter.write(change, lambda: True)

    def shown(self, user: str | None = None) -> str:
        """The label that the platform shows."""
        return self.sim.world.agent(user or self.user).definition.label

    def writes(self) -> list[str]:
        """Ids of definitions in the writes that arrived."""
        return [arrival.body["presenceDefinition"]["id"] for arrival in self.sim.log.all("^PATCH")]

    @property
    def health(self) -> HealthReport:
        """The last word on it."""
        return self.host.reports[-1]

    async def healthy(self, status: HealthStatus) -> HealthReport:
        """Wait for a health report of that status."""
        await until(lambda: bool(self.host.reports) and self.health.status is status)
        return self.health


def channels_made(desk: Desk) -> int:
    return len(desk.sim.log.all("POST /api/v2/notifications/channels$"))


async def still_heard(desk: Desk) -> None:
    """Fail unless what an agent does is heard."""
    presence = "Meal" if desk.shown() != "Meal" else "Break"
    mark = len(desk.host.events)
    desk.sim.world.set_presence(desk.user, presence)
    await desk.state(Presence(presence.lower()), since=mark)


Open = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def open_desk(sim: GenesysSimulator) -> Open:
    """Start an adapter with changes to its table."""

    @asynccontextmanager
    async def opened(**changes: Any) -> AsyncIterator[Desk]:
        adapter = build(config_for(sim, **changes), HASTE)
        host = RecordingHost()
        try:
            await adapter.start(host)
            yield Desk(sim, adapter, host)
        finally:
            await adapter.aclose()

    return opened


@pytest.fixture
async def desk(open_desk: Open) -> AsyncIterator[Desk]:
    """A running adapter."""
    async with open_desk() as running:
        yield running
