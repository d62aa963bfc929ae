"""Everything that is read from the store, apart from the directory's own tables."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool

from atdesk_core.store import tables
from atdesk_core.store.apply import read_bounds
from atdesk_core.store.errors import StoreClosedError
from atdesk_core.store.rows import (
    BudgetRow,
    FlagRow,
    LedgerBounds,
    LedgerRow,
    MessageRefRow,
    OutboxEntry,
    OutboxKind,
    OutboxRow,
    OutboxStatus,
    SessionSnapshot,
    StopOrder,
)

LAST_READ_S = 5.0
"""How long closing waits for reads under way, seconds."""


class Reads:
    """The reading half of a store. Reads see whole units only, and never wait for the writer."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._reading = engine
        self._reads_closed = False

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection on one consistent view of the database, for reading only.

        Raises:
            StoreClosedError: The store is closed or closing.
        """
        if self._reads_closed:
            raise StoreClosedError("the store is closed")
        async with self._reading.begin() as connection:
            yield connection

    async def close_reads(self, timeout_s: float = LAST_READ_S) -> None:
        """No read begins from now on; those under way end first, then their connections are closed.

        A connection that is in use when its pool goes is closed by nobody.

        Args:
            timeout_s: How long a read may still take.
        """
        self._reads_closed = True
        pool = self._reading.pool
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while isinstance(pool, QueuePool) and pool.checkedout():  # noqa: ASYNC110 - no event tells
                    await asyncio.sleep(0.005)
        await self._reading.dispose()

    async def load_sessions(self) -> list[SessionSnapshot]:
        """The last snapshot of every session."""
        return [SessionSnapshot(**row) for row in await self._rows(_all(tables.sessions, SessionSnapshot))]

    async def open_outbox(self) -> list[OutboxEntry]:
        """Rows still owed (pending and in flight), oldest first."""
        table = tables.outbox
        query = select(table).where(table.c.settled_at.is_(None)).order_by(table.c.place)
        return [_outbox_entry(row) for row in await self._rows(query)]

    async def outbox_entry(self, row_id: str) -> OutboxEntry | None:
        """One row of the outbox, settled or not."""
        table = tables.outbox
        found = await self._rows(select(table).where(table.c.row_id == row_id))
        return _outbox_entry(found[0]) if found else None

    async def flags(self, *, open_only: bool = True) -> list[FlagRow]:
        """Flags in the order in which they were raised."""
        query = _all(tables.flags, FlagRow).order_by(tables.flags.c.raised_at, tables.flags.c.number)
        if open_only:
            query = query.where(tables.flags.c.closed_at.is_(None))
        return [FlagRow(**row) for row in await self._rows(query)]

    async def flag(self, number: str) -> FlagRow | None:
        """The flag of that number, open or closed."""
        found = await self._rows(_all(tables.flags, FlagRow).where(tables.flags.c.number == number))
        return FlagRow(**found[0]) if found else None

    async def message_refs(self, flag_number: str) -> list[MessageRefRow]:
        """Where the messages about a flag stand."""
        table = tables.message_refs
        query = _all(table, MessageRefRow).where(table.c.flag_number == flag_number)
        return [MessageRefRow(**row) for row in await self._rows(query)]

    async def budgets(self, ending_after: float) -> list[BudgetRow]:
        """What the shifts that end after a time have used up."""
        table = tables.budgets
        return [
            BudgetRow(**row)
            for row in await self._rows(_all(table, BudgetRow).where(table.c.ends_at > ending_after))
        ]

    async def stop_orders(self) -> list[StopOrder]:
        """Orders that stand: nobody lifted them."""
        table = tables.stop_orders
        query = _all(table, StopOrder).where(table.c.lifted_at.is_(None)).order_by(table.c.at)
        return [StopOrder(**row) for row in await self._rows(query)]

    async def ledger(
        self, *, agent_ref: str | None = None, start: float, end: float, limit: int = 100_000
    ) -> list[LedgerRow]:
        """Rows of the decision log in `start <= at < end`, in their order.

        Args:
            agent_ref: Only this agent's; None for everybody's and nobody's.
            start: Seconds since the epoch.
            end: Seconds since the epoch.
            limit: Rows at most, the earliest.
        """
        table = tables.ledger
        query = select(table).where(table.c.at >= start, table.c.at < end).order_by(table.c.seq).limit(limit)
        if agent_ref is not None:
            query = query.where(table.c.agent_ref == agent_ref)
        return [LedgerRow(**row) for row in await self._rows(query)]

    async def ledger_of_nobody(
        self, sites: Collection[str], *, start: float, end: float, limit: int = 100_000
    ) -> list[LedgerRow]:
        """Rows in `start <= at < end` that are about no agent (stop orders, policies), of these sites."""
        table = tables.ledger
        query = select(table).where(
            table.c.agent_ref.is_(None), table.c.at >= start, table.c.at < end, table.c.site.in_(sites)
        )
        return [LedgerRow(**row) for row in await self._rows(query.order_by(table.c.seq).limit(limit))]

    async def ledger_times(self, agent_ref: str) -> tuple[float, float] | None:
        """Times of an agent's first and last row; None when there is none."""
        table = tables.ledger.c
        query = select(func.min(table.at), func.max(table.at)).where(table.agent_ref == agent_ref)
        async with self.reading() as connection:
            first, last = (await connection.execute(query)).one()
        return None if first is None else (first, last)

    async def ledger_page(self, after_seq: int, limit: int = 10_000) -> list[LedgerRow]:
        """The next rows of the decision log behind a place, in order of place."""
        async with self.reading() as connection:
            return await read_ledger_page(connection, after_seq, limit)

    async def ledger_bounds(self) -> LedgerBounds | None:
        """First and last place of the decision log; None when it is empty."""
        async with self.reading() as connection:
            return await read_bounds(connection)

    async def _rows(self, query: Select[Any]) -> list[dict[str, Any]]:
        async with self.reading() as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]


async def read_ledger_page(connection: AsyncConnection, after_seq: int, limit: int) -> list[LedgerRow]:
    """As `Reads.ledger_page`, inside a transaction: for a walk over one view of the log."""
    table = tables.ledger
    query = select(table).where(table.c.seq > after_seq).order_by(table.c.seq).limit(limit)
    return [LedgerRow(*row) for row in await connection.execute(query)]


async def read_ledger_place(connection: AsyncConnection, row_hash: str) -> int | None:
    """The place of the row with this hash. Reads the whole log: for explaining a fault."""
    table = tables.ledger.c
    place: int | None = await connection.scalar(select(table.seq).where(table.hash == row_hash).limit(1))
    return place


def _all(table: Any, row_type: type[Any]) -> Select[Any]:
    return select(*(table.c[name] for name in row_type.__dataclass_fields__))


def _outbox_entry(row: dict[str, Any]) -> OutboxEntry:
    return OutboxEntry(
        row=OutboxRow(
            row_id=row["row_id"],
            agent_id=row["agent_id"],
            kind=OutboxKind(row["kind"]),
            adapter=row["adapter"],
            payload=row["payload"],
            created_at=row["created_at"],
            due_at=row["due_at"],
            not_after=row["not_after"],
        ),
        status=OutboxStatus(row["status"]),
        attempts=row["attempts"],
        settled_at=row["settled_at"],
        detail=row["detail"],
    )
