"""A task that an adapter lives by does not end unseen, and not for good."""

import asyncio
import logging

import pytest

from atdesk_sdk import HealthStatus
from atdesk_sdk.condition import Condition
from atdesk_sdk.tasks import Tasks
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


def lived(work: Work, clock: VirtualClock, seconds: float) -> tuple[RecordingHost, list[float]]:
    """Keep it for so long. Returns who was told, and when each end of it was told to the adapter."""
    host, ends = RecordingHost(clock.now), list[float]()

    async def story() -> None:
        tasks = Tasks("zoom", Condition("zoom", host), host.now)
        tasks.keep(work.run, "states", lambda: ends.append(clock.elapsed))
        await asyncio.sleep(seconds)
        await tasks.aclose()

    run_virtual(story(), clock)
    return host, ends


def test_it_is_said_begun_again_and_well_once_it_has_run_for_a_while(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = VirtualClock()
    work = Work(clock, failures=1)
    with caplog.at_level(logging.ERROR):
        host, ends = lived(work, clock, 30.0)
    assert (work.began, ends) == ([0.0, 1.0], [0.0])
    down, well = host.reports
    assert (down.status, down.in_touch, down.retry_at) == (HealthStatus.DOWN, False, down.at + 1.0)
    assert down.message == "states stopped unexpectedly (KeyError) and is begun again in 1 s"
    assert (well.status, well.in_touch, well.at - down.at) == (HealthStatus.UP, True, 2.0)
    assert "states of zoom ended: KeyError at" in caplog.text
    assert "example.com" not in caplog.text, "what an error says may be somebody's"


def test_what_keeps_failing_is_tried_less_and_less_often() -> None:
    clock = VirtualClock()
    work = Work(clock, failures=99)
    lived(work, clock, 200.0)
    assert work.began == [0.0, 1.0, 3.0, 7.0, 15.0, 31.0, 63.0, 123.0, 183.0]


def test_what_went_well_for_long_is_begun_again_soon() -> None:
    clock = VirtualClock()
    work = Work(clock, failures=99, after_s=300.0)
    lived(work, clock, 1000.0)
    assert work.began == [0.0, 301.0, 602.0, 903.0]


def test_nothing_is_said_of_work_that_is_done() -> None:
    clock = VirtualClock()
    host = RecordingHost(clock.now)

    async def story() -> None:
        tasks = Tasks("zoom", Condition("zoom", host), host.now)
        tasks.keep(lambda: asyncio.sleep(1.0), "once")
        await asyncio.sleep(10.0)
        await tasks.aclose()

    run_virtual(story(), clock)
    assert host.reports == []
