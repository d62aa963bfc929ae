"""Virtual time passes only when nothing else is left to do."""

import asyncio
import time

import pytest

from atdesk_sdk.testing import Stalled, VirtualClock, VirtualTimeLoop, run_virtual


def test_a_clock_stands_still_until_it_is_moved() -> None:
    clock = VirtualClock(1_000.0)
    assert (clock.now(), clock.elapsed) == (1_000.0, 0.0)
    clock.advance(2.5)
    assert (clock.now(), clock.elapsed) == (1_002.5, 2.5)


def test_a_clock_does_not_go_back() -> None:
    with pytest.raises(ValueError, match=r"cannot go back by 1 s|cannot go back by 1.0 s"):
        VirtualClock().advance(-1.0)


def test_a_day_takes_no_time() -> None:
    clock = VirtualClock()
    began = time.monotonic()
    run_virtual(asyncio.sleep(86_400), clock)
    assert clock.elapsed == pytest.approx(86_400)
    assert time.monotonic() - began < 60


def test_timers_fire_in_the_order_of_their_times() -> None:
    async def story() -> list[tuple[str, float]]:
        seen: list[tuple[str, float]] = []

        async def note(what: str, after: float) -> None:
            await asyncio.sleep(after)
            seen.append((what, asyncio.get_running_loop().time()))

        await asyncio.gather(note("third", 30.0), note("first", 1.0), note("second", 2.0))
        return seen

    assert run_virtual(story()) == [("first", 1.0), ("second", 2.0), ("third", 30.0)]


def test_time_limits_run_out_in_virtual_time() -> None:
    async def story() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(300):
                await asyncio.sleep(301)
        return asyncio.get_running_loop().time()

    assert run_virtual(story()) == pytest.approx(300)


def test_another_thread_is_waited_for_in_real_time() -> None:
    async def story() -> str:
        return await asyncio.to_thread(lambda: "done")

    assert run_virtual(story()) == "done"


def test_a_story_that_waits_for_nothing_fails_instead_of_hanging() -> None:
    loop = VirtualTimeLoop(patience_s=0.05)
    never = loop.create_future()
    try:
        with pytest.raises(Stalled, match="nothing is scheduled"):
            loop.run_until_complete(never)
    finally:
        loop.close()
