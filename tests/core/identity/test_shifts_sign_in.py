"""Shifts by sign-in: one at a time, within the hours, five minutes of grace, in any zone."""

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.identity import parse_plan
from atdesk_core.identity.shifts_sign_in import RECONNECT_S, SignedIn, hear
from atdesk_sdk import Presence

ZONES = ("Europe/London", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe")
LONDON = parse_plan("Mon-Fri 07:00-22:00", "Europe/London")
ON, OFF = Presence.AVAILABLE, Presence.OFFLINE

hours = st.sampled_from(
    ["Mon-Sun 00:00-24:00", "Mon-Fri 07:00-22:00", "Mon-Sun 21:00-05:30", "Sun 01:00-03:00 | Sun 03:00-04:00"]
)
# Around the nights in which clocks change in these zones, and an ordinary week.
begins = st.sampled_from(["2026-03-27", "2026-10-23", "2026-03-06", "2026-10-30", "2026-04-03", "2026-06-01"])
steps = st.lists(st.tuples(st.floats(0.5, 20_000), st.sampled_from(list(Presence))), min_size=1, max_size=60)


def at(text: str, zone: str = "Europe/London") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def told(*events: tuple[str, Presence]) -> SignedIn | None:
    last: SignedIn | None = None
    for when, presence in events:
        last = hear(last, presence, at(when), LONDON)
    return last


def test_a_shift_begins_with_the_first_presence_within_the_hours() -> None:
    shift = told(("2026-11-23T08:58:20", ON))
    assert shift == SignedIn("2026-11-23T08:58:20+00:00", at("2026-11-23T08:58:20"), at("2026-11-23T22:00"))
    assert told(("2026-11-23T06:59:59", ON)) is None
    assert told(("2026-11-22T12:00", ON)) is None  # a Sunday


@pytest.mark.parametrize("presence", [Presence.UNKNOWN, OFF])
def test_what_is_unknown_or_offline_begins_nothing(presence: Presence) -> None:
    assert told(("2026-11-23T09:00", presence)) is None


def test_a_short_disconnect_is_the_same_shift_and_nobody_is_on_shift_meanwhile() -> None:
    offline = told(("2026-11-23T09:00", ON), ("2026-11-23T10:00", OFF))
    assert offline is not None
    assert offline.window_at(at("2026-11-23T10:00:01")) is None
    back = hear(offline, ON, at("2026-11-23T10:04:59"), LONDON)
    assert back == told(("2026-11-23T09:00", ON))


def test_five_minutes_offline_end_a_shift_when_they_began() -> None:
    again = told(("2026-11-23T09:00", ON), ("2026-11-23T10:00", OFF), ("2026-11-23T10:05", ON))
    assert again is not None
    assert again.shift_id == "2026-11-23T10:05:00+00:00"
    ended = told(("2026-11-23T09:00", ON), ("2026-11-23T10:00", OFF), ("2026-11-23T10:05", OFF))
    assert ended is not None
    assert (ended.shift_id, ended.over_at) == ("2026-11-23T09:00:00+00:00", at("2026-11-23T10:00"))


def test_the_hours_end_a_shift_and_the_next_day_begins_one_without_a_new_sign_in() -> None:
    shift = told(("2026-11-23T21:00", ON))
    assert shift is not None
    assert shift.window_at(at("2026-11-23T22:00")) is None
    assert hear(shift, ON, at("2026-11-24T03:00"), LONDON) == shift
    morning = hear(shift, ON, at("2026-11-24T07:00"), LONDON)
    assert morning is not None
    assert morning.shift_id == "2026-11-24T07:00:00+00:00"


def test_the_hour_that_comes_twice_gives_two_names() -> None:
    night = parse_plan("Sun 00:00-06:00", "Europe/London")
    first = hear(None, ON, at("2026-10-25T01:30"), night)
    assert first is not None
    off = hear(first, OFF, first.starts_at + 60, night)
    second = hear(off, ON, first.starts_at + 3600, night)
    assert second is not None
    assert (first.shift_id, second.shift_id) == ("2026-10-25T01:30:00+01:00", "2026-10-25T01:30:00+00:00")


@given(st.sampled_from(ZONES), hours, begins, steps)
def test_shifts_never_overlap_and_never_share_a_name(
    zone: str, plan_text: str, begin: str, events: list[tuple[float, Presence]]
) -> None:
    plan, now = parse_plan(plan_text, zone), at(f"{begin}T00:00", zone)
    seen: dict[str, SignedIn] = {}
    last: SignedIn | None = None
    for wait_s, presence in events:
        now += wait_s
        last = hear(last, presence, now, plan)
        if last is not None:
            seen[last.shift_id] = last
    shifts = sorted(seen.values(), key=lambda one: one.starts_at)
    assert all(one.over_at <= other.starts_at for one, other in pairwise(shifts))


@given(st.sampled_from(ZONES), hours, begins, steps, st.lists(st.floats(-7200, 7200), max_size=4))
def test_no_clock_and_no_order_of_events_puts_anybody_on_shift_offline_or_off_hours(
    zone: str,
    plan_text: str,
    begin: str,
    events: list[tuple[float, Presence]],
    jumps: list[float],
) -> None:
    plan, now = parse_plan(plan_text, zone), at(f"{begin}T00:00", zone)
    last: SignedIn | None = None
    for number, (wait_s, presence) in enumerate(events):
        now += wait_s + (jumps[number] if number < len(jumps) else 0.0)
        last = hear(last, presence, now, plan)
        running = last.window_at(now) if last is not None else None
        if running is not None:
            assert presence is not OFF
            assert plan.window_at(now) is not None
            assert running.starts_at <= now < running.ends_at


@given(st.floats(1, RECONNECT_S - 1), st.integers(1, 20))
def test_any_number_of_short_disconnects_leave_one_budget(gone_s: float, times: int) -> None:
    now = at("2026-11-23T09:00")
    shift = hear(None, ON, now, LONDON)
    for _ in range(times):
        shift = hear(shift, OFF, now + 60, LONDON)
        now += 60 + gone_s
        shift = hear(shift, ON, now, LONDON)
    assert shift is not None
    assert shift.shift_id == "2026-11-23T09:00:00+00:00"
