"""Promise 2: no frame is opened unless all that must be so is known to be so."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atdesk_core.policy import (
    Because,
    LookReason,
    LookRules,
    MeetingRule,
    Precondition,
    SitePolicy,
    Situation,
    may_open,
)
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

NOTICE, BASIS = frozenset({Precondition.NOTICE_GIVEN}), frozenset({Precondition.LAWFUL_BASIS})
NEEDED = NOTICE | BASIS


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
        (replace(GOOD, authority_silent=True), Because.AUTHORITY_DOWN),
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


@pytest.mark.parametrize(
    ("situation", "changed", "because"),
    [
        (replace(GOOD, policy_signed=False), {}, Because.POLICY_NOT_SIGNED),
        (GOOD, {"camera": False}, Because.CAMERA_FORBIDDEN),
        (GOOD, {"looks": LookRules(preset_forbids=frozenset({LookReason.WATCH}))}, Because.PRESET_FORBIDS),
        (GOOD, {"requires": NEEDED}, Because.PRECONDITION_MISSING),
        (replace(GOOD, met=NOTICE, lapsed=BASIS), {"requires": NEEDED}, Because.PRECONDITION_LAPSED),
        (replace(GOOD, lapsed=BASIS), {"requires": NEEDED}, Because.PRECONDITION_MISSING),
        (replace(GOOD, met=NEEDED), {"requires": NEEDED}, Because.ALLOWED),
    ],
)
def test_what_the_policy_and_the_record_say(
    situation: Situation, changed: dict[str, object], because: Because
) -> None:
    assert may_open(LookReason.WATCH, situation, POLICY.model_copy(update=changed)) is because


def test_an_unsigned_policy_is_told_apart_from_none() -> None:
    assert may_open(LookReason.WATCH, replace(GOOD, policy_signed=False), None) is Because.POLICY_NOT_SIGNED


IDS = ("900", "1", "2")
preconditions = st.frozensets(st.sampled_from(Precondition))
situations = st.builds(
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
        meeting_id=st.sampled_from(IDS),
        series_id=st.sampled_from(IDS),
        participants=st.sampled_from([None, 1, 2, 3]),
        outside_guests=st.sampled_from([None, True, False]),
        breakout=st.booleans(),
        people_told=st.booleans(),
    ),
    met=preconditions,
    lapsed=preconditions,
    policy_signed=st.booleans(),
)
# Most parts of a situation as they should be, so that what is allowed is met with too.
nearly_good = st.builds(
    lambda one, names: replace(GOOD, **{name: getattr(one, name) for name in names}),
    situations,
    st.sets(st.sampled_from([part.name for part in fields(Situation)]), max_size=3),
)
policies = st.builds(
    SitePolicy,
    site=st.just("home"),
    accountable=st.just("A. Person"),
    camera=st.sampled_from([True, True, True, False]),
    requires=st.frozensets(st.sampled_from(Precondition), max_size=2),
    looks=st.builds(
        LookRules,
        reasons=st.frozensets(st.sampled_from(LookReason)),
        preset_forbids=st.frozensets(st.sampled_from(LookReason), max_size=2),
        while_presence=st.frozensets(st.sampled_from(Presence)),
    ),
    meetings=st.lists(st.sampled_from(IDS), unique=True).map(
        lambda ids: tuple(MeetingRule(id=one, purpose="team") for one in ids)
    ),
    needs_consent=st.booleans(),
    needs_shift=st.booleans(),
)


@settings(deadline=None)
@given(situations | nearly_good, st.sampled_from(LookReason), policies | st.just(POLICY))
def test_whatever_is_allowed_had_everything_that_is_needed(
    situation: Situation, reason: LookReason, policy: SitePolicy
) -> None:
    if may_open(reason, situation, policy) is not Because.ALLOWED:
        return
    assert not situation.stopped
    assert not situation.paused
    assert situation.identified
    assert situation.policy_signed
    assert situation.consent or not policy.needs_consent
    assert situation.on_shift or not policy.needs_shift
    assert situation.frames_left > 0
    assert policy.requires <= situation.met
    assert policy.camera
    assert reason in policy.looks.reasons - policy.looks.preset_forbids
    assert situation.meeting is not None, "the page as a source is asked about in test_page.py"
    _may_be_looked_into(situation.meeting, policy)
    assert situation.presence in policy.looks.while_presence or situation.away_is_ours


def _may_be_looked_into(meeting: Meeting, policy: SitePolicy) -> None:
    assert {meeting.meeting_id, meeting.series_id} & {one.id for one in policy.meetings}
    assert meeting.outside_guests is False
    assert meeting.participants not in (None, 2)
    assert meeting.people_told
    assert not meeting.breakout


@settings(deadline=None)
@given(nearly_good, st.sampled_from(LookReason), policies)
def test_what_is_refused_stays_refused_when_something_more_is_missing(
    situation: Situation, reason: LookReason, policy: SitePolicy
) -> None:
    worse: tuple[dict[str, Any], ...] = (
        {"paused": True},
        {"stopped": True},
        {"frames_left": 0},
        {"met": frozenset()},
        {"identified": False},
        {"consent": False},
        {"on_shift": False},
    )
    if may_open(reason, situation, policy) is not Because.ALLOWED:
        for change in worse:
            assert may_open(reason, replace(situation, **change), policy) is not Because.ALLOWED
