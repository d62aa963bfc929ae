"""Hints that an agent does not want to get. What comes before a flag is always told."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity.records import mark_changed
from atdesk_core.store import LedgerEntry, Store, tables
from atdesk_core.store.apply import append_ledger
from atdesk_sdk import NoticeKind

HINTS: Final = (NoticeKind.MORE_LIGHT,)
"""What only helps: nothing follows from it, so nobody loses anything by not getting it."""

_CHOICES: Final = ", ".join(HINTS)


class NoticeError(Exception):
    """The notice cannot be silenced. The message says why and what to do."""


def parse_hint(text: str) -> NoticeKind:
    """A hint as it is typed, such as `more_light`.

    Raises:
        NoticeError: There is no such notice, or it is always told.
    """
    if text not in tuple(NoticeKind):
        raise NoticeError(f"there is no notice {text!r}: what can be silenced is {_CHOICES}")
    return _checked(NoticeKind(text))


async def silence(
    store: Store, agent_id: str, kind: NoticeKind, at: float, log: Sequence[LedgerEntry] = ()
) -> bool:
    """Do not give this hint to this agent any more.

    Args:
        store: Where.
        agent_id: Who does not want it.
        kind: One of `HINTS`.
        at: Now, seconds since the epoch.
        log: Rows for the decision log, written with it.

    Returns:
        False when it was silenced already; then nothing is written.

    Raises:
        NoticeError: It is no hint, or nobody has this id.
    """
    row = {"agent_id": agent_id, "kind": _checked(kind).value, "at": at}

    async def job(connection: AsyncConnection) -> bool:
        if await _is_silenced(connection, agent_id, kind):
            return False
        await connection.execute(insert(tables.silenced_notices).values(row))
        await _conclude(connection, log)
        return True

    return await store.run(job)


async def unsilence(store: Store, agent_id: str, kind: NoticeKind, log: Sequence[LedgerEntry] = ()) -> bool:
    """Give this hint to this agent again.

    Args:
        store: Where.
        agent_id: Who wants it again.
        kind: One of `HINTS`.
        log: Rows for the decision log, written with it.

    Returns:
        False when it was not silenced; then nothing is written.

    Raises:
        NoticeError: It is no hint, or nobody has this id.
    """
    table = tables.silenced_notices
    this = delete(table).where(table.c.agent_id == agent_id, table.c.kind == _checked(kind).value)

    async def job(connection: AsyncConnection) -> bool:
        if not await _is_silenced(connection, agent_id, kind):
            return False
        await connection.execute(this)
        await _conclude(connection, log)
        return True

    return await store.run(job)


def _checked(kind: NoticeKind) -> NoticeKind:
    if kind not in HINTS:
        raise NoticeError(
            f"the notice {kind.value} cannot be silenced: an agent is always told before a lead sees "
            f"anything, and of what happens to their state. What can be silenced is {_CHOICES}"
        )
    return kind


async def _is_silenced(connection: AsyncConnection, agent_id: str, kind: NoticeKind) -> bool:
    people, silenced = tables.people.c, tables.silenced_notices.c
    if await connection.scalar(select(people.agent_id).where(people.agent_id == agent_id)) is None:
        raise NoticeError(f"nobody in the directory has the id {agent_id}: see atdesk agents list")
    query = select(silenced.at).where(silenced.agent_id == agent_id, silenced.kind == kind.value)
    return await connection.scalar(query) is not None


async def _conclude(connection: AsyncConnection, log: Sequence[LedgerEntry]) -> None:
    await mark_changed(connection)
    await append_ledger(connection, log)
