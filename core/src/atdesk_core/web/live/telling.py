"""Rows of the decision log as lines of the live timeline."""

from typing import Final

from atdesk_core.ledger.sentences import sentence
from atdesk_core.session import Record, RecordKind

_TONES: Final = {
    RecordKind.FINDING: "found",
    RecordKind.COULD_NOT_TELL: "unknown",
    RecordKind.EPISODE: "decided",
    RecordKind.NOTICE: "told",
    RecordKind.STATE_WRITE: "written",
    RecordKind.CLAIM: "written",
    RecordKind.FLAG: "flagged",
    RecordKind.LEAD_ACTION: "flagged",
    RecordKind.PAUSE: "told",
    RecordKind.LOOK_SKIPPED: "unknown",
    RecordKind.STORM: "unknown",
    RecordKind.STOP_ALL: "told",
}
"""Looks that are opened come and go every few seconds, and are counted rather than listed."""


def told(record: Record) -> tuple[str, str] | None:
    """(tone, sentence) of a row; None for one that the timeline leaves out."""
    tone = _TONES.get(record.kind)
    if tone is None:
        return None
    text = sentence(record.kind.value, dict(record.data))
    return tone, text[:1].upper() + text[1:]
