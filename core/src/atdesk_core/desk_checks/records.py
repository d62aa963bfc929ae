"""Desk checks in the store: each step with its rows of the decision log, in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.desk_checks.checks import (
    ANSWER_WITHIN_S,
    OPEN,
    Answer,
    DeskCheck,
    DeskCheckError,
    Outcome,
    Status,
)
from atdesk_core.store import LedgerEntry, Store, shift_tables
from atdesk_core.store.apply import append_ledger, upsert

_CHECKS = shift_tables.desk_checks
_ANSWERS = shift_tables.desk_check_answers


async def desk_checks(
    store: Store, *, agent_id: str | None = None, since: float = 0.0, open_only: bool = False
) -> list[DeskCheck]:
    """Desk checks in the order of their times.

    Args:
        store: Where.
        agent_id: Only this agent's; None for everybody's.
        since: Only those at this time or later, seconds since the epoch.
        open_only: Only those that are to come, or wait for an answer.
    """
    query = _all().where(_CHECKS.c.at >= since).order_by(_CHECKS.c.at, _CHECKS.c.check_id)
    if agent_id is not None:
        query = query.where(_CHECKS.c.agent_id == agent_id)
    if open_only:
        query = query.where(_CHECKS.c.status.in_([str(status) for status in OPEN]))
    async with store.reading() as connection:
        return [DeskCheck(*row) for row in await connection.execute(query)]


async def due_checks(store: Store, now: float) -> list[DeskCheck]:
    """What a service has to do something about: not announced yet, or void without an answer."""
    void = (_CHECKS.c.status == Status.ANNOUNCED.value) & (_CHECKS.c.at < now - ANSWER_WITHIN_S)
    query = _all().where((_CHECKS.c.status == Status.PLANNED.value) | void).order_by(_CHECKS.c.at)
    async with store.reading() as connection:
        return [DeskCheck(*row) for row in await connection.execute(query)]


async def desk_check(store: Store, check_id: str) -> DeskCheck:
    """One desk check.

    Raises:
        DeskCheckError: There is none of this id.
    """
    async with store.reading() as connection:
        return await _one(connection, check_id)


async def answers_of(store: Store, check_id: str) -> dict[str, Outcome]:
    """What was answered; empty before."""
    query = select(_ANSWERS.c.item, _ANSWERS.c.outcome).where(_ANSWERS.c.check_id == check_id)
    async with store.reading() as connection:
        return {row.item: Outcome(row.outcome) for row in await connection.execute(query)}


async def schedule(store: Store, checks: Sequence[DeskCheck], log: Sequence[LedgerEntry]) -> None:
    """Put new desk checks on record; the service announces them."""

    async def job(connection: AsyncConnection) -> None:
        await upsert(connection, _CHECKS, checks)
        await append_ledger(connection, log)

    await store.run(job)


async def move(store: Store, check: DeskCheck, to: float, log: Sequence[LedgerEntry]) -> None:
    """The agent has moved it: it is announced anew.

    Raises:
        DeskCheckError: It changed meanwhile.
    """
    values = {"at": to, "moved": True, "status": Status.PLANNED.value, "announced_at": None}
    await _change(store, check, values, log)


async def settle(
    store: Store, check: DeskCheck, status: Status, at: float, log: Sequence[LedgerEntry]
) -> None:
    """It was announced, or has lapsed.

    Raises:
        DeskCheckError: It changed meanwhile.
    """
    announced = {"announced_at": at} if status is Status.ANNOUNCED else {}
    await _change(store, check, {"status": status.value, **announced}, log)


async def answer(
    store: Store, check: DeskCheck, by: str, at: float, answers: Answer | None, log: Sequence[LedgerEntry]
) -> None:
    """A human has looked, or the agent did not come.

    Args:
        store: Where.
        check: As it was read.
        by: Agent id of the lead.
        at: Now, seconds since the epoch.
        answers: For every item of the list; None when the agent did not come.
        log: Rows for the decision log.

    Raises:
        DeskCheckError: It changed meanwhile.
    """
    status = Status.MISSED if answers is None else Status.DONE
    values = {"status": status.value, "answered_by": by, "answered_at": at}
    rows = [
        {"check_id": check.check_id, "item": item, "outcome": outcome.value}
        for item, outcome in (answers or {}).items()
    ]
    await _change(store, check, values, log, rows)


async def _change(
    store: Store,
    check: DeskCheck,
    values: Mapping[str, object],
    log: Sequence[LedgerEntry],
    answers: Sequence[dict[str, str]] = (),
) -> None:
    async def job(connection: AsyncConnection) -> None:
        if await _one(connection, check.check_id) != check:
            raise DeskCheckError(f"the desk check {check.check_id} changed in this moment: try again")
        this = _CHECKS.c.check_id == check.check_id
        await connection.execute(update(_CHECKS).where(this).values(values))
        if answers:
            await connection.execute(insert(_ANSWERS), list(answers))
        await append_ledger(connection, log)

    await store.run(job)


async def _one(connection: AsyncConnection, check_id: str) -> DeskCheck:
    found = (await connection.execute(_all().where(_CHECKS.c.check_id == check_id))).first()
    if found is None:
        raise DeskCheckError(f"there is no desk check {check_id!r}: see atdesk desk-check list")
    return DeskCheck(*found)


def _all() -> Select[Any]:
    return select(*(_CHECKS.c[name] for name in DeskCheck.__dataclass_fields__))
