"""Everybody read once a period: in as few calls as Graph allows, spread evenly, within its limits."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_sdk.events import Interaction, Presence
from atdesk_teams import protocol
from atdesk_teams.pacing import Lane, Pace, Window
from atdesk_teams.polling import split
from atdesk_teams.presence import Shown
from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.presence import Pair
from tests.teams.conftest import Open
from tests.teams.desk import Desk, desk_at, until

MANY = [(f"aaaaaaaa-0000-4000-8000-{number:012d}", f"Agent {number}") for number in range(1500)]


# -- the parts alone -----


@given(count=st.integers(0, 5000))
def test_nobody_is_left_out_and_no_call_is_too_long(count: int) -> None:
    users = [str(number) for number in range(count)]
    batches = split(users)
    assert sorted(user for batch in batches for user in batch) == sorted(users)
    assert all(0 < len(batch) <= 650 for batch in batches)
    assert len(batches) == -(-count // 650)
    assert max(map(len, batches), default=0) - min(map(len, batches), default=0) <= 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"value": None},
        {"value": {"id": "u"}},
        {
            "value": [
                None,
                7,
                "u",
                [],
                {},
                {"id": "u"},
                {"availability": "Away"},
                {"id": 7, "availability": "X"},
            ]
        },
    ],
)
def test_what_cannot_be_read_is_left_out(body: dict[str, object]) -> None:
    assert list(protocol.entries(body)) == []


def test_an_entry_is_read_with_what_there_is() -> None:
    full = {
        "id": "u-1",
        "availability": "Busy",
        "activity": "InAMeeting",
        "sequenceNumber": "A7",
        "outOfOfficeSettings": {"message": "gone fishing", "isOutOfOffice": True},
        "statusMessage": {"message": {"content": "secret", "contentType": "text"}},
        "workLocation": None,
        "later": {"more": 1},
    }
    bare = {"id": "u-2", "availability": "Away", "sequenceNumber": 7, "outOfOfficeSettings": None}
    assert list(protocol.entries({"value": [full, bare]})) == [
        ("u-1", Shown("Busy", "InAMeeting", "A7", out_of_office=True)),
        ("u-2", Shown("Away", "")),
    ]


@given(
    lanes=st.lists(st.sampled_from(Lane), min_size=1, max_size=120),
    gaps=st.lists(st.floats(0, 3), min_size=120, max_size=120),
)
def test_never_more_than_the_limit_in_any_half_minute(lanes: list[Lane], gaps: list[float]) -> None:
    window, now, sent = Window(20), 0.0, []
    for lane, gap in zip(lanes, gaps, strict=False):
        now += gap
        now += window.wait_s(lane, now)
        window.count(now)
        sent.append(now)
    for first, later in zip(sent, sent[20:], strict=False):
        assert later - first >= 30.0 - 1e-6


def test_polls_leave_room_for_writes() -> None:
    window = Window(20)
    while window.wait_s(Lane.POLL, 1.0) == 0:
        window.count(1.0)
    assert window.wait_s(Lane.READ, 1.0) == 0
    assert window.wait_s(Lane.WRITE, 1.0) == 0


def test_a_429_without_a_word_on_how_long_backs_off_twice_as_long_each_time() -> None:
    pace = Pace(100, lambda: 0.0, longest_wait_s=10.0)
    held = []
    for _ in range(8):
        pace.window.held_until = float("-inf")
        pace.refused(None, random.Random(1))  # noqa: S311 - jitter
        held.append(pace.window.held_until)
    assert all(0.5 <= at <= 60 for at in held)
    assert held[6] > 8 * held[1]
    pace.refused(7.0, random.Random(1))  # noqa: S311 - jitter
    pace.window.held_until = float("-inf")
    pace.refused(None, random.Random(1))  # noqa: S311 - jitter
    assert pace.window.held_until <= 1.0


# -- against the simulator -----


async def test_many_are_read_in_few_calls_spread_over_the_period(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with TeamsSimulator(people=MANY, leads=()) as sim:
        monkeypatch.setenv("TEAMS_SECRET", sim.client_secret)
        async with desk_at(sim, tmp_path, poll_s=0.9) as desk:
            await desk.adapter.follow([desk.account(user) for user, _ in MANY])
            assert len(desk.states()) == len(MANY)
            begun = len(desk.polls())
            await until(lambda: len(desk.polls()) >= begun + 9)
            later = desk.polls()[begun:]
            gaps = [after.at_s - before.at_s for before, after in pairwise(later)]
            assert sorted(gaps)[len(gaps) // 2] == pytest.approx(0.3, abs=0.15)
            assert len(desk.states()) == len(MANY)


async def test_a_change_is_told_once_and_what_does_not_change_never_again(desk: Desk) -> None:
    await desk.follow()
    mark = len(desk.host.events)
    desk.sim.world.start_call(desk.user)
    state = await desk.state(Presence.BUSY, since=mark)
    assert state.interaction is Interaction.CUSTOMER_CALL
    polls = len(desk.polls())
    await until(lambda: len(desk.polls()) > polls + 3)
    assert len(desk.states(mark)) == 1


@pytest.mark.parametrize("points", [{"sequence_numbers": False}, {"camel_case": True}])
async def test_either_way_of_writing_a_presence_is_read(desk: Desk, points: dict[str, object]) -> None:
    desk.sim.open_points.change(points)
    await desk.follow()
    desk.sim.world.pick(desk.user, "BeRightBack")
    await desk.state(Presence.BREAK)
    desk.sim.world.reset_status(desk.user)
    await desk.state(Presence.AVAILABLE, since=1)


@pytest.mark.parametrize("way", ["omitted", "unknown", "not_found"])
async def test_a_user_who_vanished_is_unknown_and_the_others_go_on(desk: Desk, way: str) -> None:
    desk.sim.open_points.unknown_ids = way
    gone, stays = desk.user, desk.sim.world.agents[1].id
    await desk.follow(gone, stays)
    desk.sim.world.remove_user(gone)
    state = await desk.state(Presence.UNKNOWN, user=gone)
    assert state.interaction is Interaction.NONE
    mark = len(desk.host.events)
    desk.sim.world.start_call(stays)
    await desk.state(Presence.BUSY, user=stays, since=mark)
    if way != "unknown":
        assert gone in desk.health.message
        assert desk.health.in_touch


async def test_many_ids_that_are_nobodys_do_not_keep_the_others_from_being_read(open_desk: Open) -> None:
    async with open_desk(poll_s=0.05) as desk:
        desk.sim.open_points.unknown_ids = "not_found"
        gone = [f"00000000-0000-4000-8000-{number:012d}" for number in range(20)]
        people = [user.id for user in desk.sim.world.agents]
        await desk.adapter.follow([desk.account(user) for user in (*gone, *people)])
        await until(lambda: {state.account.external_id for state in desk.states()} >= set(people), 15.0)
        await until(lambda: desk.health.in_touch)
        assert "20 of the followed users" in desk.health.message


async def test_a_word_that_is_new_to_us_is_unknown_and_no_crash(desk: Desk) -> None:
    await desk.follow()
    desk.sim.world.in_client(desk.user, Pair("Levitating", "Levitating"))
    await desk.state(Presence.UNKNOWN)
    desk.sim.world.hang_up(desk.user)
    await desk.state(Presence.AVAILABLE, since=1)


async def test_the_limit_of_graph_is_kept_with_room_to_spare(open_desk: Open) -> None:
    async with open_desk(poll_s=0.05, requests_per_30_s=40) as desk:
        await desk.follow()
        await until(lambda: len(desk.polls()) >= 30)
        # The share of the polls is used up; a write still goes out at once.
        assert (await desk.write(await desk.wish())).written
        notes = [one.note for one in desk.sim.journal.find("graph", way="in")]
        assert len(notes) <= 40
