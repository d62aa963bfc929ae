"""Units into tables, inside a transaction that somebody else holds."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, Update, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store import flag_tables, review_tables, tables
from atdesk_core.store.chain import GENESIS, chained
from atdesk_core.store.errors import StaleSnapshotError, UnitRefusedError
from atdesk_core.store.rows import (
    OPEN_STATUSES,
    LedgerBounds,
    LedgerEntry,
    OutboxRetry,
    OutboxSettled,
    SessionSnapshot,
    Unit,
)


async def write_units(connection: AsyncConnection, units: Sequence[Unit]) -> dict[int, UnitRefusedError]:
    """Write units in order, one statement per table.

    Returns:
        Index of each unit that was left out because its snapshot is stale, with the error to raise.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: One of the units breaks a rule of the database; which one
            is not known, and the transaction is to be rolled back.
    """
    stale = await _stale(connection, units)
    good = [unit for index, unit in enumerate(units) if index not in stale]
    # Statements by table, not by unit: the order among units of one row is kept within each.
    newest = {s.agent_id: s for unit in good for s in unit.snapshots}
    await upsert(connection, tables.sessions, newest.values())
    await upsert(connection, tables.flags, (row for unit in good for row in unit.flags))
    await upsert(connection, tables.message_refs, (row for unit in good for row in unit.message_refs))
    await upsert(connection, flag_tables.flag_digests, (row for unit in good for row in unit.digests))
    await upsert(connection, tables.budgets, (row for unit in good for row in unit.budgets))
    await _write_reviews(connection, good)
    await upsert(connection, tables.stop_orders, (row for unit in good for row in unit.stop_orders))
    await _insert(connection, tables.outbox, (row for unit in good for row in unit.outbox))
    await _retry(connection, [row for unit in good for row in unit.retries])
    await _settle(connection, [row for unit in good for row in unit.settled])
    await append_ledger(connection, [row for unit in good for row in unit.ledger])
    return stale


async def _write_reviews(connection: AsyncConnection, units: Sequence[Unit]) -> None:
    """Whoever left the directory a moment ago is no reason to refuse a unit: nothing is kept of them."""
    told = {row.agent_id for unit in units for row in unit.disputes}
    told |= {row.agent_id for unit in units for row in unit.pauses}
    there = await _people_there(connection, told)
    await upsert(connection, review_tables.flag_grounds, (row for unit in units for row in unit.grounds))
    disputes = [row for unit in units for row in unit.disputes if row.agent_id in there]
    await _insert(connection, review_tables.flag_reviews, (row for unit in units for row in unit.reviews))
    await upsert(connection, review_tables.disputes, disputes)
    await upsert(connection, review_tables.rule_shadows, (row for unit in units for row in unit.rule_shadows))
    for unit in units:  # in order: a pause, its end, and the next pause may stand in one transaction
        await upsert(connection, review_tables.pauses, [row for row in unit.pauses if row.agent_id in there])
        if unit.resumed:
            table = review_tables.pauses
            await connection.execute(delete(table).where(table.c.agent_id.in_(unit.resumed)))


async def _people_there(connection: AsyncConnection, agent_ids: set[str]) -> set[str]:
    if not agent_ids:
        return set()
    people = tables.people.c
    return set(await connection.scalars(select(people.agent_id).where(people.agent_id.in_(agent_ids))))


async def upsert(connection: AsyncConnection, table: Table, rows: Iterable[Any]) -> None:
    """Insert dataclass rows, or replace those whose primary key is known."""
    await upsert_values(connection, table, [_values(row) for row in rows])


async def upsert_values(connection: AsyncConnection, table: Table, values: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns, or replace those whose primary key is known."""
    if values:
        columns = frozenset(values[0])
        await connection.execute(_upsert_statement(table, connection.dialect.name, columns), values)


