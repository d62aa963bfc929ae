"""Holds: a still is kept for a dispute, until a time, and the agent's log says so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.evidence import rows
from atdesk_core.evidence.still import COME_TO_NOTHING, HELD_WHILE, HoldReason, Still, StillError
from atdesk_core.ledger import LedgerKind
from atdesk_core.policy import SitePolicy
from atdesk_core.store import Store, tables
from atdesk_core.store.evidence_tables import stills
from atdesk_core.store.review_tables import disputes

DAY_S: Final = 86_400.0

Concerned = Callable[[str], tuple[str, SitePolicy | None]]
"""Random id of an agent, and the policy that applies to them."""


class Holds:
    """What is held, and what is not any more.

    Args:
        store: The database.
        now: The clock, seconds since the epoch.
    """

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now

    async def hold(
        self, still_id: str, until: float, by: str, reason: HoldReason, policy: SitePolicy | None
    ) -> Still:
        """Keep a still for a dispute, until a time.

        Args:
            still_id: Which.
            until: Seconds since the epoch; no later than policy's time for a dispute from now.
            by: Random id of whoever holds it.
            reason: Why; the flag has to stand accordingly.
            policy: That applies to the agent.

        Raises:
            StillError: There is none, its time is over, the time asked for is too long, or its flag is
                not in dispute.
        """

        async def job(connection: AsyncConnection) -> Still:
            now = self._now()
            still = await rows.one(connection, still_id)
            if still.expires_at <= now:
                raise StillError(f"the time of the still {still_id} is over: it cannot be held any more")
            _check_time(until, now, policy)
            await _check_flag(connection, still, reason)
            return await _place(connection, still, until, by, reason, now)

        return await self._store.run(job)

    async def hold_all(self, flag_number: str, by: str, policy: SitePolicy | None) -> None:
        """Keep whatever is kept of a flag that has just been disputed, for as long as policy has it."""

        async def job(connection: AsyncConnection) -> None:
            now = self._now()
            until = now + _days(policy) * DAY_S
            of_flag = await rows.find(
                connection, stills.c.flag_number == flag_number, stills.c.expires_at > now
            )
            for still in of_flag:
                if still.hold_until is None and until > now:
                    await _place(connection, still, until, by, HoldReason.DISPUTE, now)

        await self._store.run(job)

    async def release_all(self, flag_number: str, by: str, *, destroy: bool = False) -> None:
        """End every hold on what is kept of a flag.

        Args:
            flag_number: Of the flag, which is settled.
            by: Random id of whoever settled it, or a word.
            destroy: The flag came to nothing: what is kept of it has had its time at once.
        """

        async def job(connection: AsyncConnection) -> None:
            now = self._now()
            for still in await rows.find(connection, stills.c.flag_number == flag_number):
                await _release(connection, still, by, now, destroy=destroy)

        await self._store.run(job)

    async def catch_up(self, of: Concerned, by: str, flag_number: str | None = None) -> None:
        """Hold and let go of what it was not done for when it was due.

        A still is sealed a while after its flag was raised, and by then the flag may be disputed or have come
        to nothing. And a process may end between what was said of a flag and what follows for its stills.

        Args:
            of: Whom a still concerns.
            by: Who lets go of a still, as the log has it.
            flag_number: Only the stills of this flag; None for all.
        """
        which = () if flag_number is None else (stills.c.flag_number == flag_number,)

        async def job(connection: AsyncConnection) -> None:
            now = self._now()
            for still in await rows.find(connection, *which):
                stands = await _stands(connection, still.flag_number)
                if stands.status in COME_TO_NOTHING and still.gone_at > now:
                    await _release(connection, still, by, now, destroy=True)
                elif stands.status == HELD_WHILE[HoldReason.DISPUTE] and still.hold_until is None:
                    whose, policy = of(still.agent_id)
                    until = stands.since + _days(policy) * DAY_S
                    if until > now and still.expires_at > stands.since:
                        await _place(connection, still, until, whose, HoldReason.DISPUTE, now)

        await self._store.run(job)


async def end_holds(connection: AsyncConnection, now: float) -> frozenset[str]:
    """End the holds whose time is over. Returns the ids of the stills."""
    ended = await rows.find(connection, stills.c.hold_until <= now)
    for still in ended:
        await _put(connection, _free(still))
        await rows.log(connection, still, LedgerKind.HOLD, now, what="ended")
    return frozenset(still.still_id for still in ended)


def _check_time(until: float, now: float, policy: SitePolicy | None) -> None:
    days = _days(policy)
    if not now < until <= now + days * DAY_S:
        raise StillError(
            f"a still can be held for at most {days:g} days from now (review.dispute_days of the policy), "
            "and not until a time that is over"
        )


def _days(policy: SitePolicy | None) -> float:
    return policy.review.dispute_days if policy else 0.0


async def _check_flag(connection: AsyncConnection, still: Still, reason: HoldReason) -> None:
    status = await rows.flag_status(connection, still.flag_number)
    if status != HELD_WHILE[reason]:
        raise StillError(
            f"flag {still.flag_number} is {status or 'gone'}: a still is held for {reason.value} only while "
            f"its flag is {HELD_WHILE[reason].value}"
        )


async def _place(
    connection: AsyncConnection, still: Still, until: float, by: str, reason: HoldReason, now: float
) -> Still:
    held = replace(still, hold_until=until, hold_by=by, hold_reason=reason.value)
    await _put(connection, held)
    await rows.log(connection, held, LedgerKind.HOLD, now, what="placed", until=until, by=by)
    return held


async def _release(connection: AsyncConnection, still: Still, by: str, now: float, *, destroy: bool) -> None:
    gone_at = min(still.expires_at, now) if destroy else still.expires_at
    await _put(connection, replace(_free(still), expires_at=max(gone_at, still.taken_at)))
    if still.hold_until is not None:
        await rows.log(connection, still, LedgerKind.HOLD, now, what="released", by=by)


class _Stands(NamedTuple):
    """How a flag stands, and, where it is disputed, since when."""

    status: str
    since: float


async def _stands(connection: AsyncConnection, flag_number: str) -> _Stands:
    flags = tables.flags.c
    since = func.coalesce(disputes.c.at, flags.closed_at, flags.raised_at)
    joined = tables.flags.outerjoin(disputes, disputes.c.flag_number == flags.number)
    query = select(flags.status, since).select_from(joined).where(flags.number == flag_number)
    found = (await connection.execute(query)).first()
    return _Stands(*found) if found else _Stands("", 0.0)


def _free(still: Still) -> Still:
    return replace(still, hold_until=None, hold_by=None, hold_reason=None)


async def _put(connection: AsyncConnection, still: Still) -> None:
    names = ("expires_at", "hold_until", "hold_by", "hold_reason")
    values = {name: getattr(still, name) for name in names}
    await connection.execute(update(stills).where(stills.c.still_id == still.still_id).values(values))
