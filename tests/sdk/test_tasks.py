"""A task that an adapter lives by does not end unseen, and not for good."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from atdesk_sdk import HealthReport, HealthStatus, TryLater
from atdesk_sdk.condition import Condition
from atdesk_sdk.tasks import Rests, Tasks, came
from atdesk_sdk.testing import RecordingHost, VirtualClock, run_virtual


class Work:
    """Fails as often as it is told to, each time after so many seconds; then it goes on."""

    def __init__(self, clock: VirtualClock, failures: int, after_s: float = 0.0) -> None:
        self.began: list[float] = []
        self._clock, self._failures, self._after_s = clock, failures, after_s

    async def run(self) -> None:
        self.began.append(self._clock.elapsed)
        await asyncio.sleep(self._after_s)
        if len(self.began) <= self._failures:
            raise KeyError("ann@example.com")
        await asyncio.sleep(3600.0)


class World:
    """An adapter's tasks in virtual time, and who is told of them."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.host = RecordingHost(self.clock.now)

    def tasks(self, **changes: Any) -> Tasks:
        return Tasks("zoom", Condition("zoom", self.host), self.host.now, **changes)

    def live(self, begin: Callable[[Tasks], object], seconds: float) -> list[HealthReport]:
        """Begin something, and close after so long. Returns what was told."""

        async def story() -> None:
            tasks = self.tasks()
            begin(tasks)
            await asyncio.sleep(seconds)
            await tasks.aclose()
            assert len(asyncio.all_tasks()) == 1, "something outlived the end"

        run_virtual(story(), self.clock)
        return self.host.reports


@pytest.fixture
def world() -> World:
    return World()


# -- it is said, begun again, and said to be well -----


