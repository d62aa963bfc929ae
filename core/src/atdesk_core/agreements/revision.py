"""Counts every change to policies and preconditions, so that a running service sees it within a second."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store.agreement_tables import agreements_revision
from atdesk_core.store.apply import upsert_values


async def revision(connection: AsyncConnection) -> int:
    """Number of the last change; 0 before the first."""
    return await connection.scalar(select(agreements_revision.c.number)) or 0


async def mark_changed(connection: AsyncConnection) -> None:
    """Count a change, in its own transaction."""
    number = await revision(connection) + 1
    await upsert_values(connection, agreements_revision, [{"one": 1, "number": number}])
