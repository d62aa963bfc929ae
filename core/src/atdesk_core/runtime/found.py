"""A row of the log about a finding, as those who listen get it."""

from atdesk_core.session import Record, RecordKind
from atdesk_sdk import Finding, FindingKind


def finding_of(agent_id: str, record: Record) -> Finding | None:
    """The finding of a row; None for a row of another kind."""
    if record.kind is not RecordKind.FINDING:
        return None
    data = record.data
    return Finding(
        agent_id=agent_id,
        kind=FindingKind(str(data["what"])),
        since=float(data["since"] or 0.0),
        decided_at=float(data["decided_at"] or 0.0),
        confidence=float(data["confidence"] or 0.0),
        look_id=str(data["look_id"] or ""),
        evidence=_evidence(record),
    )


def _evidence(record: Record) -> str:
    if "thing" not in record.data:
        return ""
    thing, seen, weighed = (record.data[name] for name in ("thing", "seen", "weighed"))
    return f"{str(thing).replace('_', ' ')} in {seen} of {weighed} pictures"