def test_it_is_said_begun_again_and_well_once_it_has_run_for_a_while(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    work, doubts = Work(world.clock, failures=1), list[float]()

    def begin(tasks: Tasks) -> None:
        tasks.keep(work.run, "states", hears=True, anew=lambda: doubts.append(world.clock.elapsed))

    with caplog.at_level(logging.INFO):
        down, well = world.live(begin, 30.0)
    assert (work.began, doubts) == ([0.0, 1.0], [1.0])
    assert (down.status, down.in_touch, down.retry_at) == (HealthStatus.DEGRADED, False, down.at + 1.0)
    assert not down.knows_states, "of an authority that is out of touch nobody is looked at"
    assert down.message == "states stopped unexpectedly (KeyError) and will be begun again; see the log"
    assert (well.status, well.in_touch, well.at - down.at) == (HealthStatus.UP, True, 11.0)
    assert "states of zoom ended: KeyError at test_tasks.py:" in caplog.text
    assert "states of zoom runs again" in caplog.text
    assert "example.com" not in caplog.text, "what an error says may be somebody's"


def test_what_does_not_hear_costs_no_touch(world: World) -> None:
    work = Work(world.clock, failures=1)
    down, _ = world.live(lambda tasks: tasks.keep(work.run, "renewals", hears=False), 30.0)
    assert (down.status, down.in_touch, down.knows_states) == (HealthStatus.DEGRADED, True, True)


def test_what_keeps_failing_is_said_once_and_tried_less_and_less_often(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    work = Work(world.clock, failures=99)
    with caplog.at_level(logging.WARNING):
        reports = world.live(lambda tasks: tasks.keep(work.run, "states", hears=True), 200.0)
    assert work.began == [0.0, 1.0, 3.0, 7.0, 15.0, 31.0, 63.0, 123.0, 183.0]
    assert (len(reports), len(caplog.records)) == (1, 1)


def test_what_fails_soon_after_it_was_begun_again_was_never_well(world: World) -> None:
    work = Work(world.clock, failures=99, after_s=9.0)
    reports = world.live(lambda tasks: tasks.keep(work.run, "states", hears=True), 100.0)
    assert [report.status for report in reports] == [HealthStatus.DEGRADED]


def test_what_went_well_for_long_is_begun_again_soon(world: World) -> None:
    work = Work(world.clock, failures=99, after_s=300.0)
    world.live(lambda tasks: tasks.keep(work.run, "states", hears=True), 1000.0)
    assert work.began == [0.0, 301.0, 602.0, 903.0]


def test_nothing_is_said_of_work_that_is_done(world: World) -> None:
    assert world.live(lambda tasks: tasks.keep(lambda: asyncio.sleep(1.0), "once", hears=True), 10.0) == []


def test_what_broke_and_then_is_done_is_well(world: World) -> None:
    begun = list[float]()

    async def second_time() -> None:
        begun.append(world.clock.elapsed)
        if len(begun) == 1:
            raise KeyError("x")

    reports = world.live(lambda tasks: tasks.keep(second_time, "once", hears=True), 5.0)
    assert [report.status for report in reports] == [HealthStatus.DEGRADED, HealthStatus.UP]


def test_a_turn_that_returned_is_what_proves_it_well_however_long_that_takes(world: World) -> None:
    """One that rests for a minute and then fails would else be well after each rest."""
    turns = list[float]()

    async def turn() -> None:
        await asyncio.sleep(60.0)
        turns.append(world.clock.elapsed)
        if len(turns) in (2, 3):
            raise KeyError("x")

    reports = world.live(lambda tasks: tasks.repeat(turn, "every state", hears=True), 400.0)
    assert turns == [60.0, 120.0, 181.0, 243.0, 303.0, 363.0]
    assert [report.at - reports[0].at for report in reports] == [0.0, 123.0]


def test_a_doubt_that_fails_is_a_failure_too(world: World) -> None:
    work, doubts = Work(world.clock, failures=1), list[float]()

    def doubt() -> None:
        doubts.append(world.clock.elapsed)
        if len(doubts) == 1:
            raise KeyError("x")

    world.live(lambda tasks: tasks.keep(work.run, "states", hears=True, anew=doubt), 30.0)
    assert (work.began, doubts) == ([0.0, 3.0], [1.0, 3.0])


def test_a_group_of_errors_is_named_by_what_it_is_made_of(world: World) -> None:
    async def grouped() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(Work(world.clock, failures=1).run())

    (down, *_) = world.live(lambda tasks: tasks.keep(grouped, "states", hears=True), 0.5)
    assert "(KeyError)" in down.message


def test_a_future_that_somebody_else_cancelled_does_not_end_it(world: World) -> None:
    begun = list[float]()

    async def waits() -> None:
        begun.append(world.clock.elapsed)
        answer = asyncio.get_running_loop().create_future()
        if len(begun) == 1:
            answer.cancel()
        await answer

    (down, well) = world.live(lambda tasks: tasks.keep(waits, "states", hears=True), 30.0)
    assert (begun, "(CancelledError)" in down.message, well.status) == ([0.0, 1.0], True, HealthStatus.UP)


def test_the_rests_and_the_waiting_are_the_callers() -> None:
    host, slept = RecordingHost(lambda: 5.0), list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    async def story() -> None:
        rests = Rests(first_s=7.0, longest_s=20.0)
        tasks = Tasks("zoom", Condition("zoom", host), host.now, rests, sleep)
        done, left = asyncio.Event(), [4]

        async def work() -> None:
            left[0] -= 1
            if left[0]:
                raise KeyError("x")
            done.set()

        tasks.keep(work, "states", hears=True)
        await done.wait()
        await tasks.aclose()

    run_virtual(story())
    rests = [seconds for seconds in slept if seconds in (7.0, 14.0, 20.0)]
    assert (rests[0], max(rests), host.reports[0].retry_at) == (7.0, 20.0, 12.0)


# -- what is done once -----


def test_what_is_done_once_is_logged_when_it_fails_and_costs_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    reports = world.live(lambda tasks: tasks.do(Work(world.clock, failures=1).run(), "a word"), 5.0)
    assert (reports, len(caplog.records)) == ([], 1)
    assert "zoom: a word failed: KeyError at test_tasks.py:" in caplog.text
    assert "example.com" not in caplog.text


# -- the end -----


def closed(
    work: Callable[[], Coroutine[Any, Any, None]],
    world: World,
    after_s: float = 0.5,
    afterwards: Callable[[], None] = lambda: None,
) -> float:
    """Seconds that the end took."""
    took = list[float]()

    async def story() -> None:
        tasks = world.tasks()
        tasks.keep(work, "states", hears=True)
        await asyncio.sleep(after_s)
        began = world.clock.elapsed
        await tasks.aclose()
        took.append(world.clock.elapsed - began)
        afterwards()

    run_virtual(story(), world.clock)
    return took[0]


def test_what_fails_while_it_is_ended_is_not_begun_again(world: World) -> None:
    begun = list[float]()

    async def breaks_at_the_end() -> None:
        begun.append(world.clock.elapsed)
        try:
            await asyncio.sleep(3600.0)
        finally:
            raise KeyError("x")

    assert (closed(breaks_at_the_end, world), begun, world.host.reports) == (0.0, [0.0], [])


@pytest.mark.parametrize("swallows", [1, 99])
def test_what_does_not_end_holds_the_end_up_for_a_bounded_time(world: World, swallows: int) -> None:
    left, over = [swallows], asyncio.Event()

    async def stubborn() -> None:
        while not over.is_set():
            try:
                await came(over, 20.0)
            except asyncio.CancelledError:
                left[0] -= 1
                if left[0] < 0:
                    raise

    assert closed(stubborn, world, afterwards=over.set) == {1: 5.0, 99: 10.0}[swallows]


def test_the_end_ends_what_rests_and_what_is_watched(world: World) -> None:
    work = Work(world.clock, failures=1)
    assert closed(work.run, world, after_s=0.5) == 0.0
    watched = Work(world.clock, failures=1)
    assert closed(watched.run, world, after_s=1.5) == 0.0


def test_a_cancellation_of_the_end_itself_gets_through(world: World) -> None:
    async def story() -> None:
        tasks, over = world.tasks(), asyncio.Event()

        async def stubborn() -> None:
            while not over.is_set():
                try:
                    await over.wait()
                except asyncio.CancelledError:
                    continue

        tasks.keep(stubborn, "states", hears=True)
        await asyncio.sleep(0.5)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await tasks.aclose()
        over.set()
        await tasks.aclose()

    run_virtual(story(), world.clock)


def test_a_loop_that_ends_before_us_is_not_held_up(world: World) -> None:
    """As when the whole process is told to stop, and something breaks on the way out."""
    begun = list[float]()

    async def breaks_at_the_end() -> None:
        begun.append(world.clock.elapsed)
        try:
            await asyncio.sleep(3600.0)
        finally:
            raise KeyError("x")

    async def story() -> None:
        world.tasks().keep(breaks_at_the_end, "states", hears=True)
        await asyncio.sleep(0.5)

    run_virtual(story(), world.clock)
    assert (begun, world.clock.elapsed, world.host.reports) == ([0.0], 0.5, [])


def test_one_is_ended_alone_with_what_was_wrong_with_it(world: World) -> None:
    async def story() -> None:
        tasks = world.tasks()
        broken = tasks.keep(Work(world.clock, failures=99).run, "a channel", hears=True)
        tasks.keep(Work(world.clock, failures=0).run, "another", hears=True)
        await asyncio.sleep(5.0)
        await tasks.end(broken)
        await tasks.end(broken)
        assert not any("a channel" in task.get_name() for task in asyncio.all_tasks())
        assert any("another" in task.get_name() for task in asyncio.all_tasks())
        await tasks.aclose()

    run_virtual(story(), world.clock)
    assert [report.status for report in world.host.reports] == [HealthStatus.DEGRADED, HealthStatus.UP]


def test_nothing_begins_after_the_end(world: World) -> None:
    async def story() -> None:
        tasks, work = world.tasks(), Work(world.clock, failures=0)
        await tasks.aclose()
        await tasks.aclose()
        for begin in (tasks.keep, tasks.repeat):
            with pytest.raises(TryLater, match="zoom is closed"):
                begin(work.run, "states", hears=True)
        tasks.do(work.run(), "a word")
        assert (work.began, len(asyncio.all_tasks())) == ([], 1)

    run_virtual(story(), world.clock)


# -- waiting -----


@pytest.mark.parametrize(("after_s", "comes"), [(1.0, True), (9.0, False)])
def test_an_event_is_waited_for_so_long_and_no_longer(world: World, after_s: float, comes: bool) -> None:
    async def story(waiting: Callable[[asyncio.Event, float], Awaitable[bool]]) -> bool:
        event = asyncio.Event()
        asyncio.get_running_loop().call_later(after_s, event.set)
        return await waiting(event, 5.0)

    assert run_virtual(story(came), world.clock) is comes
    assert world.clock.elapsed == min(after_s, 5.0)
