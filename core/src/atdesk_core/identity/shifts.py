"""Declared shifts: a plan in local time, and the windows of real time that it means.

A plan is written `Mon-Fri 09:00-17:30 | Sat 10:00-14:00 | 2026-12-24 08:00-12:00`. An end that is
not after its start is on the next day. A window is the stretch between two instants, so over a
clock change a night shift really lasts an hour less or more. A start or end that a clock change
skips is taken with the old offset (02:30 becomes 03:30); of one that happens twice, the first counts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RULE = re.compile(
    r"(?P<days>[A-Za-z]{3}(?:\s*-\s*[A-Za-z]{3})?(?:\s*,\s*[A-Za-z]{3}(?:\s*-\s*[A-Za-z]{3})?)*|\d{4}-\d\d-\d\d)"
    r"\s+(?P<start>\d{1,2}:\d\d)\s*-\s*(?P<end>\d{1,2}:\d\d)"
)
_FORM = "write it as Mon-Fri 09:00-17:30, or 2026-12-24 08:00-12:00, several with | between"
_WEEK_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class ShiftRule:
    """One line of a plan.

    Attributes:
        weekdays: 0 is Monday; empty for a rule of one date.
        on: The date; None for a weekly rule.
        start: Local time.
        end: Local time; on the next day when it is not after `start`.
    """

    weekdays: frozenset[int]
    on: date | None
    start: time
    end: time

    def begins_on(self, day: date) -> bool:
        """Whether a shift of this rule begins on a day."""
        return day == self.on if self.on else day.weekday() in self.weekdays

    @property
    def length_min(self) -> int:
        """Minutes by the clock on the wall, 1 to 1440."""
        return (_minutes(self.end) - _minutes(self.start) - 1) % 1440 + 1


@dataclass(frozen=True, slots=True)
class ShiftWindow:
    """A shift in real time: `starts_at <= t < ends_at`, seconds since the epoch.

    `shift_id` is its local start, such as "2026-11-21T22:00": unique for one agent.
    """

    shift_id: str
    starts_at: float
    ends_at: float


@dataclass(frozen=True)
class ShiftPlan:
    """All the shifts of one agent."""

    rules: tuple[ShiftRule, ...]
    time_zone: str

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def window_at(self, at: float) -> ShiftWindow | None:
        """The shift that is running at a time; None between shifts."""
        today = datetime.fromtimestamp(at, self._zone).date()
        days = (today - timedelta(days=back) for back in (2, 1, 0))
        running = (window for window in self._apart(days) if window.starts_at <= at < window.ends_at)
        return next(running, None)

    def next_window(self, after: float) -> ShiftWindow | None:
        """The first shift that begins after a time; None when none is planned."""
        today = datetime.fromtimestamp(after, self._zone).date()
        week = {today + timedelta(days=ahead) for ahead in range(-2, 9)}
        dated = {rule.on for rule in self.rules if rule.on and rule.on > today}
        return next((window for window in self._apart(week | dated) if window.starts_at > after), None)

    def windows(self, since: float, until: float) -> tuple[ShiftWindow, ...]:
        """Every shift that runs at some moment of `since <= t < until`, in order."""
        first, last = (datetime.fromtimestamp(at, self._zone).date() for at in (since, until))
        days = (first + timedelta(days=ahead) for ahead in range(-2, (last - first).days + 1))
        return tuple(
            window for window in self._apart(days) if window.starts_at < until and window.ends_at > since
        )

    def _apart(self, days: Iterable[date]) -> list[ShiftWindow]:
        """The shifts of these days in order, none before the end of the one before.

        A clock change, or a date beside a weekly rule, can push two into each other: the later one then
        begins where the first one ends, so that no moment belongs to two budgets.
        """
        windows = (
            window
            for day in days
            for rule in self.rules
            if rule.begins_on(day) and (window := self._window(rule, day))
        )
        apart: list[ShiftWindow] = []
        for window in sorted(windows, key=lambda one: (one.starts_at, one.ends_at)):
            starts_at = max(window.starts_at, apart[-1].ends_at) if apart else window.starts_at
            if starts_at < window.ends_at:
                apart.append(replace(window, starts_at=starts_at))
        return apart

    def _window(self, rule: ShiftRule, day: date) -> ShiftWindow | None:
        start = datetime.combine(day, rule.start)
        end = start + timedelta(minutes=rule.length_min)
        starts_at, ends_at = (moment.replace(tzinfo=self._zone).timestamp() for moment in (start, end))
        # A clock change can swallow a short shift whole: then there is none.
        if starts_at >= ends_at:
            return None
        return ShiftWindow(f"{start:%Y-%m-%dT%H:%M}", starts_at, ends_at)


@lru_cache(maxsize=4096)
def parse_plan(text: str, time_zone: str) -> ShiftPlan:
    """Read a plan.

    Args:
        text: As at the top of this module.
        time_zone: IANA name.

    Raises:
        ValueError: What is wrong with which part, and how it is written.
    """
    rules = tuple(_rule(part.strip()) for part in text.split("|"))
    _refuse_overlap(rules)
    return ShiftPlan(rules, time_zone)


def _rule(text: str) -> ShiftRule:
    found = _RULE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no shift: {_FORM}")
    start, end = _time(found["start"]), _time(found["end"])
    if found["days"][0].isdigit():
        return ShiftRule(frozenset(), _date(found["days"]), start, end)
    return ShiftRule(_weekdays(found["days"]), None, start, end)


def _time(text: str) -> time:
    if text == "24:00":
        return time(0)
    try:
        hour, minute = text.split(":")
        return time(int(hour), int(minute))
    except ValueError:
        raise ValueError(f"{text} is no time of day: it is written 00:00 to 24:00") from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is no date: it is written year-month-day, such as 2026-12-24") from None


def _weekdays(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = (name.strip().lower() for name in part.partition("-"))
        for name in filter(None, (first, last)):
            if name not in _DAYS:
                raise ValueError(f"{name!r} is no day: they are Mon, Tue, Wed, Thu, Fri, Sat, Sun")
        begin, end = _DAYS.index(first), _DAYS.index(last or first)
        days.update((begin + ahead) % 7 for ahead in range((end - begin) % 7 + 1))
    return frozenset(days)


def _refuse_overlap(rules: tuple[ShiftRule, ...]) -> None:
    stretches = sorted(
        (day * 1440 + _minutes(rule.start), rule.length_min) for rule in rules for day in rule.weekdays
    )
    around = [*stretches, *((start + _WEEK_MINUTES, length) for start, length in stretches[:1])]
    for (start, length), (following, _) in pairwise(around):
        if start + length > following:
            day, minute = divmod(following % _WEEK_MINUTES, 1440)
            raise ValueError(
                f"two shifts overlap on {_DAYS[day].title()} at {minute // 60:02}:{minute % 60:02}"
            )


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute
