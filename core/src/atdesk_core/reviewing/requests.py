"""What people ask of the running service, by way of the database: it owns the sessions, so it does it.

A request is done once and keeps its outcome; what somebody typed with it goes as soon as it is done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store import Store
from atdesk_core.store.review_tables import review_requests


class RequestKind(StrEnum):
    """What can be asked. There is no verb that does anything to a person."""

    PAUSE = "pause"
    RESUME = "resume"
    BREAK = "break"
    ACKNOWLEDGE = "acknowledge"
    DISMISS = "dismiss"
    DISPUTE = "dispute"
    UPHOLD = "uphold"
    OVERTURN = "overturn"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request.

    Attributes:
        kind: What.
        by_ref: Random id of the person who asks; `support` for somebody who acts for the agent.
        at: When.
        agent_id: Whom it is about, for a pause, a break or a dispute.
        flag_number: About which flag; always one.
        code: A category or a reason.
        text: What the agent typed.
        place: Its number, once it is kept.
    """

    kind: RequestKind
    by_ref: str
    at: float
    agent_id: str | None = None
    flag_number: str | None = None
    code: str | None = None
    text: str | None = field(default=None, repr=False)
    place: int = 0


async def ask(store: Store, request: Asked) -> int:
    """Keep a request for the service; returns its number."""

    async def job(connection: AsyncConnection) -> int:
        values = {
            "kind": request.kind.value,
            "agent_id": request.agent_id,
            "flag_number": request.flag_number,
            "code": request.code,
            "text": request.text,
            "by_ref": request.by_ref,
            "at": request.at,
        }
        done = await connection.execute(
            insert(review_requests).values(values).returning(review_requests.c.place)
        )
        return int(done.scalar_one())

    return await store.run(job)


async def pending(store: Store) -> Sequence[Asked]:
    """Requests that wait, oldest first."""
    table = review_requests.c
    query = select(review_requests).where(table.done_at.is_(None)).order_by(table.place)
    async with store.reading() as connection:
        return [
            Asked(
                RequestKind(row.kind),
                row.by_ref,
                row.at,
                row.agent_id,
                row.flag_number,
                row.code,
                row.text,
                row.place,
            )
            for row in await connection.execute(query)
        ]


async def settle(store: Store, place: int, outcome: str, now: float) -> None:
    """A request is done: its outcome stays, and its text goes."""

    async def job(connection: AsyncConnection) -> None:
        table = review_requests
        await connection.execute(
            update(table)
            .where(table.c.place == place, table.c.done_at.is_(None))
            .values(done_at=now, outcome=outcome, text=None)
        )

    await store.run(job)


async def outcome_of(store: Store, place: int) -> str | None:
    """What became of a request; None while it waits."""
    table = review_requests.c
    async with store.reading() as connection:
        outcome: str | None = await connection.scalar(select(table.outcome).where(table.place == place))
    return outcome
