"""What can be wrong with a chain, and how it is said."""

from dataclasses import dataclass
from enum import StrEnum

from atdesk_core.store import LedgerRow


class FaultKind(StrEnum):
    """What happened to a row."""

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    MOVED = "moved"
    BROKEN_LINK = "broken_link"
    UNREADABLE = "unreadable"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True)
class ChainFault:
    """A place at which the chain is not as it was written.

    Attributes:
        kind: What happened.
        seq: Place of the row, or of the first one that is missing.
        message: In plain words.
        at: Time of the row, or of the last one before what is missing, as it stands there; None: not known.
        row: Kind of the row as it stands there; None when it is missing.
    """

    kind: FaultKind
    seq: int
    message: str
    at: float | None = None
    row: str | None = None


def at_row(kind: FaultKind, row: LedgerRow, message: str) -> ChainFault:
    """A fault of a row that is there."""
    # What was altered may be the time or the kind itself: it is shown as it stands, where it can be.
    at = float(row.at) if isinstance(row.at, int | float) else None
    return ChainFault(kind, row.seq, message, at, str(row.kind))


def missing(first: int, last: int, after: float | None) -> ChainFault:
    """Rows that are gone."""
    what = f"row {first} is" if first == last else f"rows {first} to {last} are"
    return ChainFault(FaultKind.REMOVED, first, f"{what} missing", after)
