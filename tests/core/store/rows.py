"""Rows to write, with only what a test cares about said."""

from typing import Any

from atdesk_core.store import FlagRow, LedgerEntry, OutboxKind, OutboxRow, SessionSnapshot, Unit


def outbox_row(row_id: str, **changes: Any) -> OutboxRow:
    values: dict[str, Any] = {
        "agent_id": "ana",
        "kind": OutboxKind.NOTICE,
        "adapter": "zoom",
        "payload": "{}",
        "created_at": 10.0,
        "due_at": 10.0,
    }
    return OutboxRow(row_id, **(values | changes))


def flag_row(number: str, **changes: Any) -> FlagRow:
    values: dict[str, Any] = {
        "agent_id": "ana",
        "rule": "absence",
        "finding": "absent",
        "status": "raised",
        "since": 1.0,
        "raised_at": 2.0,
        "team": "north",
        "confidence": 0.9,
        "policy_version": "p1",
        "agent_reached": True,
    }
    return FlagRow(number, **(values | changes))


def whole_unit(agent_id: str, version: int) -> Unit:
    """A snapshot with the outbox row and the ledger row that belong to it."""
    return Unit(
        snapshots=(SessionSnapshot(agent_id, version, "{}"),),
        outbox=(outbox_row(f"{agent_id}-{version}", agent_id=agent_id),),
        ledger=(LedgerEntry(float(version), "madrid", f"r-{agent_id}", "finding", f'{{"n":{version}}}'),),
    )
