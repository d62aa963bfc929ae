"""States are asked for no faster than configured, and a write never stands behind the polls."""

from __future__ import annotations

import asyncio

from atdesk_sdk.testing import VirtualClock, run_virtual
from atdesk_zoom.pace import Pace


class _Line:
    """Requests at four a second; when each went out, seconds from the start."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.pace = Pace(4.0, self.clock.now)
        self.sent: list[tuple[str, float]] = []

    async def ask(self, name: str, *, urgent: bool = False) -> None:
        await self.pace.turn(urgent=urgent)
        self.sent.append((name, round(self.clock.elapsed, 3)))


def test_many_at_once_go_out_one_by_one() -> None:
    line = _Line()

    async def story() -> None:
        await asyncio.gather(*(line.ask(str(number)) for number in range(5)))

    run_virtual(story(), line.clock)
    assert line.sent == [("0", 0.0), ("1", 0.25), ("2", 0.5), ("3", 0.75), ("4", 1.0)]


def test_a_write_goes_at_once_and_those_behind_it_wait_longer() -> None:
    line = _Line()

    async def story() -> None:
        await asyncio.gather(line.ask("a"), line.ask("b"), line.ask("write", urgent=True))
        await line.ask("c")

    run_virtual(story(), line.clock)
    assert line.sent == [("write", 0.0), ("a", 0.0), ("b", 0.25), ("c", 0.75)]


def test_where_zoom_asks_for_a_pause_polls_keep_it_and_a_write_tries() -> None:
    line = _Line()

    async def story() -> None:
        line.pace.hold(30.0)
        await asyncio.gather(line.ask("poll"), line.ask("write", urgent=True))

    run_virtual(story(), line.clock)
    assert line.sent == [("write", 0.0), ("poll", 30.0)]
