"""A task that breaks in a way that nobody foresaw is said, begun again and well again: nobody restarts it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from atdesk_sdk.events import Presence
from atdesk_sdk.health import HealthStatus
from atdesk_sdk.tasks import Rests
from atdesk_sdk.testing import RecordingHost
from atdesk_teams.adapter import build
from atdesk_teams.config import TeamsConfig
from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.state_out import WritingAdapter
from tests.teams.desk import Desk, table, until

SHORT = Rests(first_s=0.05, longest_s=0.2, steady_s=0.5)


@asynccontextmanager
async def desk_that_recovers(sim: TeamsSimulator, folder: Path, **changes: Any) -> AsyncIterator[Desk]:
    """A running adapter with short rests."""
    config = TeamsConfig(**table(sim, folder, **changes))
    adapter = type(build(config))(config, rests=SHORT)
    assert isinstance(adapter, WritingAdapter)
    host = RecordingHost(sim.world.clock)
    try:
        await adapter.start(host)
        yield Desk(sim, adapter, host)
    finally:
        await adapter.aclose()


def breaks(monkeypatch: pytest.MonkeyPatch, where: object, name: str, times: int = 1) -> None:
    """A function fails so many times."""
    works, left = getattr(where, name), [times]

    def broken(*given: Any) -> Any:
        if left[0] > 0:
            left[0] -= 1
            raise KeyError("Dana")
        return works(*given)

    monkeypatch.setattr(where, name, broken)


async def said(desk: Desk, since: int, holds: Callable[[], bool]) -> list[tuple[HealthStatus, bool, str]]:
    """What was said until all was well again."""
    await until(lambda: len(desk.host.reports) > since and holds())
    return [(one.status, one.in_touch, one.message) for one in desk.host.reports[since:]]


async def test_the_polling_that_breaks_goes_on_and_everybody_is_heard_before_it_is_well(
    sim: TeamsSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk_that_recovers(sim, tmp_path) as desk:
        await desk.follow()
        since = len(desk.host.reports)
        breaks(monkeypatch, desk.adapter._feed, "_ask_again")
        down, well = await said(desk, since, lambda: desk.health.status is HealthStatus.UP)
        stopped = "presences stopped unexpectedly (KeyError) and will be begun again; see the log"
        assert (down, well) == ((HealthStatus.DEGRADED, False, stopped), (HealthStatus.UP, True, ""))
        mark = len(desk.host.events)
        desk.sim.world.pick(desk.user, "Busy")
        await desk.state(Presence.BUSY, since=mark)
        assert desk.writes() == []


async def test_renewals_that_break_go_on_and_cost_no_touch(
    sim: TeamsSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk_that_recovers(sim, tmp_path, renew_s=1.0) as desk:
        since = len(desk.host.reports)
        breaks(monkeypatch, desk.adapter.renewals, "due", times=2)
        down, well = await said(desk, since, lambda: desk.health.status is HealthStatus.UP)
        stopped = "renewals stopped unexpectedly (KeyError) and will be begun again; see the log"
        assert (down, well) == ((HealthStatus.DEGRADED, True, stopped), (HealthStatus.UP, True, ""))


async def test_an_adapter_is_closed_while_a_task_of_it_is_down(
    sim: TeamsSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk_that_recovers(sim, tmp_path) as desk:
        await desk.follow()
        breaks(monkeypatch, desk.adapter._feed, "_ask_again", times=10**6)
        await until(lambda: not desk.health.in_touch)
        async with asyncio.timeout(5.0):
            await desk.adapter.aclose()
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("teams: ")]
