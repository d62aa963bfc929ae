"""Dated shifts, as workforce management exports them: read as a whole, every fault with line and column.

Columns: `agent_id`, `start`, `end`. Times are local to the agent's site, such as `2026-11-23T22:00`, or
carry an offset (`2026-11-23T22:00+01:00`). Without one, a time that a clock change skips is taken with the
old offset, and of one that comes twice the first counts: as in the roster's plans.
"""

import csv
import io
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from operator import attrgetter
from zoneinfo import ZoneInfo

from atdesk_core.identity.roster import Fault, RosterError
from atdesk_core.identity.shifts import ShiftWindow

COLUMNS = ("agent_id", "start", "end")
LONGEST_H = 24
_SHORTEST_S = 60.0


@dataclass(frozen=True, slots=True)
class DatedShifts:
    """The dated shifts of one agent: in order, none before the end of the one before."""

    shifts: tuple[ShiftWindow, ...]

    def window_at(self, at: float) -> ShiftWindow | None:
        """The shift that is running at a time; None between shifts."""
        place = bisect_right(self.shifts, at, key=attrgetter("starts_at")) - 1
        found = self.shifts[place] if place >= 0 else None
        return found if found is not None and at < found.ends_at else None

    def next_window(self, after: float) -> ShiftWindow | None:
        """The first shift that begins after a time; None when there is none."""
        place = bisect_right(self.shifts, after, key=attrgetter("starts_at"))
        return self.shifts[place] if place < len(self.shifts) else None

    def windows(self, since: float, until: float) -> tuple[ShiftWindow, ...]:
        """Every shift that runs at some moment of `since <= t < until`, in order."""
        return tuple(one for one in self.shifts if one.starts_at < until and one.ends_at > since)


@dataclass(frozen=True, slots=True)
class DatedLine:
    """One line of the file."""

    line: int
    agent_id: str
    window: ShiftWindow


def read_dated(text: str, zones: Mapping[str, str]) -> list[DatedLine]:
    """Read a file of dated shifts.

    Args:
        text: CSV with a header, comma or semicolon.
        zones: Time zone by agent id, of everybody who may have dated shifts.

    Raises:
        RosterError: Everything that is wrong with it, by line and column.
    """
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(cells)]
    except csv.Error as error:
        raise RosterError([Fault(reader.line_num, "line", f"cannot be read as CSV: {error}")]) from None
    header = [name.lower() for name in rows[0][1]] if rows else []
    if sorted(header) != sorted(COLUMNS):
        raise RosterError([Fault(1, "header", f"the columns are {', '.join(COLUMNS)}, and no others")])
    faults: list[Fault] = []
    lines = [found for number, cells in rows[1:] if (found := _line(number, header, cells, zones, faults))]
    faults += _overlaps(lines)
    if faults:
        raise RosterError(sorted(faults, key=lambda fault: fault.line))
    return lines


def by_agent(lines: Iterable[DatedLine]) -> dict[str, list[DatedLine]]:
    """Lines by agent, in the order of their begins."""
    groups: dict[str, list[DatedLine]] = {}
    for line in sorted(lines, key=lambda one: one.window.starts_at):
        groups.setdefault(line.agent_id, []).append(line)
    return groups


def begun(shifts: Collection[ShiftWindow], now: float) -> Sequence[ShiftWindow]:
    """What has begun already, and is not taken back by an import that comes later."""
    return [one for one in shifts if one.starts_at <= now]


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","


def _line(
    number: int, header: list[str], cells: list[str], zones: Mapping[str, str], faults: list[Fault]
) -> DatedLine | None:
    if len(cells) != len(header):
        faults.append(Fault(number, "line", f"has {len(cells)} cells; the header has {len(header)}"))
        return None
    row = dict(zip(header, cells, strict=True))
    zone = zones.get(row["agent_id"])
    if zone is None:
        said = row["agent_id"] or "an empty cell"
        complaint = f"{said} is nobody whose shifts are imported: see atdesk agents list, and [site.shifts]"
        faults.append(Fault(number, "agent_id", complaint))
        return None
    start, end = (_moment(number, name, row[name], zone, faults) for name in ("start", "end"))
    if start is None or end is None:
        return None
    window = ShiftWindow(f"{start:%Y-%m-%dT%H:%M}", start.timestamp(), end.timestamp())
    if not _SHORTEST_S <= window.ends_at - window.starts_at <= LONGEST_H * 3600:
        faults.append(Fault(number, "end", f"is not within {LONGEST_H} hours after the start"))
        return None
    return DatedLine(number, row["agent_id"], window)


def _moment(number: int, column: str, text: str, zone: str, faults: list[Fault]) -> datetime | None:
    """A time on the wall of the site; seconds are cut off, since a shift is named by its minute."""
    try:
        said = datetime.fromisoformat(text)
        if "T" not in text and " " not in text:
            raise ValueError
    except ValueError:
        faults.append(Fault(number, column, f"{text!r} is no time: write it as 2026-11-23T22:00"))
        return None
    said = said.replace(second=0, microsecond=0)
    there = ZoneInfo(zone)
    return said.replace(tzinfo=there) if said.tzinfo is None else said.astimezone(there)


def _overlaps(lines: Sequence[DatedLine]) -> list[Fault]:
    return [
        _overlap(later.line, f"the one in line {earlier.line}")
        for group in by_agent(lines).values()
        for earlier, later in pairwise(group)
        if later.window.starts_at < earlier.window.ends_at or later.window.shift_id == earlier.window.shift_id
    ]


def overlaps_begun(lines: Sequence[DatedLine], standing: Collection[ShiftWindow]) -> list[Fault]:
    """Lines that run into a shift that has begun and is another one."""
    return [
        _overlap(line.line, f"the one that began {one.shift_id}")
        for line in lines
        for one in standing
        if line.window.shift_id != one.shift_id
        and line.window.starts_at < one.ends_at
        and one.starts_at < line.window.ends_at
    ]


def _overlap(line: int, what: str) -> Fault:
    return Fault(line, "start", f"this shift overlaps {what}: nobody has two at a time")
