"""Chains to verify, in memory and on disk."""

from collections.abc import Sequence

from atdesk_core.ledger import Anchor, ChainCheck, ChainFault
from atdesk_core.store import GENESIS, LedgerBounds, LedgerEntry, LedgerRow, chained


def entries(count: int) -> list[LedgerEntry]:
    return [LedgerEntry(float(n), "madrid", f"ref{n % 3}", "finding", f'{{"n":{n}}}') for n in range(count)]


def chain(count: int) -> tuple[list[LedgerRow], LedgerBounds]:
    rows = chained(entries(count), 0, GENESIS)
    return rows, LedgerBounds(1, GENESIS, rows[-1].seq, rows[-1].hash)


def faults(
    rows: list[LedgerRow], bounds: LedgerBounds | None, anchors: Sequence[Anchor] = ()
) -> list[ChainFault]:
    check = ChainCheck(bounds, anchors)
    return [*check.take(rows), *check.end()]
