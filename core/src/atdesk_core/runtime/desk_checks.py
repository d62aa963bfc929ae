"""Desk checks are announced to the agents, through the outbox; what cannot be announced in time lapses."""

import json
from collections.abc import Callable, Sequence
from typing import Protocol

from atdesk_core.desk_checks import DeskCheck, DeskCheckError, Status, due_checks, in_time, settle
from atdesk_core.ledger import LedgerKind, Value, entry
from atdesk_core.policy.safeguards import DeskCheckRule
from atdesk_core.runtime.profile import Profile
from atdesk_core.session import Facts
from atdesk_core.store import (
    OPEN_STATUSES,
    LedgerEntry,
    OutboxEntry,
    OutboxKind,
    OutboxRow,
    OutboxStatus,
    Store,
    Unit,
)


class People(Protocol):
    """What is asked about the agents."""

    def facts(self, agent_id: str) -> Facts:
        """Policy and shift, now."""
        ...

    def profile(self, agent_id: str) -> Profile:
        """Names and addresses."""
        ...


class DeskChecks:
    """The announcements of this process. No frame is ever opened for a desk check.

    Args:
        store: Where desk checks are kept.
        people: Who they are, and what applies to them.
        now: Engine's clock.
        owed: Told of rows of the outbox once they are kept.
    """

    def __init__(
        self,
        store: Store,
        people: People,
        now: Callable[[], float],
        owed: Callable[[Sequence[OutboxRow]], None],
    ) -> None:
        self._store = store
        self._people = people
        self._now = now
        self._owed = owed

    async def tick(self) -> None:
        """Announce what is planned, note what has arrived, let lapse what came too late."""
        for check in await due_checks(self._store, self._now()):
            try:
                await self._go_on(check)
            except DeskCheckError:
                continue  # moved or answered in this moment: the next round sees it as it is

    async def _go_on(self, check: DeskCheck) -> None:
        now, rule = self._now(), self._rule(check.agent_id)
        if check.status == Status.ANNOUNCED:
            await self._lapse(check, "not_answered", now)
        elif rule is None:
            await self._lapse(check, "policy_changed", now)
        else:
            await self._announce(check, rule, now)

    async def _announce(self, check: DeskCheck, rule: DeskCheckRule, now: float) -> None:
        rows = self._rows(check, now)
        kept = [one for row in rows if (one := await self._store.outbox_entry(row.row_id)) is not None]
        arrived = [one for one in kept if one.status is OutboxStatus.SENT and one.settled_at is not None]
        if any(in_time(check, one.settled_at or now, rule) for one in arrived):
            row = self._row(check, {"what": "announced", "at": check.at}, now)
            await settle(self._store, check, Status.ANNOUNCED, now, [row])
        elif not in_time(check, now, rule) or _all_failed(kept):
            await self._lapse(check, "not_announced_in_time", now)
        elif not kept and rows:
            await self._store.commit(Unit(outbox=tuple(rows)))
            self._owed(rows)

    def _rows(self, check: DeskCheck, now: float) -> list[OutboxRow]:
        payload = json.dumps({"at": check.at})
        return [
            OutboxRow(
                f"desk-{check.check_id}-{check.at:.0f}@{channel.adapter}",
                check.agent_id,
                OutboxKind.DESK_CHECK,
                channel.adapter,
                payload,
                now,
                now,
                check.at,
            )
            for channel in self._people.profile(check.agent_id).notice_channels
        ]

    async def _lapse(self, check: DeskCheck, why: str, now: float) -> None:
        row = self._row(check, {"what": "lapsed", "why": why}, now)
        await settle(self._store, check, Status.LAPSED, now, [row])

    def _rule(self, agent_id: str) -> DeskCheckRule | None:
        policy = self._people.facts(agent_id).policy
        return policy.desk_check if policy is not None and policy.desk_check.enabled else None

    def _row(self, check: DeskCheck, data: dict[str, Value], at: float) -> LedgerEntry:
        profile = self._people.profile(check.agent_id)
        about = {"check_id": check.check_id, **data}
        return entry(LedgerKind.DESK_CHECK, at, profile.site, profile.agent_ref or None, about)


def _all_failed(kept: Sequence[OutboxEntry]) -> bool:
    return bool(kept) and all(one.status not in OPEN_STATUSES for one in kept)
