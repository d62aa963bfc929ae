"""Promise 2, as far as it goes today: no frame is opened unless all that must be so is known to be so."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.policy import Because, LookReason, MeetingRule, SitePolicy, Situation, may_open
from atdesk_sdk import Meeting, Presence

MEETING = Meeting("900", "900", participants=6, outside_guests=False, people_told=True)
POLICY = SitePolicy(site="home", accountable="A. Person", meetings=(MeetingRule(id="900", purpose="team"),))
GOOD = Situation(
    stopped=False,
    identified=True,
    consent=True,
    paused=False,
    on_shift=True,
    presence=Presence.ON_QUEUE,
    away_is_ours=False,
    frames_left=1,
    meeting=MEETING,
)


def test_with_everything_met_it_is_allowed() -> None:
    assert may_open(LookReason.WATCH, GOOD, POLICY) is Because.ALLOWED


def meeting(**changes: object) -> Situation:
    return replace(GOOD, meeting=replace(MEETING, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("situation", "because"),
    [
        (replace(GOOD, stopped=True), Because.STOPPED),
        (replace(GOOD, identified=False), Because.NOT_IDENTIFIED),
        (replace(GOOD, consent=False), Because.NO_CONSENT),
        (replace(GOOD, paused=True), Because.PAUSED),
        (replace(GOOD, on_shift=False), Because.OFF_SHIFT),
        (replace(GOOD, presence=Presence.UNKNOWN), Because.STATE_FORBIDS),
        (replace(GOOD, presence=Presence.BREAK), Because.STATE_FORBIDS),
        (replace(GOOD, presence=Presence.AWAY), Because.STATE_FORBIDS),
        (replace(GOOD, frames_left=0), Because.NO_BUDGET),
        (meeting(meeting_id="1", series_id="2"), Because.MEETING_NOT_LISTED),
        (meeting(breakout=True), Because.BREAKOUT),
        (meeting(participants=2), Because.ONE_TO_ONE),
        (meeting(participants=None), Because.ONE_TO_ONE),
        (meeting(outside_guests=True), Because.GUESTS),
        (meeting(outside_guests=None), Because.GUESTS),
        (meeting(people_told=False), Because.NOTICE_NOT_SHOWN),
    ],
)
def test_each_thing_that_is_missing_forbids_it(situation: Situation, because: Because) -> None:
    assert may_open(LookReason.WATCH, situation, POLICY) is because


def test_without_a_policy_nothing_is_allowed() -> None:
    assert may_open(LookReason.WATCH, GOOD, None) is Because.NO_POLICY


def test_random_looks_are_off_unless_listed() -> None:
    assert may_open(LookReason.RANDOM, GOOD, POLICY) is Because.REASON_NOT_ALLOWED


def test_a_meeting_of_a_listed_series_is_allowed() -> None:
    assert may_open(LookReason.WATCH, meeting(meeting_id="901", series_id="900"), POLICY) is Because.ALLOWED


def test_while_an_away_of_ours_stands_the_agent_may_be_seen_coming_back() -> None:
    away = replace(GOOD, presence=Presence.AWAY, away_is_ours=True)
    assert may_open(LookReason.RETURNING, away, POLICY) is Because.ALLOWED


@given(
    st.builds(
        Situation,
        stopped=st.booleans(),
        identified=st.booleans(),
        consent=st.booleans(),
        paused=st.booleans(),
        on_shift=st.booleans(),
        presence=st.sampled_from(Presence),
        away_is_ours=st.booleans(),
        frames_left=st.integers(-1, 2),
        meeting=st.builds(
            Meeting,
            meeting_id=st.sampled_from(["900", "1"]),
            series_id=st.sampled_from(["900", "2"]),
            participants=st.sampled_from([None, 1, 2, 3]),
            outside_guests=st.sampled_from([None, True, False]),
            breakout=st.booleans(),
            people_told=st.booleans(),
        ),
    ),
    st.sampled_from(LookReason),
)
def test_whatever_is_allowed_had_every_precondition(situation: Situation, reason: LookReason) -> None:
    if may_open(reason, situation, POLICY) is not Because.ALLOWED:
        return
    assert situation.identified
    assert situation.consent
    assert situation.on_shift
    assert situation.frames_left > 0
    assert not situation.stopped
    assert not situation.paused
    assert "900" in (situation.meeting.meeting_id, situation.meeting.series_id)
    assert situation.meeting.outside_guests is False
    assert situation.meeting.participants not in (None, 2)
    assert situation.presence is not Presence.UNKNOWN
