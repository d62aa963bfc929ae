"""The database of one atdesk service: opened, migrated, written by one writer, read beside it."""

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from atdesk_core.store.database import BUSY_S, database_url, make_engines, plain_reason
from atdesk_core.store.errors import StoreUnusableError
from atdesk_core.store.migrating import migrate
from atdesk_core.store.reads import Reads
from atdesk_core.store.rows import Unit
from atdesk_core.store.writer import Job, T, Writer, WriterCounts

_CHECKPOINT_S: Final = 0.05


class Store(Reads):
    """Use `Store.open`, and close it: `async with await Store.open(path) as store`."""

    def __init__(self, writing: AsyncEngine, reading: AsyncEngine) -> None:
        super().__init__(reading)
        self._writing = writing
        self._writer = Writer(writing)

    @classmethod
    async def open(cls, where: str | Path) -> Self:
        """Open a database; a new file is created, an older one upgraded.

        Args:
            where: Path of an SQLite file, or a database URL.

        Raises:
            StoreUnusableError: It cannot be opened or is no database.
            StoreTooNewError: A newer atdesk made it.
        """
        url = database_url(where)
        writing, reading = make_engines(url)
        try:
            async with writing.begin() as connection:
                await connection.run_sync(migrate)
        except (SQLAlchemyError, OSError) as error:
            await writing.dispose()
            raise StoreUnusableError(
                f"the database {url.database} cannot be used: {plain_reason(error)}"
            ) from None
        except BaseException:
            await writing.dispose()
            raise
        return cls(writing, reading)

    @property
    def counts(self) -> WriterCounts:
        """What the writer has done, for metrics."""
        return self._writer.counts

    async def commit(self, unit: Unit) -> None:
        """Write a unit, atomically and durably. See `Writer.commit` for what it raises."""
        await self._writer.commit(unit)

    async def run(self, job: Job[T]) -> T:
        """Run a job in a writing transaction of its own. See `Writer.run`."""
        return await self._writer.run(job)

    async def scrub(self) -> bool:
        """Take what was deleted out of SQLite's log as well, after a key was destroyed.

        Returns:
            False when another reader held on to the log: then it goes with a later scrub.
        """
        if self._writing.dialect.name != "sqlite":
            return True
        loop = asyncio.get_running_loop()
        until = loop.time() + BUSY_S
        # SQLite waits for readers by itself, but not for a checkpoint that a commit has just begun.
        while not (done := await self._checkpointed()) and loop.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(_CHECKPOINT_S)
        return done

    async def _checkpointed(self) -> bool:
        async with self._reading.connect() as connection:
            raw = await connection.execution_options(isolation_level="AUTOCOMMIT")
            outcome = (await raw.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
        return bool(outcome[0] == 0)

    async def aclose(self) -> None:
        """Write what waits, then close. Closing twice is fine."""
        await self._writer.aclose()
        await self._writing.dispose()
        await self.close_reads()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
