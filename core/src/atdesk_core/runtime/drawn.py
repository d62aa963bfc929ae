"""The random looks of a shift as the decision log tells of them, put together so that they can be checked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from atdesk_core.ledger import LedgerKind
from atdesk_core.looking import Bound, DrawPlan, DrawRecord, Logged, RandomLook, draw, mix
from atdesk_core.store import Store, tables

_ONE_DAY_S = 86_400.0


class DrawsUnknownError(Exception):
    """The log does not say enough of this shift (yet). The message says what is missing."""


@dataclass(frozen=True, slots=True)
class _Row:
    seq: int
    at: float
    kind: str
    data: dict[str, Any]

    @property
    def logged(self) -> Logged:
        return Logged(self.seq, self.at)

    def says(self, what: str) -> bool:
        return self.kind == LedgerKind.DRAWS_COMMITTED and self.data.get("what") == what


async def record_of(store: Store, agent_ref: str, shift_id: str) -> DrawRecord:
    """What the log says of one shift.

    Args:
        store: With the log.
        agent_ref: The agent's random id.
        shift_id: Local begin of the shift.

    Raises:
        DrawsUnknownError: Nothing was committed to for it, or its seed is not revealed yet.
    """
    rows = await _rows(store, agent_ref)
    commitments = [row for row in rows if row.says("committed")]
    committed = next((row for row in commitments if row.data.get("shift_id") == shift_id), None)
    if committed is None:
        known = ", ".join(str(row.data.get("shift_id")) for row in commitments[-5:]) or "none"
        raise DrawsUnknownError(
            f"nothing was committed to for the shift {shift_id}, so no random look may have been opened in "
            f"it; the last shifts with random looks: {known}"
        )
    revealed = next((row for row in rows if _reveals(row, shift_id)), None)
    if revealed is None:
        raise DrawsUnknownError(
            f"the shift {shift_id} is committed to as {committed.data['commitment']}, and its seed is "
            "revealed when it is over: ask again then"
        )
    return _record(rows, commitments, committed, revealed)


def _reveals(row: _Row, shift_id: str) -> bool:
    return row.kind == LedgerKind.DRAWS_REVEALED and row.data.get("shift_id") == shift_id


def _record(rows: Sequence[_Row], commitments: Sequence[_Row], committed: _Row, revealed: _Row) -> DrawRecord:
    said = revealed.data
    plan = DrawPlan(
        said["shift_id"], said["agent_ref"], said["starts_at"], said["ends_at"], int(said["draws"])
    )
    seed = bytes.fromhex(said["seed"])
    bound = next((row for row in reversed(rows) if row.says("bound") and row.seq < committed.seq), None)
    since, until = _span(commitments, committed, plan)
    return DrawRecord(
        plan=plan,
        seed=seed,
        nonce=said["nonce"],
        commitment=committed.data["commitment"],
        committed=committed.logged,
        revealed=revealed.logged,
        looks=tuple(
            RandomLook(str(row.data.get("look_id")), row.logged)
            for row in rows
            if row.kind == LedgerKind.LOOK_OPENED and since <= row.at < until
        ),
        draws=draw(mix(seed, said["nonce"]), plan),
        bound=Bound(bound.data["nonce"], bound.data["seed_hash"], bound.logged) if bound else None,
    )


def _span(commitments: Sequence[_Row], committed: _Row, plan: DrawPlan) -> tuple[float, float]:
    """Every random look belongs to one shift, so that none can hide between two of them."""
    others = [row.data for row in commitments if row is not committed]
    before = [one["ends_at"] for one in others if one["starts_at"] < plan.starts_at]
    after = [one["starts_at"] for one in others if one["starts_at"] > plan.starts_at]
    since = max([plan.starts_at - _ONE_DAY_S, *(end for end in before if end <= plan.starts_at)])
    if any(end > plan.starts_at for end in before):
        since = plan.starts_at  # cut short by this one
    return since, min([plan.ends_at, *after])


async def _rows(store: Store, agent_ref: str) -> list[_Row]:
    """The rows about this agent's draws, and of the random looks."""
    ledger = tables.ledger.c
    kinds = (LedgerKind.DRAWS_COMMITTED, LedgerKind.DRAWS_REVEALED, LedgerKind.LOOK_OPENED)
    query = (
        select(ledger.seq, ledger.at, ledger.kind, ledger.data)
        .where(ledger.agent_ref == agent_ref, ledger.kind.in_([kind.value for kind in kinds]))
        .where((ledger.kind != LedgerKind.LOOK_OPENED.value) | ledger.data.contains('"reason":"random"'))
        .order_by(ledger.seq)
    )
    async with store.reading() as connection:
        found = (await connection.execute(query)).all()
    return [
        _Row(row.seq, row.at, row.kind, {**json.loads(row.data), "agent_ref": agent_ref}) for row in found
    ]
