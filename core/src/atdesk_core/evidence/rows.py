"""Stills in the database and in the log, inside a transaction that somebody else holds."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.evidence.sealing import Sealed
from atdesk_core.evidence.still import Still, StillError, Taken
from atdesk_core.ledger import LedgerKind, Value, entry
from atdesk_core.store import tables
from atdesk_core.store.apply import append_ledger
from atdesk_core.store.evidence_tables import stills

_COLUMNS = tuple(stills.c[name] for name in Still.__dataclass_fields__)


class Whose(NamedTuple):
    """What the log says instead of a name."""

    agent_ref: str
    site: str


async def whose(connection: AsyncConnection, agent_id: str) -> Whose | None:
    """The random id and the site of a person; None when nobody has this id."""
    people = tables.people.c
    query = select(people.agent_ref, people.site_id).where(people.agent_id == agent_id)
    found = (await connection.execute(query)).first()
    return Whose(*found) if found else None


async def find(connection: AsyncConnection, *where: ColumnElement[bool]) -> tuple[Still, ...]:
    """Stills without their pictures, earliest first."""
    query = select(*_COLUMNS).where(*where).order_by(stills.c.taken_at, stills.c.still_id)
    return tuple(Still(*row) for row in await connection.execute(query))


async def sealed_of(connection: AsyncConnection, still_id: str) -> Sealed | None:
    """What is kept of a still's picture; None when there is no such still."""
    query = select(stills.c.sealed, stills.c.item_key).where(stills.c.still_id == still_id)
    found = (await connection.execute(query)).first()
    return Sealed(found.sealed, found.item_key) if found else None


async def put(connection: AsyncConnection, still: Still, sealed: Sealed) -> None:
    """Keep a still."""
    row = {name: getattr(still, name) for name in Still.__dataclass_fields__}
    row |= {"sealed": sealed.picture, "item_key": sealed.item_key}
    await connection.execute(insert(stills).values(row))


async def flag_status(connection: AsyncConnection, number: str) -> str | None:
    """Where a flag stands; None when there is no such flag."""
    query = select(tables.flags.c.status).where(tables.flags.c.number == number)
    status: str | None = await connection.scalar(query)
    return status


async def consent_stands(connection: AsyncConnection, agent_id: str) -> bool:
    """Whether a consent of this person is on record that was not withdrawn."""
    consents = tables.consents.c
    query = select(consents.consent_id).where(consents.agent_id == agent_id, consents.state == "given")
    return (await connection.execute(query)).first() is not None


async def next_due(connection: AsyncConnection) -> float | None:
    """When the next hold or, where nothing holds it, the next still ends, seconds since the epoch."""
    ends_at = func.coalesce(stills.c.hold_until, stills.c.expires_at)
    due: float | None = await connection.scalar(select(func.min(ends_at)))
    return due


async def one(connection: AsyncConnection, still_id: str) -> Still:
    """The still of that id.

    Raises:
        StillError: There is none.
    """
    found = await find(connection, stills.c.still_id == still_id)
    if not found:
        raise StillError(f"there is no still {still_id}: see atdesk stills list")
    return found[0]


async def erased_since(connection: AsyncConnection, agent_id: str, at: float) -> bool:
    """Whether this person was erased at that time or later, or has left the directory."""
    who = await whose(connection, agent_id)
    if who is None:
        return True
    log = tables.ledger.c
    erasure = select(log.seq).where(
        log.agent_ref == who.agent_ref, log.at >= at, log.kind == LedgerKind.ERASURE.value
    )
    return (await connection.execute(erasure.limit(1))).first() is not None


async def log(
    connection: AsyncConnection, about: Taken | Still, kind: LedgerKind, at: float, **data: Value
) -> None:
    """Write a row about a still into the decision log."""
    who = await whose(connection, about.agent_id)
    if who is not None:
        naming: dict[str, Value] = {"still_id": about.still_id, "number": about.flag_number}
        await append_ledger(connection, [entry(kind, at, who.site, who.agent_ref, naming | data)])
