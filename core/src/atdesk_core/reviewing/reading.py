"""What is kept about reviews, read one flag or one agent at a time."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Table, select

from atdesk_core.store import DisputeRow, FlagRow, GroundsRow, PauseRow, ReviewRow, Store, tables
from atdesk_core.store.review_tables import disputes, flag_grounds, flag_reviews, pauses
from atdesk_sdk import FlagStatus

R = TypeVar("R")


async def reviews_of(store: Store, number: str) -> Sequence[ReviewRow]:
    """What people said about a flag, in order."""
    return await _read(store, flag_reviews, ReviewRow, flag_reviews.c.flag_number == number)


async def dispute_of(store: Store, number: str) -> DisputeRow | None:
    """The dispute of a flag; None when there is none."""
    found = await _read(store, disputes, DisputeRow, disputes.c.flag_number == number)
    return found[0] if found else None


async def grounds_of(store: Store, number: str) -> GroundsRow | None:
    """What a flag rests on; None for a flag of an earlier version."""
    found = await _read(store, flag_grounds, GroundsRow, flag_grounds.c.flag_number == number)
    return found[0] if found else None


async def pause_of(store: Store, agent_id: str) -> PauseRow | None:
    """The pause that stands; None when the agent is not paused."""
    found = await _read(store, pauses, PauseRow, pauses.c.agent_id == agent_id)
    return found[0] if found else None


async def flags_of(store: Store, agent_id: str, since: float) -> Sequence[FlagRow]:
    """An agent's own flags that were raised since a time, the latest first: for the agent's own eyes."""
    table = tables.flags.c
    mine = (table.agent_id == agent_id) & (table.raised_at >= since)
    found = await _read(store, tables.flags, FlagRow, mine)
    return sorted(found, key=lambda flag: flag.raised_at, reverse=True)


async def disputes_of(store: Store, agent_id: str) -> Sequence[DisputeRow]:
    """What an agent said against flags: for the agent's own eyes."""
    return await _read(store, disputes, DisputeRow, disputes.c.agent_id == agent_id)


async def flags_at(store: Store, site: str, *, open_only: bool) -> Sequence[FlagRow]:
    """Flags of a site in the order in which they were raised: never ordered or added up by person.

    Args:
        store: The database.
        site: Which site.
        open_only: Only what waits for somebody: an answer, or the decision on a dispute.
    """
    of_site = tables.flags.c.agent_id.in_(
        select(tables.people.c.agent_id).where(tables.people.c.site_id == site)
    )
    found = await _read(store, tables.flags, FlagRow, of_site)
    in_order = sorted(found, key=lambda flag: (flag.raised_at, flag.number))
    return [flag for flag in in_order if not open_only or _waits(flag)]


def _waits(flag: FlagRow) -> bool:
    return flag.closed_at is None or flag.status == FlagStatus.DISPUTED.value


async def _read(store: Store, table: Table, row_type: type[R], which: Any) -> Sequence[R]:
    names = row_type.__dataclass_fields__  # type: ignore[attr-defined]  # rows are dataclasses
    query = select(*(table.c[name] for name in names)).where(which)
    if "place" in table.c:
        query = query.order_by(table.c.place)
    async with store.reading() as connection:
        return [row_type(*row) for row in await connection.execute(query)]
