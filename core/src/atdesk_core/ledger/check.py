"""Walks a chain row by row, and says what is wrong and where. Pure; keeps only the place it has reached."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from atdesk_core.ledger.anchors import Anchor
from atdesk_core.ledger.faults import ChainFault, FaultKind, at_row, missing
from atdesk_core.ledger.kinds import LedgerKind
from atdesk_core.store import GENESIS, LedgerBounds, LedgerRow, is_sound, link

NEAR = 64
"""So many places round a row are tried when it does not fit in its own."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A row of the log that says that older rows had reached their time.

    Attributes:
        last_seq: Place of the last row that was cut.
        checkpoint: Its hash.
        until: Rows before this time were cut, seconds since the epoch.
        at: When it was done.
    """

    last_seq: int
    checkpoint: str
    until: float
    at: float


class ChainCheck:
    """Give it every row in order with `take`, then ask `end`.

    Args:
        bounds: Where the chain begins and ends as the writer left it; None for an empty log.
        anchors: Kept elsewhere; each of them is looked for.

    Attributes:
        rows: How many were read.
        last_hash: Of the last of them.
        cut: The last row that says that older ones were cut; None when there is none.
    """

    def __init__(self, bounds: LedgerBounds | None, anchors: Iterable[Anchor] = ()) -> None:
        self.rows = 0
        self.last_hash = bounds.first_prev if bounds else GENESIS
        self.cut: Cut | None = None
        self._bounds = bounds
        self._seq = bounds.first_seq - 1 if bounds else 0
        self._at: float | None = None
        self._shift = 0  # how many places further back the rows from here on were written
        self._loose = False  # the row before is at fault, so that this one need not follow it
        self._anchors: defaultdict[int, list[Anchor]] = defaultdict(list)
        for anchor in anchors:
            self._anchors[anchor.seq].append(anchor)

    def take(self, rows: Sequence[LedgerRow], after: LedgerRow | None = None) -> Iterator[ChainFault]:
        """What is wrong with the next rows, in order of place.

        Args:
            rows: The next rows.
            after: The one that follows them, where it is known: it tells a row that was put in from one
                that was moved.
        """
        for index, row in enumerate(rows):
            self.rows += 1
            loose, self._loose = self._loose, False
            if not self._follows(row):
                follower = rows[index + 1] if index + 1 < len(rows) else after
                yield from self._wrong(row, follower, loose=loose)
            if row.kind == LedgerKind.LEDGER_CUT:
                self.cut = _cut(row) or self.cut
            if row.seq in self._anchors:
                yield from self._against(self._anchors.pop(row.seq), row)
            self._pass(row)

    def lost(self, seq: int) -> None:
        """A row that could not be read at all, and was told as a fault: go on behind it."""
        self._seq, self._loose = seq, True

    def end(self) -> Iterator[ChainFault]:
        """What is wrong with the whole: lost rows at either end, rows put on without the writer, anchors."""
        yield from self._head()
        yield from self._tail()
        for anchors in self._anchors.values():
            for anchor in anchors:
                yield from self._unmet(anchor)

    def _follows(self, row: LedgerRow) -> bool:
        """Whether all is well with a row: nearly always, so nothing else is asked then."""
        return (
            row.seq == self._seq + 1
            and row.prev_hash == self.last_hash
            and row.hash == link(row.seq - self._shift, row, row.prev_hash)
        )

    def _pass(self, row: LedgerRow) -> None:
        self._seq, self.last_hash = row.seq, row.hash
        self._at = row.at if isinstance(row.at, int | float) else None

    def _wrong(self, row: LedgerRow, after: LedgerRow | None, *, loose: bool) -> Iterator[ChainFault]:
        if row.seq > self._seq + 1:
            yield missing(self._seq + 1, row.seq - 1, self._at)
            loose = True
        home = _home(row, row.seq - self._shift)
        if home is None:
            yield at_row(FaultKind.ALTERED, row, f"row {row.seq} was altered")
            self._loose = True
        elif home == row.seq - self._shift:
            if row.prev_hash != self.last_hash and not loose:
                yield at_row(FaultKind.BROKEN_LINK, row, f"row {row.seq} does not follow the row before it")
        else:
            yield from self._displaced(row, home, after)

    def _displaced(self, row: LedgerRow, home: int, after: LedgerRow | None) -> Iterator[ChainFault]:
        """A sound row in the wrong place: alone, or with all that follow it."""
        by = (row.seq - self._shift) - home
        if after is not None and is_sound(after, home + 1):
            self._shift += by
            if by > 0:
                yield at_row(FaultKind.INSERTED, row, _inserted(row.seq - by, row.seq - 1))
            else:
                many = "a row is" if by == -1 else f"{-by} rows are"
                message = f"before row {row.seq} {many} missing, and the rest renumbered"
                yield at_row(FaultKind.REMOVED, row, message)
        else:
            yield at_row(FaultKind.MOVED, row, f"row {row.seq} was written as row {home}, and moved")
            self._loose = True

    def _head(self) -> Iterator[ChainFault]:
        """Older rows may be gone only if a row of the log says that they had reached their time."""
        if self._bounds is None or self._bounds.first_seq <= 1:
            return
        last, cut = self._bounds.first_seq - 1, self.cut
        if cut is None or (cut.last_seq, cut.checkpoint) != (last, self._bounds.first_prev):
            yield ChainFault(
                FaultKind.REMOVED,
                1,
                f"rows 1 to {last} are missing, and no row of the log says that they had reached their time",
            )

    def _tail(self) -> Iterator[ChainFault]:
        last_seq, last_hash = (
            (self._bounds.last_seq, self._bounds.last_hash) if self._bounds else (0, GENESIS)
        )
        last_seq += self._shift
        if self._seq < last_seq:
            yield missing(self._seq + 1, last_seq, self._at)
        elif self._seq > last_seq or (self.last_hash != last_hash and not self._loose):
            message = f"row {self._seq} is not the last one that was written"
            yield ChainFault(FaultKind.BROKEN_LINK, self._seq, message, self._at)

    def _against(self, anchors: Iterable[Anchor], row: LedgerRow) -> Iterator[ChainFault]:
        for anchor in anchors:
            if anchor.hash != row.hash:
                yield at_row(
                    FaultKind.REWRITTEN,
                    row,
                    f"row {row.seq} is not the one that the anchor {anchor.name} names: the log was written "
                    "anew, there or before",
                )

    def _unmet(self, anchor: Anchor) -> Iterator[ChainFault]:
        """An anchor of a row that is not there: it was cut in its time, or it is gone."""
        cut = self.cut
        named = f"row {anchor.seq}, which the anchor {anchor.name} names,"
        if cut is None or anchor.seq > cut.last_seq:
            yield ChainFault(FaultKind.REMOVED, anchor.seq, f"{named} is missing", anchor.at)
        elif anchor.at >= cut.until:
            message = f"{named} was cut before it had reached its time"
            yield ChainFault(FaultKind.REMOVED, anchor.seq, message, anchor.at)
        elif anchor.seq == cut.last_seq and anchor.hash != cut.checkpoint:
            message = f"{named} was another one when it was cut: the log was written anew"
            yield ChainFault(FaultKind.REWRITTEN, anchor.seq, message, anchor.at)


def _home(row: LedgerRow, expected: int) -> int | None:
    """The place in which a row is sound: its own, or one near it."""
    near = (expected + sign * step for step in range(NEAR) for sign in (1, -1))
    return next((seq for seq in near if is_sound(row, seq)), None)


def _inserted(first: int, last: int) -> str:
    what = f"row {first} was" if first == last else f"rows {first} to {last} were"
    return f"{what} put in, and the rest renumbered"


def _cut(row: LedgerRow) -> Cut | None:
    try:
        data = json.loads(row.data)
        return Cut(int(data["last_seq"]), str(data["checkpoint"]), float(data["until"]), float(row.at))
    except (ValueError, KeyError, TypeError):
        return None  # an altered row; it is told as that
