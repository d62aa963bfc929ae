"""Which day something belongs to: the one on which its shift began; without a shift, the calendar's. Pure."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo

from atdesk_core.ledger.kinds import LedgerKind
from atdesk_core.ledger.own import data_of
from atdesk_core.store import LedgerRow

Window = tuple[float, float]
"""Begin and end of a shift, seconds since the epoch."""


def day_finder(windows: Iterable[Window], zone: tzinfo) -> Callable[[float], str]:
    """A function that gives the ISO date of a time's day.

    Args:
        windows: The agent's shifts.
        zone: The agent's time zone.
    """
    known = sorted(set(windows))
    starts = [start for start, _ in known]

    def day_of(at: float) -> str:
        index = bisect_right(starts, at) - 1
        in_shift = index >= 0 and at < known[index][1]
        return datetime.fromtimestamp(starts[index] if in_shift else at, zone).date().isoformat()

    return day_of


def windows_in(rows: Iterable[LedgerRow]) -> set[Window]:
    """Shifts that the log itself names: those for which random looks were drawn, by sign-in among them."""
    found: set[Window] = set()
    for row in rows:
        if row.kind in (LedgerKind.DRAWS_COMMITTED, LedgerKind.DRAWS_REVEALED):
            data = data_of(row)
            start, end = data.get("starts_at"), data.get("ends_at")
            if isinstance(start, int | float) and isinstance(end, int | float):
                found.add((float(start), float(end)))
    return found
