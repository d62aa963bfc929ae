"""The request budget: never above the limit in any minute, the important ones first."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_genesys.budget import Budget, Lane, Window
from atdesk_sdk.errors import TryLater
from atdesk_sdk.testing import VirtualClock, run_virtual

arrivals = st.lists(st.tuples(st.sampled_from(Lane), st.floats(0, 30)), min_size=1, max_size=120)


@given(arrivals, st.integers(2, 20))
def test_no_minute_holds_more_than_the_limit(history: list[tuple[Lane, float]], limit: int) -> None:
    """Wherever the platform begins its window: any 60 seconds hold at most the limit."""
    window, now, sent = Window(limit), 0.0, []
    for lane, gap in history:
        now += gap
        now += window.wait_s(lane, now)
        assert window.wait_s(lane, now) == pytest.approx(0, abs=1e-6)
        window.count(now)
        sent.append(now)
    for start in sent:
        assert sum(start <= moment < start + 60 - 1e-6 for moment in sent) <= limit


def test_a_poll_leaves_room_for_writes() -> None:
    window = Window(100)
    for _ in range(80):
        window.count(0.0)
    assert window.wait_s(Lane.POLL, 0.0) > 0
    assert window.wait_s(Lane.SNAPSHOT, 0.0) == 0
    for _ in range(19):
        window.count(0.0)
    assert window.wait_s(Lane.NOTICE, 0.0) > 0
    assert window.wait_s(Lane.WRITE, 0.0) == 0


def test_those_who_wait_go_by_lane_then_by_age() -> None:
    async def story() -> list[str]:
        clock = asyncio.get_running_loop().time
        budget = Budget(1, clock, longest_wait_s=10)
        await budget.take(Lane.WRITE)
        went: list[str] = []

        async def one(name: str, lane: Lane) -> None:
            await budget.take(lane)
            went.append(name)

        wanted = [
            ("poll", Lane.POLL),
            ("first", Lane.WRITE),
            ("snapshot", Lane.SNAPSHOT),
            ("second", Lane.WRITE),
        ]
        async with asyncio.TaskGroup() as group:
            for name, lane in wanted:
                group.create_task(one(name, lane))
                await asyncio.sleep(0)
        assert budget.waiting == 0
        return went

    assert run_virtual(story()) == ["first", "second", "snapshot", "poll"]


def test_a_wait_that_is_given_up_makes_room() -> None:
    async def story() -> None:
        budget = Budget(1, asyncio.get_running_loop().time, longest_wait_s=10)
        await budget.take(Lane.WRITE)
        waiting = asyncio.create_task(budget.take(Lane.WRITE))
        await asyncio.sleep(1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert budget.waiting == 0
        async with asyncio.timeout(120):
            await budget.take(Lane.POLL)

    run_virtual(story())


def test_a_short_hold_is_sat_out_and_a_long_one_is_not() -> None:
    clock = VirtualClock()

    async def story() -> None:
        loop = asyncio.get_running_loop()
        budget = Budget(100, loop.time, longest_wait_s=10)
        budget.hold(5)
        began = loop.time()
        await budget.take(Lane.WRITE)
        assert loop.time() - began == pytest.approx(5)
        budget.hold(3600)
        with pytest.raises(TryLater, match="3600") as asked:
            await budget.take(Lane.WRITE)
        assert asked.value.retry_after_s == pytest.approx(3600)

    run_virtual(story(), clock)
