"""One writer for one database, with group commit: whatever waits is written in one transaction.

The disk's flush is the price of a commit, and it is the same for one unit as for five hundred.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Generic, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from atdesk_core.store.apply import write_units
from atdesk_core.store.database import plain_reason
from atdesk_core.store.errors import (
    StaleSnapshotError,
    StoreBusyError,
    StoreClosedError,
    StoreError,
    UnitRefusedError,
)
from atdesk_core.store.rows import Unit

T = TypeVar("T")
W = TypeVar("W")
Job = Callable[[AsyncConnection], Awaitable[T]]
"""Something that writes more than a `Unit` can say; it gets a transaction of its own."""


@dataclass(slots=True)
class WriterCounts:
    """What the writer has done since it started, for metrics.

    Attributes:
        transactions: Committed.
        units: Written.
        refused: Units that broke a rule of the database.
        failed: Units lost to a failure of the database itself; each caller was told.
        turned_away: Calls that found no room in time.
    """

    transactions: int = 0
    units: int = 0
    refused: int = 0
    failed: int = 0
    turned_away: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting(Generic[W]):
    work: W
    done: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def resolve(self, value: Any = None) -> None:
        if not self.done.done():
            self.done.set_result(value)

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class _WaitingUnit(_Waiting[Unit]):
    """A unit and the caller who waits for it."""


class _WaitingJob(_Waiting[Job[Any]]):
    """A job and the caller who waits for it."""


class Writer:
    """Owner of the one writing connection.

    Args:
        engine: Writes; a pool of one connection.
        capacity: Calls that may be waiting or being written. The next one waits for room; nothing
            is ever dropped.
        max_batch: Units in one transaction at most.
        wait_s: Seconds a call waits for room before it is turned away.
    """

    def __init__(
        self, engine: AsyncEngine, *, capacity: int = 4096, max_batch: int = 512, wait_s: float = 30.0
    ) -> None:
        self.counts = WriterCounts()
        self._engine = engine
        self._max_batch = max_batch
        self._wait_s = wait_s
        self._room = asyncio.Semaphore(capacity)
        self._queue: deque[_WaitingUnit | _WaitingJob] = deque()
        self._wake = asyncio.Event()
        self._closed = False
        # The earliest step of each agent that was lost. What rests on it is not written without it.
        self._lost: dict[str, int] = {}
        self._task = asyncio.create_task(self._serve(), name="atdesk-store-writer")

    async def commit(self, unit: Unit) -> None:
        """Write a unit. Returning means that it is on the disk.

        Cancelling a call that still waits leaves its unit out; one that is being written may be kept.

        Raises:
            UnitRefusedError: It breaks a rule of the database; `StaleSnapshotError` among them; or an
                earlier step of the same agent was lost, and this one rests on it.
            StoreBusyError: No room in time.
            StoreClosedError: The store is closed.
            StoreError: The database itself failed (a full disk); nothing of the unit was written.
        """
        await self._submit(_WaitingUnit(unit))

    async def run(self, job: Job[T]) -> T:
        """Run a job in a transaction of its own, in its turn. What it raises rolls it back.

        Raises:
            Exception: The job's own, as it is; else as `commit`.
        """
        result: T = await self._submit(_WaitingJob(job))
        return result

    async def aclose(self, timeout_s: float = 30.0) -> None:
        """Write what waits, then stop. Later calls are refused. Closing twice is fine."""
        self._closed = True
        self._wake.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._task), timeout_s)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        while self._queue:
            self._queue.popleft().fail(StoreClosedError("the store was closed before this was written"))

    async def _submit(self, waiting: _WaitingUnit | _WaitingJob) -> Any:
        try:
            async with asyncio.timeout(self._wait_s):
                await self._room.acquire()
        except TimeoutError:
            self.counts.turned_away += 1
            raise StoreBusyError(
                f"no room among the waiting writes for {self._wait_s:g} s: is the disk slow or full?"
            ) from None
        try:
            if self._closed:
                raise StoreClosedError("the store is closed")
            self._queue.append(waiting)
            self._wake.set()
            return await waiting.done
        finally:
            self._room.release()

    async def _serve(self) -> None:
        while not self._closed:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                await self._write(self._take())

    def _take(self) -> list[_WaitingUnit | _WaitingJob]:
        taken = [self._queue.popleft() for _ in range(min(self._max_batch, len(self._queue)))]
        return [waiting for waiting in taken if not waiting.done.done()]

    async def _write(self, batch: Sequence[_WaitingUnit | _WaitingJob]) -> None:
        for _, group in groupby(batch, type):
            units: list[_WaitingUnit] = []
            for waiting in group:
                if isinstance(waiting, _WaitingUnit):
                    units.append(waiting)
                else:
                    await self._run_job(waiting)
            if units:
                await self._write_together(units)

    async def _write_together(self, waiting_units: Sequence[_WaitingUnit]) -> None:
        batch = self._whole(waiting_units)
        try:
            async with self._engine.begin() as connection:
                refused = await write_units(connection, [waiting.work for waiting in batch])
        except OperationalError as error:
            self._fail(batch, error)
        except Exception:
            # One of them is bad, and which is not known: once more, each for itself.
            await self._write_apart(batch)
        else:
            self._settle(batch, refused)

    async def _write_apart(self, batch: list[_WaitingUnit]) -> None:
        refused: dict[int, UnitRefusedError] = {}
        try:
            async with self._engine.begin() as connection:
                for index, waiting in enumerate(batch):
                    if error := self._rests_on_lost(waiting.work) or await _write_one(
                        connection, waiting.work
                    ):
                        refused[index] = error
                        self._note_lost(waiting.work, error)
        except Exception as error:
            self._fail(batch, error)
        else:
            self._settle(batch, refused)

    def _fail(self, batch: Sequence[_WaitingUnit], error: Exception) -> None:
        self.counts.failed += len(batch)
        lost = StoreError(f"the database did not take the write: {plain_reason(error)}")
        for waiting in batch:
            self._note_lost(waiting.work, lost)
            waiting.fail(StoreError(str(lost)))

    def _whole(self, waiting_units: Sequence[_WaitingUnit]) -> list[_WaitingUnit]:
        """Without those that rest on a step that was lost: their callers are told."""
        batch: list[_WaitingUnit] = []
        for waiting in waiting_units:
            if (error := self._rests_on_lost(waiting.work)) is None:
                batch.append(waiting)
            else:
                self.counts.refused += 1
                waiting.fail(error)
        return batch

    def _rests_on_lost(self, unit: Unit) -> UnitRefusedError | None:
        """A later step of an agent whose earlier one is not on the disk leaves out what that one owed."""
        lost = (s.agent_id for s in unit.snapshots if s.version > self._lost.get(s.agent_id, s.version))
        agent_id = next(lost, None)
        return (
            None if agent_id is None else UnitRefusedError(f"an earlier step of {agent_id} was not written")
        )

    def _note_lost(self, unit: Unit, error: Exception) -> None:
        if not isinstance(error, StaleSnapshotError):
            for one in unit.snapshots:
                self._lost[one.agent_id] = min(one.version, self._lost.get(one.agent_id, one.version))

    def _settle(self, batch: Sequence[_WaitingUnit], refused: dict[int, UnitRefusedError]) -> None:
        self.counts.transactions += 1
        self.counts.units += len(batch) - len(refused)
        self.counts.refused += len(refused)
        for index, waiting in enumerate(batch):
            if index in refused:
                waiting.fail(refused[index])
            else:
                for one in waiting.work.snapshots:
                    self._lost.pop(one.agent_id, None)  # it was written after all
                waiting.resolve()

    async def _run_job(self, waiting: _WaitingJob) -> None:
        try:
            async with self._engine.begin() as connection:
                result = await waiting.work(connection)
        except OperationalError as error:
            self.counts.failed += 1
            waiting.fail(StoreError(f"the database did not take the write: {plain_reason(error)}"))
            return
        except Exception as error:
            waiting.fail(error)
            return
        self.counts.transactions += 1
        waiting.resolve(result)


async def _write_one(connection: AsyncConnection, unit: Unit) -> UnitRefusedError | None:
    """Write one unit under a savepoint; the error when it is bad, so that the others go on."""
    try:
        async with connection.begin_nested():
            return (await write_units(connection, [unit])).get(0)
    except OperationalError:
        # The database itself (disk full, connection lost): the transaction is gone, for all of them.
        raise
    except Exception as error:
        return UnitRefusedError(f"the unit breaks a rule of the database: {plain_reason(error)}")
