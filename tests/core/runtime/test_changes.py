"""What others changed is taken up in the order in which it was changed, whoever reads it meanwhile."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from atdesk_core.runtime.changes import Changes
from atdesk_core.store import StoreError


@dataclass
class Readings:
    """What is read each time: the directory that then stands, given once its event is set."""

    answers: deque[tuple[str, asyncio.Event]] = field(default_factory=deque)
    current: str = "as before"

    def next(self, directory: str) -> asyncio.Event:
        """The next reading finds this, once the event is set."""
        given = asyncio.Event()
        self.answers.append((directory, given))
        return given

    async def refresh(self) -> bool:
        if not self.answers:
            return False
        directory, given = self.answers.popleft()
        await given.wait()
        changed, self.current = self.current != directory, directory
        return changed


@dataclass
class Rest:
    """Everything else that is asked or told."""

    current: str = "agreements"
    world: list[str] = field(default_factory=lambda: ["as before"])
    followed: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    waits: list[asyncio.Event] = field(default_factory=list)

    async def refresh(self) -> bool:
        if self.waits:
            await self.waits.pop(0).wait()
        if self.faults:
            raise self.faults.pop(0)
        return False

    async def stop_orders(self) -> Sequence[object]:
        return ()

    def update(self, directory: str, _orders: object, _agreements: object) -> bool:
        changed = self.world[-1] != directory
        self.world.append(directory)
        return changed

    def directory_changed(self) -> None:
        """Nobody is routed here."""

    def tell(self) -> None:
        """No session is told here."""

    def again(self) -> None:
        self.followed.append(self.world[-1])


def _changes(readings: Readings, rest: Rest) -> Changes:
    other = cast(Any, rest)
    changes = Changes(other, cast(Any, readings), other, other, other, other, lambda _directory: None)
    changes.following = other
    return changes


async def test_a_reading_that_took_longer_does_not_put_back_what_was_replaced() -> None:
    """The agent withdraws a consent on the page while the round of every second still reads."""
    readings, rest = Readings(), Rest()
    changes = _changes(readings, rest)
    slow, quick = readings.next("with consent"), readings.next("consent withdrawn")
    quick.set()
    async with asyncio.TaskGroup() as group:
        group.create_task(changes.take_up())
        group.create_task(changes.take_up())
        group.create_task(_after_others(slow))
    assert rest.world[-1] == "consent withdrawn"


async def test_new_accounts_are_followed_whoever_takes_them_up() -> None:
    """Two read at once: the one that found the change is not the one that tells the world of it."""
    slow = asyncio.Event()
    readings, rest = Readings(), Rest(waits=[slow])
    changes = _changes(readings, rest)
    readings.next("a new agent").set()
    async with asyncio.TaskGroup() as group:
        group.create_task(changes.take_up())
        group.create_task(changes.take_up())
        group.create_task(_after_others(slow))
    assert rest.followed == ["a new agent"]


async def test_new_accounts_are_followed_after_a_reading_that_failed_halfway() -> None:
    readings, rest = Readings(), Rest(faults=[StoreError("no answer")])
    changes = _changes(readings, rest)
    readings.next("a new agent").set()
    with pytest.raises(StoreError):
        await changes.take_up()
    await changes.take_up()
    assert rest.followed == ["a new agent"]


async def test_accounts_that_are_new_while_the_service_starts_are_followed_once_it_has() -> None:
    readings, rest = Readings(), Rest()
    changes = _changes(readings, rest)
    follows, changes.following = changes.following, None
    readings.next("a new agent").set()
    await changes.take_up()
    changes.following = follows
    await changes.take_up()
    assert rest.followed == ["a new agent"]


async def _after_others(event: asyncio.Event) -> None:
    """Once everybody else has got as far as possible."""
    for _ in range(10):
        await asyncio.sleep(0)
    event.set()
