"""Shifts in the store: an import of dated ones, all or nothing, and those that began by signing in."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity.records import mark_changed
from atdesk_core.identity.roster import Fault, RosterError
from atdesk_core.identity.shifts import ShiftWindow
from atdesk_core.identity.shifts_dated import DatedLine, begun, by_agent, overlaps_begun
from atdesk_core.identity.shifts_sign_in import SignedIn
from atdesk_core.identity.shifts_source import ShiftSource
from atdesk_core.store import Store, shift_tables, tables
from atdesk_core.store.apply import upsert, upsert_values

KEPT_S = 40 * 86_400.0
"""Shifts that ended longer ago are of no use to anybody any more."""

_DATED = shift_tables.dated_shifts
_SIGNED = shift_tables.signed_in_shifts


@dataclass(frozen=True, slots=True)
class ImportedShifts:
    """What an import did.

    Attributes:
        people: Whose shifts were in the file.
        written: Shifts that are on record by this.
        past: Lines that were over already, and left out: no look can follow from them.
        removed: Shifts to come that the file does not have any more.
    """

    people: int
    written: int
    past: int
    removed: int


async def declare_sources(store: Store, sources: Sequence[ShiftSource]) -> None:
    """Make the sources of the configuration known, in place of those before."""
    table = shift_tables.shift_sources

    async def job(connection: AsyncConnection) -> None:
        known = {ShiftSource(*row) for row in await connection.execute(select(table))}
        if known == set(sources):
            return
        await connection.execute(delete(table))
        await upsert(connection, table, sources)
        await mark_changed(connection)

    await store.run(job)


async def import_dated(store: Store, lines: Sequence[DatedLine], now: float) -> ImportedShifts:
    """Write dated shifts, in one transaction.

    For each person in the file, their shifts to come are replaced by those of the file. What has begun
    stays, with its budget; a line with the same begin may move its end.

    Raises:
        RosterError: A line runs into a shift that has begun; nothing was written.
    """

    async def job(connection: AsyncConnection) -> ImportedShifts:
        faults: list[Fault] = []
        done = ImportedShifts(0, 0, 0, 0)
        for agent_id, group in by_agent(lines).items():
            standing = await _dated_of(connection, agent_id)
            coming = [line for line in group if line.window.ends_at > now]
            faults += overlaps_begun(coming, begun(standing, now))
            done = _added(done, await _replace(connection, agent_id, standing, coming, now), group, coming)
        if faults:
            raise RosterError(sorted(faults, key=lambda fault: fault.line))
        await mark_changed(connection)
        return done

    return await store.run(job)


def _added(
    done: ImportedShifts, removed: int, group: Sequence[DatedLine], coming: Sequence[DatedLine]
) -> ImportedShifts:
    return ImportedShifts(
        done.people + 1,
        done.written + len(coming),
        done.past + len(group) - len(coming),
        done.removed + removed,
    )


async def _replace(
    connection: AsyncConnection,
    agent_id: str,
    standing: Sequence[ShiftWindow],
    coming: Sequence[DatedLine],
    now: float,
) -> int:
    """Take the shifts to come away, write the new ones; how many went and did not come back."""
    mine = _DATED.c.agent_id == agent_id
    await connection.execute(delete(_DATED).where(mine, _DATED.c.starts_at > now))
    await connection.execute(delete(_DATED).where(mine, _DATED.c.ends_at < now - KEPT_S))
    rows = [_values(agent_id, line.window) for line in coming]
    await upsert_values(connection, _DATED, rows)
    names = {line.window.shift_id for line in coming}
    return sum(one.starts_at > now and one.shift_id not in names for one in standing)


async def _dated_of(connection: AsyncConnection, agent_id: str) -> list[ShiftWindow]:
    query = select(_DATED.c.shift_id, _DATED.c.starts_at, _DATED.c.ends_at).where(
        _DATED.c.agent_id == agent_id
    )
    return [ShiftWindow(*row) for row in await connection.execute(query.order_by(_DATED.c.starts_at))]


async def last_sign_ins(store: Store) -> dict[str, SignedIn]:
    """The last shift by sign-in of everybody who had one, by agent id."""
    query = select(_SIGNED).order_by(_SIGNED.c.starts_at)
    async with store.reading() as connection:
        rows = (await connection.execute(query)).all()
    return {
        row.agent_id: SignedIn(row.shift_id, row.starts_at, row.ends_at, row.offline_since) for row in rows
    }


async def sign_ins_of(store: Store, agent_id: str) -> list[SignedIn]:
    """The shifts of one agent that began by signing in, in order."""
    query = select(_SIGNED).where(_SIGNED.c.agent_id == agent_id).order_by(_SIGNED.c.starts_at)
    async with store.reading() as connection:
        rows = (await connection.execute(query)).all()
    return [SignedIn(row.shift_id, row.starts_at, row.ends_at, row.offline_since) for row in rows]


async def keep_sign_ins(store: Store, shifts: Sequence[tuple[str, SignedIn]], now: float) -> None:
    """Write (agent id, shift) pairs as they stand; of somebody who is not in the directory, nothing."""
    people = select(tables.people.c.agent_id)

    async def job(connection: AsyncConnection) -> None:
        there = set(await connection.scalars(people))
        rows = [
            _values(agent_id, shift) | {"offline_since": shift.offline_since}
            for agent_id, shift in shifts
            if agent_id in there
        ]
        await upsert_values(connection, _SIGNED, rows)
        await connection.execute(delete(_SIGNED).where(_SIGNED.c.ends_at < now - KEPT_S))

    await store.run(job)


def _values(agent_id: str, shift: ShiftWindow | SignedIn) -> dict[str, object]:
    return {
        "agent_id": agent_id,
        "shift_id": shift.shift_id,
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
    }
