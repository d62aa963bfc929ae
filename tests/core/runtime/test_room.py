"""The end of the sessions: what is decided while the last of it is written is written too."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, cast

from atdesk_core.runtime.errands import Errands
from atdesk_core.runtime.room import SessionRoom
from atdesk_core.store import StopOrder, Unit


@dataclass
class SlowDisk:
    """The first unit is written once it is its turn."""

    kept: list[Unit] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    turns: asyncio.Event = field(default_factory=asyncio.Event)

    async def commit(self, unit: Unit) -> None:
        self.begun.set()
        await self.turns.wait()
        self.kept.append(unit)


def _room(disk: SlowDisk) -> SessionRoom:
    nobody = cast(Any, None)
    room = SessionRoom(disk, nobody, time.time, lambda _rows: None, nobody, nobody)
    room.start([])
    return room


def _unit(number: int) -> Unit:
    return Unit(stop_orders=(StopOrder("home", float(number)),))


async def test_what_comes_while_the_last_of_it_is_written_is_written_too() -> None:
    disk = SlowDisk()
    room = _room(disk)
    room.keep(_unit(1))
    closing = asyncio.create_task(room.aclose())
    async with asyncio.timeout(10):
        await disk.begun.wait()
        room.keep(_unit(2))
        waits = asyncio.create_task(room.flushed())
        disk.turns.set()
        await waits
        await closing
    assert disk.kept == [_unit(1), _unit(2)]


async def test_after_the_end_nobody_waits_for_what_nobody_writes() -> None:
    room = _room(SlowDisk())
    await room.aclose()
    async with asyncio.timeout(10):
        await room.flushed()
        await room.aclose()


async def test_what_an_errand_begins_is_waited_for_too() -> None:
    errands, done = Errands(), list[str]()

    async def last() -> None:
        await asyncio.sleep(0)
        done.append("last")

    async def first() -> None:
        await asyncio.sleep(0)
        errands.run(last())

    errands.run(first())
    await errands.aclose()
    assert done == ["last"]
