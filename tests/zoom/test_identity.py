"""Who somebody is, is proven by platform ids with the name as a second witness, or it is not known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_sdk import MeetingChanged, VideoClosed, VideoOpened
from atdesk_zoom.roster import Roster
from atdesk_zoom.webhook import Attendance
from tests.zoom.running import ANN, BEN, world


def attendance(user_id: int, name: str, person_id: str, email: str = "a@example.com") -> Attendance:
    return Attendance(True, "uuid", "123", user_id, name, person_id, email)


def roster(*people: Attendance) -> Roster:
    made = Roster("uuid", "123")
    for one in people:
        made.take(one)
    return made


def test_id_and_name_together_prove_it() -> None:
    assert roster(attendance(1, "Ann", ANN)).identify({1: "Ann"}) == {1: ANN}


@pytest.mark.parametrize(
    ("people", "streamed"),
    [
        ([], {1: "Ann"}),
        ([attendance(8, "Ann", ANN)], {1: "Ann"}),
        ([attendance(1, "Ann", ANN)], {1: "Somebody"}),
        ([attendance(1, "", ANN)], {1: ""}),
        ([attendance(1, "Ann", "")], {1: "Ann"}),
        ([attendance(1, "Ann", ANN), attendance(2, "Ann", BEN)], {1: "Ann", 2: "Ann"}),
        ([attendance(1, "Ann", ANN)], {1: "Ann", 2: "Ann"}),
        ([attendance(1, "Ann", ANN), attendance(2, "Ann", BEN)], {1: "Ann"}),
        ([attendance(1, "Ann", ANN), attendance(2, "Ann's phone", ANN)], {1: "Ann", 2: "Ann's phone"}),
    ],
    ids=[
        "no webhook",
        "name alone",
        "id alone",
        "no name",
        "guest",
        "two of one name",
        "two of one name in the stream",
        "two of one name in the meeting",
        "two devices",
    ],
)
def test_anything_less_is_nobody(people: list[Attendance], streamed: dict[int, str]) -> None:
    assert roster(*people).identify(streamed) == {}


PEOPLE = st.lists(
    st.builds(
        attendance,
        st.integers(1, 4),
        st.sampled_from(["Ann", "Ben", ""]),
        st.sampled_from([ANN, BEN, "third", ""]),
    ),
    max_size=6,
)
STREAMED = st.dictionaries(st.integers(1, 4), st.sampled_from(["Ann", "Ben", ""]), max_size=4)


@given(PEOPLE, STREAMED)
def test_nobody_is_found_twice_and_nobody_without_both_witnesses(
    people: list[Attendance], streamed: dict[int, str]
) -> None:
    made = roster(*people)
    found = made.identify(streamed)
    assert len(set(found.values())) == len(found)
    for user_id, person_id in found.items():
        told = made.present[user_id]
        assert (told.person_id, told.name) == (person_id, streamed[user_id])


def test_a_meeting_without_news_of_guests_is_not_called_closed() -> None:
    inside = attendance(1, "Ann", ANN)
    assert roster().meeting({1}, frozenset()).outside_guests is None
    assert roster(inside).meeting({1, 2}, frozenset()).outside_guests is None
    assert roster(inside).meeting({1}, frozenset()).outside_guests is False
    assert roster(inside).meeting({1}, frozenset({"elsewhere.example"})).outside_guests is True
    guest = attendance(2, "Guest", "", "")
    assert roster(inside, guest).meeting({1, 2}, frozenset()).outside_guests is True


async def test_numbers_that_differ_prove_nothing() -> None:
    """Should Zoom's webhooks number people otherwise than its streams, everybody stays unknown."""
    async with world() as here:
        here.sim.open_points.user_ids_match = False
        ann = await here.join("Ann Agent", ANN, 100)
        here.sim.room.start_stream()
        assert (await here.opened(ann, None)).account is None


async def test_a_second_person_of_the_same_name_makes_both_unknown() -> None:
    async with world() as here:
        ann, _ = await here.on_air()
        mark = len(here.host.events)
        await here.join("Ann Agent", None, 50)
        closed = await here.host.wait_for(VideoClosed, since=mark)
        assert closed.reason.value == "not_identified"
        last = await here.host.wait_for(
            VideoOpened, lambda event: event.key.participant_id == str(ann.user_id), since=mark
        )
        assert last.account is None


async def test_a_rename_changes_nobodys_identity() -> None:
    async with world() as here:
        ann, key = await here.on_air()
        here.sim.room.rename(ann.user_id, "Lea Lead")
        assert len(await here.look(key)) == 2
        assert here.host.of(VideoClosed) == []


async def test_a_rejoin_is_another_video_of_the_same_agent() -> None:
    async with world() as here:
        ann, key = await here.on_air()
        again = await here.sim.room.rejoin(ann.user_id)
        opened = await here.opened(again, ANN)
        assert opened.key != key
        assert [event.key for event in here.host.of(VideoClosed)] == [key]
        assert len(await here.look(opened.key)) == 2


async def test_policy_hears_of_a_guest() -> None:
    async with world() as here:
        _, key = await here.on_air()
        meeting = here.host.of(VideoOpened)[-1].meeting
        assert meeting is not None
        assert meeting.people_told
        mark = len(here.host.events)
        await here.join("Guest", None, 30)
        await here.host.wait_for(
            MeetingChanged,
            lambda event: event.key == key and event.meeting.outside_guests is True,
            since=mark,
        )
