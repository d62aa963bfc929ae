"""The last step after somebody has left and is erased: the directory does not know them any more.

The decision log keeps its rows under their random id, and nothing says any more whose id that was.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity.records import mark_changed
from atdesk_core.store import LedgerEntry, Store, tables
from atdesk_core.store.apply import append_ledger
from atdesk_core.store.evidence_tables import still_keys, stills
from atdesk_core.store.review_tables import disputes
from atdesk_core.store.shift_tables import departures

_SEALED: Final = (tables.templates, tables.person_keys, stills, still_keys)
"""What an erasure destroys, and what it keeps for a dispute."""


class ForgettingError(Exception):
    """The person cannot be forgotten yet. The message says why and what to do."""


async def forget_person(store: Store, agent_id: str, at: float, log: Sequence[LedgerEntry] = ()) -> None:
    """Delete every row that names a person or holds their id of the directory, in one transaction.

    Args:
        store: Where.
        agent_id: Who has left, and has nothing more that an erasure would destroy.
        at: Now, seconds since the epoch.
        log: Rows for the decision log, written with it.

    Raises:
        ForgettingError: They have not left, something of theirs is kept or open, or they lead somebody.
    """

    async def job(connection: AsyncConnection) -> None:
        await _refuse(connection, agent_id, at)
        for table in (tables.sessions, tables.budgets, tables.flags, tables.outbox):
            await connection.execute(delete(table).where(table.c.agent_id == agent_id))
        # Everything else of the directory's hangs on this row, and goes with it.
        await connection.execute(delete(tables.people).where(tables.people.c.agent_id == agent_id))
        await mark_changed(connection)
        await append_ledger(connection, log)

    await store.run(job)
    await store.scrub()


async def _refuse(connection: AsyncConnection, agent_id: str, at: float) -> None:
    mine = departures.c
    if not await _count(connection, departures, mine.agent_id == agent_id, mine.left_at <= at):
        raise ForgettingError(f"{agent_id} has not left: first atdesk left {agent_id} --by NAME")
    if await _count(connection, tables.leads, tables.leads.c.lead_id == agent_id):
        raise ForgettingError(f"{agent_id} still leads somebody: import a roster with another lead first")
    await _refuse_open(connection, agent_id)
    for table in _SEALED:
        if await _count(connection, table, table.c.agent_id == agent_id):
            raise ForgettingError(
                f"template, stills or keys of {agent_id} are kept: the service destroys them within a day of "
                f"leaving, or type atdesk erase {agent_id} --by NAME; what a dispute holds stays until its "
                "hold ends"
            )


async def _refuse_open(connection: AsyncConnection, agent_id: str) -> None:
    flags, disputed = tables.flags.c, disputes.c
    waits = await _count(connection, disputes, disputed.agent_id == agent_id, disputed.decided_at.is_(None))
    if waits or await _count(
        connection, tables.flags, flags.agent_id == agent_id, flags.status == "disputed"
    ):
        raise ForgettingError(f"a dispute of {agent_id} waits for an answer: atdesk flags list")
    if await _count(connection, tables.flags, flags.agent_id == agent_id, flags.closed_at.is_(None)):
        raise ForgettingError(f"a flag of {agent_id} is open: review it, or wait until it expires")
    outbox = tables.outbox.c
    if await _count(connection, tables.outbox, outbox.agent_id == agent_id, outbox.settled_at.is_(None)):
        raise ForgettingError(
            f"something about {agent_id} is still owed to a platform: try again once the running service has "
            "sent it"
        )


async def _count(connection: AsyncConnection, table: Table, *which: ColumnElement[bool]) -> int:
    return await connection.scalar(select(func.count()).select_from(table).where(*which)) or 0
