"""A running adapter against the simulator, and what a test does with both."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from atdesk_sdk.adapter import StateChange, StateReceipt
from atdesk_sdk.events import AccountRef, AgentState, AgentStateChanged, Presence
from atdesk_sdk.health import HealthReport, HealthStatus
from atdesk_sdk.testing import RecordingHost
from atdesk_teams.adapter import build
from atdesk_teams.config import TeamsConfig
from atdesk_teams.journal import Slot
from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.journal import Entry
from atdesk_teams.state_out import WritingAdapter

_numbers = count(1)


def table(sim: TeamsSimulator, folder: Path, **changes: Any) -> dict[str, Any]:
    """The table that points at the simulator; the secret is in the environment (see conftest)."""
    return {
        "name": "teams",
        "tenant": sim.tenant_id,
        "client_id": sim.client_id,
        "client_secret": "env:TEAMS_SECRET",
        "authority": sim.base_url,
        "graph_url": sim.graph_url,
        "ca_file": str(sim.ca_file),
        "state_dir": str(folder),
        "request_s": 2.0,
        "poll_s": 0.1,
        "write_every_s": 0.0,
    } | changes


async def until(holds: Callable[[], bool], timeout_s: float = 20.0) -> None:
    """Wait for something that no event tells of; it is looked at every 10 ms."""
    async with asyncio.timeout(timeout_s):
        while not holds():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.01)


@dataclass
class Desk:
    """A running adapter and its platform."""

    sim: TeamsSimulator
    adapter: WritingAdapter
    host: RecordingHost

    @property
    def user(self) -> str:
        """The first agent."""
        return self.sim.world.agents[0].id

    def account(self, user: str | None = None) -> AccountRef:
        """The account of somebody."""
        return AccountRef("teams", self.sim.tenant_id, user or self.user)

    async def follow(self, *users: str) -> None:
        """Follow, and wait until each one's state was told."""
        mark = len(self.host.events)
        await self.adapter.follow([self.account(user) for user in users or (self.user,)])
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
            return presence in (None, state.presence) and state.account.external_id == whose and where(state)

        return (await self.host.wait_for(AgentStateChanged, fits, since=since)).state

    def states(self, since: int = 0) -> list[AgentState]:
        """Everything told so far."""
        return [event.state for event in self.host.of(AgentStateChanged, since)]

    async def wish(self, to: Presence = Presence.AWAY, user: str | None = None) -> StateChange:
        """A wish decided on the state of this moment."""
        state = await self.adapter.read(self.account(user))
        return StateChange(f"change-{next(_numbers)}", state.account, to, state.revision)

    async def write(self, change: StateChange, wanted: bool = True) -> StateReceipt:
        """Make it."""
        return await self.adapter.write(change, lambda: wanted)

    async def away(self, user: str | None = None) -> StateReceipt:
        """Put somebody Away, or fail."""
        receipt = await self.write(await self.wish(user=user))
        assert receipt.written, receipt.reason
        return receipt

    async def back(self, receipt: StateReceipt) -> StateReceipt:
        """Take an Away of ours back."""
        account, revision = receipt.state.account, receipt.state.revision
        change = StateChange(f"change-{next(_numbers)}", account, Presence.AVAILABLE, revision)
        return await self.write(change)

    def shown(self, user: str | None = None) -> str:
        """What Teams shows."""
        return self.sim.world.shown(user or self.user).availability

    def writes(self) -> list[Entry]:
        """The state writes that arrived."""
        return [one for one in self.sim.journal.find("graph", "POST", "in") if "/presence/" in one.what]

    def polls(self) -> list[Entry]:
        """The bulk reads that arrived."""
        return self.sim.journal.find("graph", "getPresencesByUserId", "in")

    @property
    def health(self) -> HealthReport:
        """The last word on it."""
        return self.host.reports[-1]

    async def healthy(self, status: HealthStatus) -> HealthReport:
        """Wait for a health report of that status."""
        await until(lambda: bool(self.host.reports) and self.health.status is status)
        return self.health


@asynccontextmanager
async def desk_at(sim: TeamsSimulator, folder: Path, **changes: Any) -> AsyncIterator[Desk]:
    """Start an adapter; its engine lives by the tenant's clock."""
    adapter = build(TeamsConfig(**table(sim, folder, **changes)))
    assert isinstance(adapter, WritingAdapter)
    host = RecordingHost(sim.world.clock)
    try:
        await adapter.start(host)
        yield Desk(sim, adapter, host)
    finally:
        await adapter.aclose()


def after_noting(desk: Desk, act: Callable[[], Awaitable[None]]) -> None:
    """Let something happen between the look and the request: while the journal is on its way to the disk."""
    begin = desk.adapter.journal.begin

    async def begun(slot: Slot) -> None:
        await begin(slot)
        desk.adapter.journal.begin = begin  # type: ignore[method-assign]
        await act()

    desk.adapter.journal.begin = begun  # type: ignore[method-assign]


def told_to_wait(desk: Desk, seconds: float) -> None:
    """As after a 429 that some other request got."""
    desk.adapter._graph.pace.refused(seconds, random.Random(1))  # noqa: S311 - not used here
