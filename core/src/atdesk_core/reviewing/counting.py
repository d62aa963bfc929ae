"""The one aggregate: flags of a site by rule and by where they stand. Never by person.

A number that rests on fewer than five people is not shown: it would say something about one of them.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from atdesk_core.ledger import LedgerKind
from atdesk_core.store import Store, tables
from atdesk_sdk import FlagStatus

LEAST_PEOPLE: Final = 5
"""An aggregate of fewer people than this is suppressed."""

NOT_COUNTED: Final = (FlagStatus.DISPUTED, FlagStatus.WITHDRAWN, FlagStatus.EXPIRED)
"""A disputed flag is not used before it is decided; of one that was a break, or expired, nothing happened."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of the table.

    Attributes:
        rule: Which rule.
        stands: A `FlagStatus`; or, for what shadow mode measured, `would_tell`, `would_write`, `would_flag`.
        number: How many; None where it is suppressed.
    """

    rule: str
    stands: str
    number: int | None


def suppressed(people: int) -> bool:
    """Whether an aggregate over so many people must not be shown."""
    return people < LEAST_PEOPLE


async def counts_of(store: Store, site: str, since: float) -> tuple[Cell, ...]:
    """Flags of a site since a time, and what shadow mode would have done.

    Args:
        store: The database.
        site: Which site.
        since: Seconds since the epoch; of flags, when they were raised.

    Returns:
        Ordered by rule and by where the flags stand. Disputed, withdrawn and expired flags are in no number.
    """
    return (*await _flags(store, site, since), *await _shadow(store, site, since))


async def _flags(store: Store, site: str, since: float) -> list[Cell]:
    flags, people = tables.flags.c, tables.people.c
    query = (
        select(flags.rule, flags.status, func.count(), func.count(flags.agent_id.distinct()))
        .join(tables.people, people.agent_id == flags.agent_id)
        .where(people.site_id == site, flags.raised_at >= since)
        .where(flags.status.not_in([status.value for status in NOT_COUNTED]))
        .group_by(flags.rule, flags.status)
        .order_by(flags.rule, flags.status)
    )
    async with store.reading() as connection:
        found = list(await connection.execute(query))
    return [_cell(rule, status, number, who) for rule, status, number, who in found]


async def _shadow(store: Store, site: str, since: float) -> list[Cell]:
    rows = tables.ledger.c
    query = select(rows.agent_ref, rows.data).where(
        rows.kind == LedgerKind.SHADOW.value, rows.site == site, rows.at >= since, rows.agent_ref.is_not(None)
    )
    about: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    async with store.reading() as connection:
        for agent_ref, data in await connection.execute(query):
            row = json.loads(data)
            about[str(row.get("rule")), str(row.get("what"))].append(agent_ref)
    return [_cell(rule, what, len(refs), len(set(refs))) for (rule, what), refs in sorted(about.items())]


def _cell(rule: str, stands: str, number: int, people: int) -> Cell:
    return Cell(rule, stands, None if suppressed(people) else number)
