"""A key file that is lost for good: what it alone could open is given up, so that a new one can begin."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, func, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.evidence import rows
from atdesk_core.identity.confirming import forget_confirmations
from atdesk_core.identity.records import mark_changed
from atdesk_core.ledger import LedgerKind, Value, entry
from atdesk_core.store import Store, tables
from atdesk_core.store.apply import append_ledger
from atdesk_core.store.evidence_tables import still_keys, stills


@dataclass(frozen=True, slots=True)
class GivenUp:
    """What could not be read any more and is gone. Consents stand: these people can be enrolled again."""

    people: int
    templates: int
    stills: int


async def give_up_keys(store: Store, at: float) -> GivenUp:
    """Delete every template, still and key, since nothing opens them any more; the log says so of each.

    Args:
        store: Whose key file is lost.
        at: Now, seconds since the epoch.
    """

    async def job(connection: AsyncConnection) -> GivenUp:
        people: list[str] = list(await connection.scalars(_whoever_has_keys()))
        gone = [await _give_up(connection, agent_id, at) for agent_id in people]
        await mark_changed(connection)
        return GivenUp(len(people), sum(one[0] for one in gone), sum(one[1] for one in gone))

    given_up = await store.run(job)
    await store.scrub()
    return given_up


def _whoever_has_keys() -> Select[Any]:
    both = union(select(tables.person_keys.c.agent_id), select(still_keys.c.agent_id)).subquery()
    return select(both.c.agent_id).order_by(both.c.agent_id)


async def _give_up(connection: AsyncConnection, agent_id: str, at: float) -> tuple[int, int]:
    """Templates and stills of one person, counted."""
    who = await rows.whose(connection, agent_id)
    counts: list[int] = []
    for table in (tables.templates, stills):
        mine = table.c.agent_id == agent_id
        counts.append(await connection.scalar(select(func.count()).where(mine)) or 0)
        await connection.execute(delete(table).where(mine))
    for table in (tables.person_keys, still_keys):
        await connection.execute(delete(table).where(table.c.agent_id == agent_id))
    await forget_confirmations(connection, agent_id)
    if who is not None:
        data: dict[str, Value] = {"what": "key_lost", "templates": counts[0], "stills": counts[1]}
        await append_ledger(connection, [entry(LedgerKind.ERASURE, at, who.site, who.agent_ref, data)])
    return counts[0], counts[1]
