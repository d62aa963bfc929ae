"""What stands beside the decision log about people by their directory id goes when the log's own rows go."""

from sqlalchemy import ColumnElement, Table, delete, exists
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store.evidence_tables import stills
from atdesk_core.store.review_tables import disputes, review_requests
from atdesk_core.store.shift_tables import desk_checks
from atdesk_core.store.tables import budgets, flags, outbox


async def age_out(connection: AsyncConnection, before: float) -> int:
    """Delete what was over before a time; gives the number of rows, those that go with them not counted.

    Flags go with their reviews, disputes, links and messages, desk checks with their answers. A flag stays
    while it is open, while a dispute of it waits for an answer, and while a still of it is kept.

    Args:
        connection: Inside a writing transaction.
        before: Seconds since the epoch.
    """
    waits = exists().where(disputes.c.flag_number == flags.c.number, disputes.c.decided_at.is_(None))
    seen = exists().where(stills.c.flag_number == flags.c.number)
    over = (flags.c.closed_at < before) & (flags.c.status != "disputed") & ~waits & ~seen
    return (
        await _delete(connection, flags, over)
        + await _delete(connection, desk_checks, desk_checks.c.at < before)
        + await _delete(connection, outbox, outbox.c.settled_at < before)
        + await _delete(connection, review_requests, review_requests.c.done_at < before)
        + await _delete(connection, budgets, budgets.c.ends_at < before)
    )


async def _delete(connection: AsyncConnection, table: Table, which: ColumnElement[bool]) -> int:
    return (await connection.execute(delete(table).where(which))).rowcount
