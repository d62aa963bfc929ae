"""Rows that have reached their time are cut from the head of the log, never from its middle.

What was cut stands in the log itself: a row with the last place and its hash, to which the head of the
chain now points back. So a lost head and a cut one are told apart, and an anchor of a cut row still means
something. A log that is not whole is not cut: the traces of what was done to it would go.
"""

from collections.abc import Sequence
from itertools import takewhile

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.ledger.check import ChainCheck
from atdesk_core.ledger.kinds import LedgerKind
from atdesk_core.ledger.log import entry
from atdesk_core.ledger.shapes import Value
from atdesk_core.store import ALL_SITES, LedgerBounds, LedgerRow, Store, tables
from atdesk_core.store.apply import append_ledger, read_bounds, upsert_values
from atdesk_core.store.reads import read_ledger_page

DAY_S = 86_400.0
DOUBT_S = 30 * DAY_S
"""A clock that is so far ahead of the newest row is doubted, and nothing is cut by it."""
MOST_AT_ONCE = 20_000
"""Rows in one transaction: others write in between."""


class BrokenLogError(Exception):
    """The log is not whole, so it was not cut. The message says where."""


class ClockDoubtedError(Exception):
    """The clock is far ahead of the newest row, so nothing was cut by it."""


async def cut(store: Store, days: float, now: float) -> int:
    """Cut what is older than so many days off the head of the log.

    Args:
        store: Open.
        days: How long rows are kept: what is right for every policy of this database.
        now: Engine's clock.

    Returns:
        How many rows were cut.

    Raises:
        BrokenLogError: What would be cut is not whole: `atdesk ledger verify` says more.
        ClockDoubtedError: The newest row is a month old; wait for new rows, or mend the clock.
    """
    bounds = await store.ledger_bounds()
    newest = (await store.ledger_page(bounds.last_seq - 1, 1)) if bounds else []
    if not newest:
        return 0
    behind_s = now - newest[0].at
    if behind_s > DOUBT_S:
        raise ClockDoubtedError(
            f"the clock is {behind_s / DAY_S:.0f} days ahead of the newest row of the log: nothing is cut "
            "before there are new rows; is the clock right?"
        )
    cut_rows, more = 0, True
    while more:
        some = await store.run(lambda connection: _cut_some(connection, now - days * DAY_S, now))
        cut_rows += some
        more = some == MOST_AT_ONCE
    if cut_rows:
        await store.scrub()
    return cut_rows


async def _cut_some(connection: AsyncConnection, before: float, now: float) -> int:
    bounds = await read_bounds(connection, lock=True)
    if bounds is None:
        return 0
    head = await read_ledger_page(connection, bounds.first_seq - 1, MOST_AT_ONCE)
    # In order of place: behind a clock that went back an older row may stand, and it waits for its turn.
    rows = list(takewhile(lambda row: row.at < before, head))
    if not rows:
        return 0
    _refuse_broken(rows, bounds)
    last = rows[-1]
    await connection.execute(delete(tables.ledger).where(tables.ledger.c.seq <= last.seq))
    moved = {
        "one": 1,
        "first_seq": last.seq + 1,
        "first_prev": last.hash,
        "last_seq": bounds.last_seq,
        "last_hash": bounds.last_hash,
    }
    await upsert_values(connection, tables.ledger_bounds, [moved])
    told: dict[str, Value] = {
        "first_seq": rows[0].seq,
        "last_seq": last.seq,
        "rows": len(rows),
        "checkpoint": last.hash,
        "until": before,
    }
    await append_ledger(connection, [entry(LedgerKind.LEDGER_CUT, now, ALL_SITES, None, told)])
    return len(rows)


def _refuse_broken(rows: Sequence[LedgerRow], bounds: LedgerBounds) -> None:
    last = rows[-1]
    check = ChainCheck(LedgerBounds(bounds.first_seq, bounds.first_prev, last.seq, last.hash))
    fault = next(check.take(rows), None)
    if fault is not None:
        raise BrokenLogError(
            f"the log is not whole, and nothing is cut off it: {fault.message}. See `atdesk ledger verify`"
        )


async def last_row(store: Store) -> LedgerRow | None:
    """The newest row, which an anchor names; None when the log is empty."""
    async with store.reading() as connection:
        bounds = await read_bounds(connection)
        if bounds is None:
            return None
        query = select(tables.ledger).where(tables.ledger.c.seq == bounds.last_seq)
        found = (await connection.execute(query)).first()
        return LedgerRow(*found) if found else None


async def newest_at(store: Store) -> float:
    """The latest time in the log: no clock may stand before it; 0 when the log is empty."""
    async with store.reading() as connection:
        return float(await connection.scalar(select(func.max(tables.ledger.c.at))) or 0.0)
