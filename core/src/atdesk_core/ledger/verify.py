"""Is the decision log whole? Finds rows that were altered, removed or moved, and says where."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store import GENESIS, LedgerBounds, LedgerRow, Store, link
from atdesk_core.store.apply import read_bounds
from atdesk_core.store.reads import read_ledger_page, read_ledger_place

MOST_FAULTS = 100
"""After so many the check ends: the log is not the one that was written."""


class FaultKind(StrEnum):
    """What happened to a row."""

    ALTERED = "altered"
    REMOVED = "removed"
    MOVED = "moved"
    BROKEN_LINK = "broken_link"


@dataclass(frozen=True, slots=True)
class ChainFault:
    """A place at which the chain is not as it was written.

    Attributes:
        kind: What happened.
        seq: Place of the row, or of the first one that is missing.
        message: In plain words.
    """

    kind: FaultKind
    seq: int
    message: str


@dataclass(frozen=True, slots=True)
class Verified:
    """Outcome of a check.

    Attributes:
        rows: How many were read.
        last_hash: Of the last row: write it down elsewhere, and nobody can change what came before.
        faults: Empty when the log is whole.
    """

    rows: int
    last_hash: str
    faults: tuple[ChainFault, ...]


class ChainCheck:
    """Walks a chain row by row; keeps nothing but the place it has reached.

    Args:
        bounds: Where the chain begins; None for an empty log.
    """

    def __init__(self, bounds: LedgerBounds | None) -> None:
        self.rows = 0
        self._bounds = bounds
        self._seq = bounds.first_seq - 1 if bounds else 0
        self.last_hash = bounds.first_prev if bounds else GENESIS

    def take(self, rows: Iterable[LedgerRow]) -> Iterator[ChainFault]:
        """What is wrong with the next rows, in order of place."""
        for row in rows:
            self.rows += 1
            yield from self._faults(row)
            self._seq, self.last_hash = row.seq, row.hash

    def end(self) -> Iterator[ChainFault]:
        """What is wrong at the end: rows that were cut off, or put on without the writer."""
        last_seq, last_hash = (
            (self._bounds.last_seq, self._bounds.last_hash) if self._bounds else (0, GENESIS)
        )
        if self._seq < last_seq:
            yield _removed(self._seq + 1, last_seq)
        elif self._seq > last_seq or self.last_hash != last_hash:
            yield ChainFault(
                FaultKind.BROKEN_LINK, self._seq, f"row {self._seq} is not the last one that was written"
            )

    def _faults(self, row: LedgerRow) -> Iterator[ChainFault]:
        if row.seq > self._seq + 1:
            yield _removed(self._seq + 1, row.seq - 1)
        elif row.prev_hash != self.last_hash:
            yield ChainFault(
                FaultKind.BROKEN_LINK, row.seq, f"row {row.seq} does not follow the row before it"
            )
        if link(row.seq, row, row.prev_hash) != row.hash:
            yield ChainFault(FaultKind.ALTERED, row.seq, f"row {row.seq} was altered")


async def verify(store: Store, page: int = 10_000) -> Verified:
    """Check the whole log, a page at a time, in one view of the database; writing goes on beside it."""
    faults: list[ChainFault] = []
    async with store.reading() as connection:
        check = ChainCheck(await read_bounds(connection))
        after = -1
        while len(faults) < MOST_FAULTS:
            rows = await read_ledger_page(connection, after, page)
            if not rows:
                faults.extend(check.end())
                break
            by_place = {row.seq: row for row in rows}
            faults.extend([await _explained(connection, fault, by_place) for fault in check.take(rows)])
            after = rows[-1].seq
    return Verified(check.rows, check.last_hash, tuple(faults[:MOST_FAULTS]))


async def _explained(
    connection: AsyncConnection, fault: ChainFault, rows: Mapping[int, LedgerRow]
) -> ChainFault:
    """A row that is sound in another place was moved from there."""
    if fault.kind is not FaultKind.ALTERED:
        return fault
    row = rows[fault.seq]
    before = 0 if row.prev_hash == GENESIS else await read_ledger_place(connection, row.prev_hash)
    # Behind its old neighbour; or, where the two changed places, in the neighbour's.
    homes = () if before is None else (before + 1, before)
    home = next((seq for seq in homes if link(seq, row, row.prev_hash) == row.hash), None)
    if home is None:
        return fault
    return ChainFault(FaultKind.MOVED, row.seq, f"row {row.seq} was written as row {home}, and moved")


def _removed(first: int, last: int) -> ChainFault:
    what = f"row {first} is" if first == last else f"rows {first} to {last} are"
    return ChainFault(FaultKind.REMOVED, first, f"{what} missing")
