"""A task that breaks in a way that nobody foresaw is said, begun again and well again: nobody restarts it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from atdesk_genesys import protocol
from atdesk_sdk.events import Interaction, Presence
from atdesk_sdk.health import HealthStatus
from tests.genesys.conftest import Desk, Open, channels_made, still_heard, until


def breaks(monkeypatch: pytest.MonkeyPatch, where: object, name: str, times: int = 1) -> Callable[[], bool]:
    """A function fails so many times, and says whether it has."""
    works, left = getattr(where, name), [times]

    def broken(*given: Any) -> Any:
        if left[0] > 0:
            left[0] -= 1
            raise KeyError("Dana")
        return works(*given)

    monkeypatch.setattr(where, name, broken)
    return lambda: left[0] <= 0


async def came_back(desk: Desk, since: int, name: str) -> None:
    """Fail unless it was said once that it stopped and once that all is well, and what happens is heard."""
    await until(lambda: len(desk.host.reports) > since and desk.health.status is HealthStatus.UP)
    down, well = desk.host.reports[since:]
    assert (down.status, down.in_touch) == (HealthStatus.DEGRADED, False), "an authority that is silent"
    assert down.message == f"{name} stopped unexpectedly (KeyError) and will be begun again; see the log"
    assert (well.status, well.message, well.in_touch) == (HealthStatus.UP, "", True)
    await still_heard(desk)
    assert desk.writes() == []


async def test_a_socket_whose_reading_breaks_is_opened_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What broke the reading is not lost either: everybody is read before it is said that all is well."""
    await desk.follow()
    made, since = channels_made(desk), len(desk.host.reports)
    breaks(monkeypatch, protocol, "parse_frame")
    desk.sim.world.set_presence(desk.user, "Meal")
    await desk.state(Presence.MEAL)
    await came_back(desk, since, "channel 1")
    assert channels_made(desk) == made, "the channel lives, its socket alone was lost"


async def test_a_re_sync_that_breaks_is_done_again(open_desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_desk(resync_s=0.3) as desk:
        await desk.follow()
        since = len(desk.host.reports)
        breaks(monkeypatch, desk.adapter, "snapshot")
        await came_back(desk, since, "the re-sync")


async def test_a_doubt_is_settled_though_the_reading_of_it_broke(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call ran before we came: its last event names none that we know, so the state is read again."""
    talk = desk.sim.world.start_call(desk.user, acw=False)
    desk.sim.world.answer(talk)
    await desk.follow()
    mark, since = len(desk.host.events), len(desk.host.reports)
    breaks(monkeypatch, desk.adapter, "snapshot")
    desk.sim.world.hang_up(talk)
    await desk.state(since=mark, where=lambda state: state.interaction is Interaction.NONE)
    await came_back(desk, since, "the reading of doubts")


async def test_an_adapter_is_closed_while_a_task_of_it_is_down(
    open_desk: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_desk() as desk:
        await desk.follow()
        breaks(monkeypatch, protocol, "parse_frame", times=10**6)
        desk.sim.world.set_presence(desk.user, "Meal")
        await until(lambda: not desk.health.in_touch)
        async with asyncio.timeout(5.0):
            await desk.adapter.aclose()
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("main: ")]
        assert {state.presence for state in desk.states()} <= {Presence.AVAILABLE, Presence.MEAL}
