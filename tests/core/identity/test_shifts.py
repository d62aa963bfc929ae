"""Shifts in real time: over midnight, over clock changes, in any zone."""

from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.identity import ShiftPlan, parse_plan
from atdesk_core.identity.shifts import ShiftRule

MADRID = "Europe/Madrid"
ZONES = (
    "Europe/London",
    "Europe/Madrid",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
)


def at(text: str, zone: str = MADRID, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def test_a_day_shift_holds_its_start_and_not_its_end() -> None:
    plan = parse_plan("Mon-Fri 09:00-17:30", MADRID)
    assert plan.window_at(at("2026-11-20T09:00")) is not None
    assert plan.window_at(at("2026-11-20T08:59:59")) is None
    assert plan.window_at(at("2026-11-20T17:29:59")) is not None
    assert plan.window_at(at("2026-11-20T17:30")) is None
    assert plan.window_at(at("2026-11-21T12:00")) is None  # a Saturday


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    plan = parse_plan("Fri 22:00-06:00", MADRID)
    window = plan.window_at(at("2026-11-21T05:59"))
    assert window is not None
    assert window.shift_id == "2026-11-20T22:00"
    assert (window.starts_at, window.ends_at) == (at("2026-11-20T22:00"), at("2026-11-21T06:00"))
    assert plan.window_at(at("2026-11-20T05:00")) is None


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-11-21", 8)])
def test_a_night_over_a_clock_change_is_really_shorter_or_longer(day: str, hours: int) -> None:
    window = parse_plan("Sat 22:00-06:00", MADRID).window_at(at(f"{day}T23:00"))
    assert window is not None
    assert window.ends_at - window.starts_at == hours * 3600


def test_the_hour_that_happens_twice_is_one_shift() -> None:
    plan = parse_plan("Sun 02:15-04:00", MADRID)
    first, second = at("2026-10-25T02:30"), at("2026-10-25T02:30", fold=1)
    assert second - first == 3600
    assert plan.window_at(first) == plan.window_at(second) is not None


def test_a_shift_that_the_clock_change_swallows_does_not_take_place() -> None:
    plan = parse_plan("Sun 02:30-03:10", MADRID)
    day = [plan.window_at(at("2026-03-29T00:00") + minute * 60) for minute in range(24 * 60)]
    assert not any(day)


def test_a_shift_of_a_whole_day_and_a_dated_one() -> None:
    assert parse_plan("Mon 00:00-24:00", MADRID).window_at(at("2026-11-23T23:59")) is not None
    dated = parse_plan("2026-12-24 08:00-12:00 | Mon 09:00-10:00", MADRID)
    assert dated.window_at(at("2026-12-24T11:00")) is not None
    assert dated.window_at(at("2026-12-25T11:00")) is None


def test_the_next_shift_is_found_over_a_weekend_and_far_ahead() -> None:
    following = parse_plan("Mon-Fri 09:00-17:30", MADRID).next_window(at("2026-11-20T12:00"))
    assert following is not None
    assert following.shift_id == "2026-11-23T09:00"
    far = parse_plan("2027-08-01 08:00-12:00", MADRID).next_window(at("2026-11-20T12:00"))
    assert far is not None
    assert far.shift_id == "2027-08-01T08:00"
    assert parse_plan("2026-11-20 08:00-12:00", MADRID).next_window(at("2026-11-20T12:00")) is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "'' is no shift: write it as Mon-Fri 09:00-17:30"),
        ("Mon-Fri 9-17", "no shift"),
        ("Mon-Fri 25:00-26:00", "25:00 is no time of day"),
        ("Mon-Xyz 09:00-17:00", "'xyz' is no day"),
        ("2026-02-30 09:00-17:00", "2026-02-30 is no date"),
        ("Mon-Fri 09:00-17:00 | Tue 16:00-20:00", "two shifts overlap on Tue at 16:00"),
        ("Sun 22:00-06:00 | Mon 05:00-09:00", "two shifts overlap on Mon at 05:00"),
    ],
)
def test_what_is_no_plan_is_refused_in_words(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_plan(text, MADRID)


def test_days_can_be_listed_and_run_over_the_weekend() -> None:
    rule = parse_plan("Sat-Mon, Wed 09:00-10:00", MADRID).rules[0]
    assert rule.weekdays == {5, 6, 0, 2}


minutes = st.integers(0, 1439).map(lambda m: time(m // 60, m % 60))
instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1))  # noqa: DTZ001  (the zone comes later)


@given(start=minutes, end=minutes, zone=st.sampled_from(ZONES), moment=instants, weekday=st.integers(0, 6))
def test_a_moment_is_on_shift_when_the_wall_clock_says_so(
    start: time, end: time, zone: str, moment: datetime, weekday: int
) -> None:
    plan = ShiftPlan((ShiftRule(frozenset({weekday}), None, start, end),), zone)
    now = moment.replace(tzinfo=ZoneInfo(zone)).timestamp()
    window = plan.window_at(now)
    local = datetime.fromtimestamp(now, ZoneInfo(zone))
    if _clock_changes_near(local):
        assert window is None or window.starts_at <= now < window.ends_at
    else:
        assert (window is not None) == _by_the_wall_clock(local.replace(tzinfo=None), start, end, weekday)


@given(start=minutes, end=minutes, zone=st.sampled_from(ZONES), moment=instants)
def test_shifts_of_every_day_never_overlap_and_follow_each_other(
    start: time, end: time, zone: str, moment: datetime
) -> None:
    plan = ShiftPlan((ShiftRule(frozenset(range(7)), None, start, end),), zone)
    now = moment.replace(tzinfo=ZoneInfo(zone)).timestamp()
    first = plan.next_window(now)
    assert first is not None
    second = plan.next_window(first.starts_at)
    assert second is not None
    assert now < first.starts_at < second.starts_at
    assert first.shift_id != second.shift_id
    assert first.ends_at <= second.starts_at
    assert plan.window_at(first.starts_at) is not None
    assert plan.window_at(first.ends_at - 1) is not None


stretches = st.tuples(st.integers(0, 6), minutes, minutes)


@given(st.lists(stretches, min_size=1, max_size=6), st.sampled_from(ZONES), instants)
def test_whatever_a_plan_says_no_moment_belongs_to_two_shifts(
    rules: list[tuple[int, time, time]], zone: str, moment: datetime
) -> None:
    """Overlapping rules, nights, clock changes: at each moment at most one budget, found in every way."""
    plan = ShiftPlan(tuple(ShiftRule(frozenset({day}), None, start, end) for day, start, end in rules), zone)
    since = moment.replace(tzinfo=ZoneInfo(zone)).timestamp()
    windows = plan.windows(since, since + 10 * 86_400)
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(windows))
    for window in windows[1:-1]:
        assert plan.window_at(window.starts_at) == plan.window_at(window.ends_at - 1) == window
        assert plan.next_window(window.starts_at - 1) == window


def test_two_shifts_that_a_clock_change_pushes_into_each_other_are_cut_apart() -> None:
    """On 2026-03-29 02:30 is really 03:30, so the first shift runs half an hour into the second."""
    plan = parse_plan("Sun 00:00-02:30 | Sun 03:00-05:00", MADRID)
    first, second = plan.windows(at("2026-03-29T00:00"), at("2026-03-29T23:00"))
    assert first.ends_at == second.starts_at == at("2026-03-29T03:30")


def _clock_changes_near(local: datetime) -> bool:
    offsets = {(local + timedelta(days=days)).utcoffset() for days in (-2, -1, 0, 1, 2)}
    return len(offsets) > 1


def _by_the_wall_clock(local: datetime, start: time, end: time, weekday: int) -> bool:
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        if day.weekday() != weekday:
            continue
        begins = datetime.combine(day, start)
        ends = datetime.combine(day, end) + timedelta(days=end <= start)
        if begins <= local < ends:
            return True
    return False