async def append_ledger(connection: AsyncConnection, entries: Sequence[LedgerEntry]) -> None:
    """Put entries at the end of the decision log, in this transaction's place in the chain."""
    if not entries:
        return
    bounds = await read_bounds(connection, lock=True)
    first_seq, first_prev = (bounds.first_seq, bounds.first_prev) if bounds else (1, GENESIS)
    rows = chained(entries, *((bounds.last_seq, bounds.last_hash) if bounds else (0, GENESIS)))
    await connection.execute(insert(tables.ledger), [_values(row) for row in rows])
    kept = {
        "one": 1,
        "first_seq": first_seq,
        "first_prev": first_prev,
        "last_seq": rows[-1].seq,
        "last_hash": rows[-1].hash,
    }
    await upsert_values(connection, tables.ledger_bounds, [kept])


async def read_bounds(connection: AsyncConnection, *, lock: bool = False) -> LedgerBounds | None:
    """Where the decision log begins and ends; None when it is empty.

    Args:
        connection: Inside a transaction.
        lock: Hold the row until the end of the transaction, where several processes may write.
    """
    table = tables.ledger_bounds.c
    query = select(table.first_seq, table.first_prev, table.last_seq, table.last_hash)
    found = (await connection.execute(query.with_for_update() if lock else query)).first()
    return LedgerBounds(*found) if found else None


async def _stale(connection: AsyncConnection, units: Sequence[Unit]) -> dict[int, UnitRefusedError]:
    known = await _versions(connection, {s.agent_id for unit in units for s in unit.snapshots})
    refused: dict[int, UnitRefusedError] = {}
    for index, unit in enumerate(units):
        if old := next((s for s in unit.snapshots if s.version <= known.get(s.agent_id, -1)), None):
            refused[index] = _stale_error(old, known[old.agent_id])
        else:
            known.update((s.agent_id, s.version) for s in unit.snapshots)
    return refused


def _stale_error(old: SessionSnapshot, kept: int) -> StaleSnapshotError:
    return StaleSnapshotError(
        f"snapshot {old.version} of the session of {old.agent_id} is not newer than the kept one, {kept}: "
        "does a second process own this agent?"
    )


async def _versions(connection: AsyncConnection, agent_ids: set[str]) -> dict[str, int]:
    if not agent_ids:
        return {}
    table = tables.sessions.c
    query = select(table.agent_id, table.version).where(table.agent_id.in_(agent_ids)).with_for_update()
    return {row.agent_id: row.version for row in await connection.execute(query)}


async def _insert(connection: AsyncConnection, table: Table, rows: Iterable[Any]) -> None:
    if values := [_values(row) for row in rows]:
        await connection.execute(insert(table), values)


async def _retry(connection: AsyncConnection, rows: Sequence[OutboxRetry]) -> None:
    if rows:
        values = [
            {"of": r.row_id, "due_at": r.due_at, "attempts": r.attempts, "status": r.status} for r in rows
        ]
        await connection.execute(_update_open("due_at", "attempts", "status"), values)


async def _settle(connection: AsyncConnection, rows: Sequence[OutboxSettled]) -> None:
    if rows:
        values = [
            {
                "of": r.row_id,
                "status": r.status,
                "settled_at": r.at,
                "attempts": r.attempts,
                "detail": r.detail,
            }
            for r in rows
        ]
        await connection.execute(_update_open("status", "settled_at", "attempts", "detail"), values)


@cache
def _update_open(*columns: str) -> Update:
    table = tables.outbox
    still_open = table.c.status.in_([str(status) for status in OPEN_STATUSES])
    return (
        update(table)
        .where(table.c.row_id == bindparam("of"), still_open)
        .values({column: bindparam(column) for column in columns})
    )


@cache
def _upsert_statement(table: Table, dialect: str, columns: frozenset[str]) -> Any:
    keys = [column.name for column in table.primary_key.columns]
    rest = [column for column in columns if column not in keys]
    if dialect == "postgresql":
        into = postgresql.insert(table)
        return (
            into.on_conflict_do_update(index_elements=keys, set_={name: into.excluded[name] for name in rest})
            if rest
            else into.on_conflict_do_nothing(index_elements=keys)
        )
    on_file = sqlite.insert(table)
    if not rest:
        return on_file.on_conflict_do_nothing(index_elements=keys)
    return on_file.on_conflict_do_update(
        index_elements=keys, set_={name: on_file.excluded[name] for name in rest}
    )


def _values(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}
