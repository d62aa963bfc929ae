"""A rule that people overturn too often at a site tells nobody any more, until a named person lifts that."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.policy import ReviewRules
from atdesk_core.store import RuleShadowRow, Store, tables
from atdesk_core.store.apply import append_ledger
from atdesk_core.store.review_tables import rule_shadows
from atdesk_sdk import DismissReason, FlagStatus

_REVIEWED = (FlagStatus.ACKNOWLEDGED, FlagStatus.DISMISSED, FlagStatus.UPHELD, FlagStatus.OVERTURNED)


@dataclass(frozen=True, slots=True)
class Share:
    """How a rule did at a site, by those who looked at its flags.

    Attributes:
        rule: Which.
        reviewed: Flags that somebody confirmed, dismissed or decided; disputed ones are not in it.
        overturned: Those that were overturned, or dismissed as wrong.
        people: How many agents they are about.
    """

    rule: str
    reviewed: int
    overturned: int
    people: int


def overturned_too_often(share: Share, rules: ReviewRules) -> bool:
    """Whether the rule has to fall back to shadow mode."""
    enough = share.reviewed >= rules.overturn_least
    return enough and share.overturned > rules.overturn_share * share.reviewed


async def shares_of(store: Store, site: str) -> tuple[Share, ...]:
    """Every rule of a site, by its flags since a person last lifted its shadow mode."""
    flags, people = tables.flags.c, tables.people.c
    lifted = (
        select(rule_shadows.c.rule, func.max(rule_shadows.c.lifted_at).label("at"))
        .where(rule_shadows.c.site == site, rule_shadows.c.lifted_at.is_not(None))
        .group_by(rule_shadows.c.rule)
        .subquery()
    )
    wrong = or_(
        flags.status == FlagStatus.OVERTURNED.value,
        (flags.status == FlagStatus.DISMISSED.value) & (flags.reason == DismissReason.WRONG.value),
    )
    query = (
        select(
            flags.rule,
            func.count(),
            func.coalesce(func.sum(case((wrong, 1), else_=0)), 0),
            func.count(flags.agent_id.distinct()),
        )
        .join(tables.people, people.agent_id == flags.agent_id)
        .outerjoin(lifted, lifted.c.rule == flags.rule)
        .where(people.site_id == site, flags.status.in_([status.value for status in _REVIEWED]))
        .where(or_(lifted.c.at.is_(None), flags.raised_at > lifted.c.at))
        .group_by(flags.rule)
        .order_by(flags.rule)
    )
    async with store.reading() as connection:
        return tuple(Share(*row) for row in await connection.execute(query))


async def standing_shadows(store: Store) -> Sequence[RuleShadowRow]:
    """Rules that are in shadow mode because they were overturned too often."""
    table = rule_shadows
    names = RuleShadowRow.__dataclass_fields__
    query = select(*(table.c[name] for name in names)).where(table.c.lifted_at.is_(None))
    async with store.reading() as connection:
        return [RuleShadowRow(*row) for row in await connection.execute(query.order_by(table.c.since))]


async def lift(store: Store, site: str, rule: str, by_ref: str, now: float) -> bool:
    """Let a rule tell people again; False when it was in no shadow mode of this kind."""

    async def job(connection: AsyncConnection) -> bool:
        table = rule_shadows
        standing = (table.c.site == site, table.c.rule == rule, table.c.lifted_at.is_(None))
        done = await connection.execute(
            update(table).where(*standing).values(lifted_at=now, lifted_by=by_ref)
        )
        if done.rowcount:
            row = entry(
                LedgerKind.SHADOW,
                now,
                site,
                None,
                {"what": "ended", "why": "lifted", "rule": rule, "by": by_ref},
            )
            await append_ledger(connection, [row])
        return bool(done.rowcount)

    return await store.run(job)
