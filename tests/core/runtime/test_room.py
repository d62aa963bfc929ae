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
    """Each unit is written once it is its turn."""

    kept: list[Unit] = field(default_factory=list)
    begun: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def commit(self, unit: Unit) -> None:
        self.begun.release()
        await self.turns.acquire()
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
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        room.keep(_unit(1))
        await disk.begun.acquire()
        room.keep(_unit(2))
        group.create_task(room.aclose())
        await asyncio.sleep(0)
        disk.turns.release()
        await disk.begun.acquire()
        room.keep(_unit(3))
        group.create_task(room.flushed())
        await asyncio.sleep(0)
        disk.turns.release()
        disk.turns.release()
    assert disk.kept == [_unit(1), _unit(2), _unit(3)]


async def test_after_the_end_nobody_waits_for_what_nobody_writes() -> None:
    room = _room(SlowDisk())
    await room.aclose()
    async with asyncio.timeout(10):
        await room.flushed()
        await room.aclose()


async def test_what_an_errand_begins_is_waited_for_too() -> None:
    errands, done = Errands(), list[str]()

    async def last() -> None:
        for _ in range(10):
            await asyncio.sleep(0)
        done.append("last")

    async def first() -> None:
        await asyncio.sleep(0)
        errands.run(last())

    errands.run(first())
    await errands.aclose()
    assert done == ["last"]
