"""Is the decision log whole? Finds rows that were altered, removed, put in or moved, and says where."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.ledger.anchors import Anchor
from atdesk_core.ledger.check import ChainCheck, Cut
from atdesk_core.ledger.faults import ChainFault, FaultKind
from atdesk_core.store import GENESIS, LedgerRow, Store, is_sound, tables
from atdesk_core.store.apply import read_bounds
from atdesk_core.store.database import plain_reason
from atdesk_core.store.reads import read_ledger_page, read_ledger_place

MOST_FAULTS = 100
"""After so many the check ends: the log is not the one that was written."""
MOST_SEARCHES = 8
"""For so many altered rows the whole log is searched for the place they may come from."""

OnProgress = Callable[[int, int], None]
"""Told how many rows were read, and how many there are."""


@dataclass(frozen=True, slots=True)
class Verified:
    """Outcome of a check.

    Attributes:
        rows: How many were read.
        last_hash: Of the last row: write it down elsewhere, and nobody can change what came before.
        faults: Empty when the log is whole.
        cut: What was cut off before the first row, in its time; None when nothing was.
    """

    rows: int
    last_hash: str
    faults: tuple[ChainFault, ...]
    cut: Cut | None = None


def nobody_waits(_rows: int, _of: int) -> None:
    """For those who need no progress."""


async def verify(
    store: Store,
    page: int = 10_000,
    *,
    anchors: Iterable[Anchor] = (),
    progress: OnProgress = nobody_waits,
) -> Verified:
    """Check the whole log, a page at a time, in one view of the database; writing goes on beside it.

    Args:
        store: Open.
        page: Rows in memory at a time.
        anchors: Kept elsewhere; a log that was written anew does not meet them.
        progress: Told after every page.
    """
    async with store.reading() as connection:
        bounds = await read_bounds(connection)
        total = bounds.last_seq - bounds.first_seq + 1 if bounds else 0
        check = ChainCheck(bounds, anchors)
        walk = _Walk(connection, check)
        while not walk.over and len(walk.faults) < MOST_FAULTS:
            await walk.on(page)
            progress(check.rows, total)
    return Verified(check.rows, check.last_hash, tuple(walk.faults[:MOST_FAULTS]), check.cut)


class _Walk:
    """Goes through the log page by page, and on behind what cannot be read."""

    def __init__(self, connection: AsyncConnection, check: ChainCheck) -> None:
        self.faults: list[ChainFault] = []
        self.over = False
        self._connection = connection
        self._check = check
        self._after = -1
        self._searches = 0

    async def on(self, page: int) -> None:
        """One page on."""
        rows = await self._readable(page + 1)
        if rows is None:
            await self._skip()
        elif rows:
            await self._take(rows[:page], rows[page] if len(rows) > page else None)
        else:
            self.over = True
            self.faults += [*self._check.end(), *await _damage(self._connection)]

    async def _take(self, rows: Sequence[LedgerRow], upcoming: LedgerRow | None) -> None:
        for fault in self._check.take(rows, upcoming):
            altered = fault.kind is FaultKind.ALTERED
            row = next(row for row in rows if row.seq == fault.seq) if altered else None
            self.faults.append(await self._explained(fault, row) if row else fault)
        self._after = rows[-1].seq

    async def _readable(self, size: int) -> list[LedgerRow] | None:
        """The next rows, as many as can be read; None when the very next one cannot."""
        while size:
            try:
                return await read_ledger_page(self._connection, self._after, size)
            except SQLAlchemyError:
                size //= 2
        return None

    async def _skip(self) -> None:
        """Behind a row that the file does not give up any more."""
        table = tables.ledger.c
        try:
            query = select(func.min(table.seq)).where(table.seq > self._after)
            seq = int(await self._connection.scalar(query))
        except SQLAlchemyError:
            first = max(self._after, 0) + 1
            message = f"from row {first} on the file is damaged, and nothing can be read"
            self.faults.append(ChainFault(FaultKind.UNREADABLE, first, message))
            self.over = True
            return
        self.faults.append(ChainFault(FaultKind.UNREADABLE, seq, f"row {seq} cannot be read"))
        self._check.lost(seq)
        self._after = seq

    async def _explained(self, fault: ChainFault, row: LedgerRow) -> ChainFault:
        """A row that is sound far away was moved from there: it is behind its old neighbour."""
        if self._searches >= MOST_SEARCHES or row.prev_hash == GENESIS:
            return fault
        self._searches += 1
        before = await read_ledger_place(self._connection, row.prev_hash)
        if before is None or not is_sound(row, before + 1):
            return fault
        message = f"row {row.seq} was written as row {before + 1}, and moved"
        return replace(fault, kind=FaultKind.MOVED, message=message)


async def _damage(connection: AsyncConnection) -> list[ChainFault]:
    """What SQLite itself finds wrong with the table and its indexes: a lost index entry hides a row."""
    if connection.dialect.name != "sqlite":
        return []
    try:
        found = [str(row[0]) for row in await connection.exec_driver_sql("PRAGMA integrity_check(ledger)")]
    except SQLAlchemyError as error:
        found = [plain_reason(error)]
    return [_damaged(line) for line in found if line != "ok"]


def _damaged(line: str) -> ChainFault:
    place = re.search(r"\brow (\d+)", line)
    seq = int(place[1]) if place else 0
    return ChainFault(FaultKind.UNREADABLE, seq, f"the database file is damaged: {line}")
