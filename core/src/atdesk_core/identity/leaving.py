"""Who leaves, and who came back in time: looks stop at once, template and keys go within a day.

A departure is on record with when and why. The shift of somebody who leaves ends in that moment; their
accounts are nobody's from the moment that the service has noted it. Whoever is back before the erasure
keeps everything.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity.consent import end_consent
from atdesk_core.identity.destroying import Destroyed, destroy
from atdesk_core.identity.records import forget, mark_changed
from atdesk_core.store import LedgerEntry, Store, shift_tables, tables
from atdesk_core.store.apply import append_ledger, upsert
from atdesk_core.store.review_words import forget_words

ERASED_WITHIN_S: Final = 24 * 3600.0
"""Template and keys are gone so long after somebody has left."""

ERASE_AFTER_S: Final = ERASED_WITHIN_S - 1800.0
"""When the erasure is due: half an hour early, so that a slow disk does not make it late."""

MOST_AT_ONCE: Final = 10
"""When a platform calls more people gone within an hour, it is the platform that is doubted."""

CROWD_S: Final = 3600.0

NEVER: Final = math.inf
"""In a roster: nobody knows of an end."""

_TABLE = shift_tables.departures


class LeavingError(Exception):
    """Nobody left or came back by this. The message says why and what to do."""


class Why(StrEnum):
    """How it is known that somebody leaves."""

    ROSTER = "roster"
    ENDS_ON = "ends_on"
    PLATFORM = "platform"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody who leaves or has left.

    Attributes:
        agent_id: Who.
        left_at: When; with `ends_on` it may be to come. Seconds since the epoch.
        why: A `Why`.
        by: Who said so: a person's name, a platform, or the roster.
        noted_at: Since when their accounts are nobody's; None until the service has noted it.
        erased_at: When template and keys went; None before.
    """

    agent_id: str
    left_at: float
    why: str
    by: str
    noted_at: float | None = None
    erased_at: float | None = None


def last_moment(day: date, time_zone: str) -> float:
    """When somebody has left whose last day this is: midnight after it, where they work."""
    return datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(time_zone)).timestamp()


def doubted(standing: Collection[Departure]) -> frozenset[str]:
    """Whom a platform calls gone together with so many others that the platform is to be doubted. Pure.

    Nobody looks at them, but nothing of theirs is erased until a person has said so of each: a client that
    lost its permissions may be told the same as one whose users are gone, and an erasure cannot be undone.
    """
    times: defaultdict[str, list[float]] = defaultdict(list)
    told = [one for one in standing if one.why == Why.PLATFORM]
    for one in told:
        times[one.by].append(one.left_at)
    return frozenset(
        one.agent_id
        for one in told
        if sum(abs(at - one.left_at) <= CROWD_S for at in times[one.by]) > MOST_AT_ONCE
    )


async def departures(store: Store, *, not_erased: bool = False) -> list[Departure]:
    """Everybody who leaves or has left, the first first; on request without those who are erased."""
    async with store.reading() as connection:
        return await _read(connection, not_erased=not_erased)


async def leave(store: Store, departure: Departure) -> bool:
    """Put a departure on record; False when the person has left already.

    What a platform has said a person may confirm: then it is that person who answers for it.

    Raises:
        LeavingError: Nobody has this id.
    """

    async def job(connection: AsyncConnection) -> bool:
        await _check_person(connection, departure.agent_id)
        standing = {one.agent_id: one for one in await _read(connection)}.get(departure.agent_id)
        new = departure
        if standing is not None and standing.left_at <= departure.left_at:
            if (standing.why, departure.why) != (Why.PLATFORM, Why.DECLARED):
                return False
            new = replace(standing, why=departure.why, by=departure.by)
        await upsert(connection, _TABLE, [new])
        await mark_changed(connection)
        return True

    return await store.run(job)


async def come_back(store: Store, agent_id: str, log: Sequence[LedgerEntry] = ()) -> Departure:
    """Take a departure back; what was erased meanwhile is gone, and the person enrols anew.

    Raises:
        LeavingError: None is on record.
    """

    async def job(connection: AsyncConnection) -> Departure:
        standing = {one.agent_id: one for one in await _read(connection)}.get(agent_id)
        if standing is None:
            raise LeavingError(f"{agent_id} has not left, as far as is known: there is nothing to take back")
        await forget(connection, _TABLE, [agent_id])
        await mark_changed(connection)
        await append_ledger(connection, log)
        return standing

    return await store.run(job)


