"""Dated shifts from workforce management: all faults at once, all or nothing, nothing begun taken back."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.identity import (
    DatedShifts,
    RosterError,
    ShiftSource,
    ShiftWindow,
    declare_sources,
    import_dated,
    load_directory,
    read_dated,
)
from atdesk_core.store import Store
from tests.core.identity.town import fill

MADRID = ZoneInfo("Europe/Madrid")
ZONES = {"ana": "Europe/Madrid", "bo": "Europe/Madrid"}
HEADER = "agent_id,start,end\n"


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID).timestamp()


def faults(text: str) -> list[str]:
    with pytest.raises(RosterError) as caught:
        read_dated(text, ZONES)
    return [str(fault) for fault in caught.value.faults]


def test_a_file_is_read_in_local_time_over_midnight_and_with_offsets() -> None:
    night, day = read_dated(
        "Start;End;Agent_ID\n2026-11-23T22:00;2026-11-24 06:00;ana\n"
        "2026-11-25T08:00:30Z;2026-11-25T16:00+01:00;bo\n",
        ZONES,
    )
    assert night.window == ShiftWindow("2026-11-23T22:00", at("2026-11-23T22:00"), at("2026-11-24T06:00"))
    assert day.window == ShiftWindow("2026-11-25T09:00", at("2026-11-25T09:00"), at("2026-11-25T16:00"))


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-11-21", 8)])
def test_a_night_over_a_clock_change_is_really_shorter_or_longer(day: str, hours: int) -> None:
    until = datetime.fromisoformat(day) + timedelta(days=1)
    (line,) = read_dated(f"{HEADER}ana,{day}T22:00,{until:%Y-%m-%d}T06:00\n", ZONES)
    assert line.window.ends_at - line.window.starts_at == hours * 3600


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1, header: the columns are agent_id, start, end"),
        ("agent_id,start\n", "line 1, header: the columns are"),
        (HEADER + "zoe,2026-11-23T09:00,2026-11-23T17:00", "line 2, agent_id: zoe is nobody whose shifts"),
        (HEADER + ",2026-11-23T09:00,2026-11-23T17:00", "line 2, agent_id: an empty cell is nobody"),
        (HEADER + "ana,23.11.2026 9:00,2026-11-23T17:00", "line 2, start: '23.11.2026 9:00' is no time"),
        (HEADER + "ana,2026-11-23,2026-11-24", "line 2, start: '2026-11-23' is no time"),
        (HEADER + "ana,2026-11-23T17:00,2026-11-23T09:00", "line 2, end: is not within 24 hours after"),
        (HEADER + "ana,2026-11-23T17:00,2026-11-25T09:00", "line 2, end: is not within 24 hours after"),
        (HEADER + "ana,2026-11-23T17:00", "line 2, line: has 2 cells; the header has 3"),
        (HEADER + '"ana,2026-11-23T17:00', "cannot be read as CSV"),
        (
            HEADER + "ana,2026-11-23T09:00,2026-11-23T17:00\nana,2026-11-23T16:59,2026-11-23T20:00",
            "line 3, start: this shift overlaps the one in line 2",
        ),
    ],
)
def test_a_fault_is_named_by_line_and_column(text: str, complaint: str) -> None:
    assert any(complaint in fault for fault in faults(text))


def test_all_faults_are_told_at_once_in_order() -> None:
    text = HEADER + "zoe,x,y\nana,x,2026-11-23T17:00\nana,2026-11-23T09:00,z\n"
    assert [fault.partition(":")[0] for fault in faults(text)] == [
        "line 2, agent_id",
        "line 3, start",
        "line 4, end",
    ]


async def test_an_import_replaces_what_is_to_come_and_the_plan_of_the_roster(store: Store) -> None:
    await fill(store)
    now = at("2026-11-23T08:00")  # ana's roster says Mon-Fri 09:00-17:30
    first = read_dated(
        HEADER + "ana,2026-11-23T10:00,2026-11-23T12:00\nana,2026-11-24T10:00,2026-11-24T12:00", ZONES
    )
    done = await import_dated(store, first, now)
    assert (done.people, done.written, done.past, done.removed) == (1, 2, 0, 0)
    directory = await load_directory(store)
    assert not directory.on_shift("ana", at("2026-11-23T09:30"))
    assert directory.on_shift("ana", at("2026-11-23T10:00"))
    assert directory.on_shift("bo", at("2026-11-23T23:00"))  # not in the file: as before
    second = read_dated(HEADER + "ana,2026-11-25T10:00,2026-11-25T12:00\n", ZONES)
    assert (await import_dated(store, second, now)).removed == 2
    directory = await load_directory(store)
    assert not directory.on_shift("ana", at("2026-11-23T10:00"))
    assert directory.next_shift("ana", now) == second[0].window


async def test_what_has_begun_stays_and_may_only_end_at_another_time(store: Store) -> None:
    await fill(store)
    day = read_dated(HEADER + "ana,2026-11-23T10:00,2026-11-23T18:00\n", ZONES)
    await import_dated(store, day, at("2026-11-23T08:00"))
    noon = at("2026-11-23T12:00")
    other = read_dated(HEADER + "ana,2026-11-23T11:00,2026-11-23T15:00\n", ZONES)
    with pytest.raises(RosterError, match="line 2, start: this shift overlaps the one that began 2026-11-23"):
        await import_dated(store, other, noon)
    assert (await load_directory(store)).shift_at("ana", noon) == day[0].window
    shorter = read_dated(HEADER + "ana,2026-11-23T10:00,2026-11-23T15:00\n", ZONES)
    await import_dated(store, shorter, noon)
    assert (await load_directory(store)).shift_at("ana", noon) == shorter[0].window


async def test_one_bad_line_and_nothing_of_the_file_is_written(store: Store) -> None:
    await fill(store)
    begun = read_dated(HEADER + "ana,2026-11-23T10:00,2026-11-23T18:00\n", ZONES)
    await import_dated(store, begun, at("2026-11-23T08:00"))
    mixed = read_dated(
        HEADER + "bo,2026-11-24T10:00,2026-11-24T12:00\nana,2026-11-23T11:00,2026-11-23T15:00\n", ZONES
    )
    with pytest.raises(RosterError):
        await import_dated(store, mixed, at("2026-11-23T12:00"))
    assert (await load_directory(store)).on_shift("bo", at("2026-11-23T23:00"))


async def test_what_is_over_already_is_left_out(store: Store) -> None:
    await fill(store)
    lines = read_dated(HEADER + "ana,2026-11-20T10:00,2026-11-20T18:00\n", ZONES)
    done = await import_dated(store, lines, at("2026-11-23T08:00"))
    assert (done.written, done.past) == (0, 1)


async def test_where_signing_in_begins_a_shift_no_declared_one_counts(store: Store) -> None:
    await fill(store)
    await declare_sources(store, [ShiftSource("madrid", "sign_in", "Mon-Fri 07:00-22:00")])
    directory = await load_directory(store)
    assert not directory.on_shift("ana", at("2026-11-23T10:00"))
    assert directory.next_shift("ana", at("2026-11-23T10:00")) is None
    hours = directory.sign_in_hours("ana")
    assert hours is not None
    assert hours.time_zone == "Europe/Madrid"
    assert directory.sign_in_hours("luz") is None  # in Lima, where they are imported
    await declare_sources(store, [])
    assert (await load_directory(store)).on_shift("ana", at("2026-11-23T10:00"))


spans = st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 600)), min_size=1, max_size=20)


@given(spans, st.integers(0, 11_000))
def test_dated_shifts_are_found_by_any_moment(gaps: list[tuple[int, int]], minute: int) -> None:
    windows: list[ShiftWindow] = []
    begin = 0.0
    for number, (gap, length) in enumerate(gaps):
        begin += gap * 60
        windows.append(ShiftWindow(str(number), begin, begin + length * 60))
        begin += length * 60
    shifts, now = DatedShifts(tuple(windows)), minute * 60.0
    running = [one for one in windows if one.starts_at <= now < one.ends_at]
    assert shifts.window_at(now) == (running[0] if running else None)
    assert shifts.next_window(now) == next((one for one in windows if one.starts_at > now), None)
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(shifts.windows(0, begin + 1)))
