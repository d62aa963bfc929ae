"""A site with people and flags, in a real database."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity import Person, Site, declare_sites
from atdesk_core.store import FlagRow, Store, Unit, tables
from atdesk_core.store.apply import upsert
from atdesk_sdk import FlagStatus

FLAG = FlagRow(
    number="K7Q2AB",
    agent_id="a0",
    rule="absence",
    finding="absent",
    status=FlagStatus.RAISED.value,
    since=100.0,
    raised_at=200.0,
    team="north",
    confidence=0.9,
    policy_version="abcdef123456",
    agent_reached=True,
)


async def fill(store: Store, agents: int, site: str = "home") -> None:
    """So many agents `a0`, `a1`, ... of a site, with random ids `ref0`, `ref1`, ..."""
    await declare_sites(store, [Site(site, "GB", "UTC")])
    people = [
        Person(f"a{number}", f"ref{number}", f"Agent {number}", "", "en", "north", site)
        for number in range(agents)
    ]

    async def job(connection: AsyncConnection) -> None:
        await upsert(connection, tables.people, people)

    await store.run(job)


async def keep_flags(
    store: Store,
    stands: Sequence[tuple[str, FlagStatus, str]],
    *,
    rule: str = "absence",
    raised_at: float = 200.0,
) -> None:
    """A closed flag for each of (agent, where it stands, reason)."""
    rows = tuple(
        replace(
            FLAG,
            number=f"{rule[:2].upper()}{int(raised_at)}{index:03d}",
            agent_id=agent_id,
            rule=rule,
            status=status.value,
            reason=reason,
            raised_at=raised_at,
            closed_at=raised_at + 1,
        )
        for index, (agent_id, status, reason) in enumerate(stands)
    )
    await store.commit(Unit(flags=rows))