async def note(store: Store, left: Collection[Departure], at: float, log: Sequence[LedgerEntry] = ()) -> None:
    """From now on their accounts are nobody's."""
    this = _TABLE.c.agent_id.in_([one.agent_id for one in left])

    async def job(connection: AsyncConnection) -> None:
        await connection.execute(update(_TABLE).where(this, _TABLE.c.noted_at.is_(None)).values(noted_at=at))
        await mark_changed(connection)
        await append_ledger(connection, log)

    await store.run(job)


async def is_disputed(store: Store, agent_id: str) -> bool:
    """Whether a dispute of this person's waits for an answer: until then nothing of theirs is erased."""
    async with store.reading() as connection:
        return await _dispute_waits(connection, agent_id)


async def erase_leaver(
    store: Store, agent_id: str, at: float, log_of: Callable[[Destroyed], Sequence[LedgerEntry]]
) -> Destroyed | None:
    """Destroy template, stills and keys of somebody who has left; None: they are back, or a dispute waits.

    A still that a dispute holds stays until its hold ends.

    Args:
        store: Where.
        agent_id: Whose.
        at: Now, seconds since the epoch.
        log_of: Makes the rows for the decision log, written with it.
    """

    async def job(connection: AsyncConnection) -> Destroyed | None:
        if await _dispute_waits(connection, agent_id):
            return None
        this = (_TABLE.c.agent_id == agent_id, _TABLE.c.erased_at.is_(None))
        marked = await connection.execute(update(_TABLE).where(*this).values(erased_at=at))
        if not marked.rowcount:
            return None
        gone = await destroy(connection, agent_id, at)
        await forget_words(connection, agent_id)
        await end_consent(connection, agent_id, at)
        await mark_changed(connection)
        await append_ledger(connection, log_of(gone))
        return gone

    destroyed = await store.run(job)
    if destroyed is not None:
        await store.scrub()
    return destroyed


async def follow_roster(connection: AsyncConnection, said: "RosterSays") -> int:
    """Write what a roster says of who leaves, inside its import. Returns how many have left by this."""
    back, new = said.changes({one.agent_id: one for one in await _read(connection)})
    await forget(connection, _TABLE, back)
    await upsert(connection, _TABLE, new)
    return sum(one.left_at <= said.at for one in new)


@dataclass(frozen=True, slots=True)
class RosterSays:
    """What a roster says of who leaves.

    Attributes:
        ends: When each person in the file leaves: `NEVER` where the cell is empty, None without a column.
        missing: Who is not in a file that says it is complete.
        by: Who vouches for the file.
        at: Now, seconds since the epoch.
    """

    ends: Mapping[str, float | None]
    missing: Collection[str]
    by: str
    at: float

    def changes(self, standing: Mapping[str, Departure]) -> tuple[list[str], list[Departure]]:
        """Whose departure is taken back, and which ones are new.

        What a person or a platform has said stands: a roster may lag behind, and often does.
        """
        back: list[str] = []
        new: list[Departure] = []
        for agent_id, end in self.ends.items():
            one = standing.get(agent_id)
            if one is not None and one.why not in (Why.ROSTER, Why.ENDS_ON):
                continue
            if end is not None and end < NEVER:
                new += self._ending(agent_id, end, one)
            elif one is not None and (end is not None or one.why == Why.ROSTER):
                back.append(agent_id)
        gone = (agent_id for agent_id in self.missing if not self._has_left(standing.get(agent_id)))
        return back, [*new, *(Departure(agent_id, self.at, Why.ROSTER, self.by) for agent_id in gone)]

    def _ending(self, agent_id: str, end: float, one: Departure | None) -> list[Departure]:
        same = one is not None and (one.left_at == end or (self._has_left(one) and end <= self.at))
        return [] if same else [Departure(agent_id, end, Why.ENDS_ON, self.by)]

    def _has_left(self, one: Departure | None) -> bool:
        return one is not None and one.left_at <= self.at


async def _read(connection: AsyncConnection, *, not_erased: bool = False) -> list[Departure]:
    columns = [_TABLE.c[name] for name in Departure.__dataclass_fields__]
    query = select(*columns).order_by(_TABLE.c.left_at, _TABLE.c.agent_id)
    if not_erased:
        query = query.where(_TABLE.c.erased_at.is_(None))
    return [Departure(*row) for row in await connection.execute(query)]


async def _dispute_waits(connection: AsyncConnection, agent_id: str) -> bool:
    flags = tables.flags.c
    waits = exists().where(flags.agent_id == agent_id, flags.status == "disputed")
    return bool(await connection.scalar(select(waits)))


async def _check_person(connection: AsyncConnection, agent_id: str) -> None:
    query = select(tables.people.c.agent_id).where(tables.people.c.agent_id == agent_id)
    if await connection.scalar(query) is None:
        raise LeavingError(f"nobody in the directory has the id {agent_id}: see atdesk agents list")
