"""What of a person is destroyed with consent, on leaving and on erasure: template, stills, and their keys."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store import tables
from atdesk_core.store.evidence_tables import still_keys, stills


@dataclass(frozen=True, slots=True)
class StillOf:
    """A still, by its names alone.

    Attributes:
        still_id: Random.
        flag_number: Of the flag that it belongs to.
        hold_until: While it is held for a dispute, seconds since the epoch; else None.
    """

    still_id: str
    flag_number: str
    hold_until: float | None = None


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What is gone, and what a dispute holds back.

    Attributes:
        templates: How many; 0 or 1.
        keys: Keys of the person's: of the template, and of the stills.
        stills: Each that is gone.
        held: Each that a dispute holds: it stays, and so does the key of the person's stills.
    """

    templates: int
    keys: int
    stills: tuple[StillOf, ...]
    held: tuple[StillOf, ...]


async def destroy(connection: AsyncConnection, agent_id: str, now: float) -> Destroyed:
    """Delete template and stills of a person with every key that they were sealed under.

    The caller's transaction makes it whole; `Store.scrub` afterwards takes it out of SQLite's log.

    Args:
        connection: Inside a writing transaction.
        agent_id: Whose.
        now: Seconds since the epoch: a hold that has ended holds nothing.
    """
    templates = await _delete(connection, tables.templates, tables.templates.c.agent_id == agent_id)
    keys = await _delete(connection, tables.person_keys, tables.person_keys.c.agent_id == agent_id)
    gone = await _stills(connection, agent_id, ~is_held(now))
    held = await _stills(connection, agent_id, is_held(now))
    await _delete(connection, stills, and_(stills.c.agent_id == agent_id, ~is_held(now)))
    keys += await destroy_idle_keys(connection)
    return Destroyed(templates, keys, gone, held)


def is_held(now: float) -> ColumnElement[bool]:
    """The condition that a still is held for a dispute."""
    return func.coalesce(stills.c.hold_until, now) > now


def is_due(now: float) -> ColumnElement[bool]:
    """The condition that a still has had its time, and nothing holds it."""
    return and_(stills.c.expires_at <= now, ~is_held(now))


async def destroy_idle_keys(connection: AsyncConnection) -> int:
    """Delete the keys of people of whom no still is left. Returns how many."""
    under_it = exists().where(stills.c.agent_id == still_keys.c.agent_id)
    return await _delete(connection, still_keys, ~under_it)


async def _delete(connection: AsyncConnection, table: Table, which: ColumnElement[bool]) -> int:
    return (await connection.execute(delete(table).where(which))).rowcount


async def _stills(
    connection: AsyncConnection, agent_id: str, which: ColumnElement[bool]
) -> tuple[StillOf, ...]:
    table = stills.c
    query = select(table.still_id, table.flag_number, table.hold_until).where(
        table.agent_id == agent_id, which
    )
    return tuple(StillOf(*row) for row in await connection.execute(query.order_by(table.taken_at)))
