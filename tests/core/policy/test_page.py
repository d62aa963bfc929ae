"""May a frame of the agent's own page be opened? Every precondition by itself, and every preset."""

from dataclasses import replace

import pytest

from atdesk_core.policy import Because, LookReason, LookRules, MeetingRule, SitePolicy, cap_of, may_open
from atdesk_core.policy.jurisdictions import shipped_presets
from atdesk_core.policy.levels import LevelKind, level_of
from atdesk_core.policy.merge import resolve
from atdesk_core.policy.permission import Situation
from atdesk_sdk import Meeting, Presence

PAGE = LookRules(page=True)
IN_CALL = LookRules(page=True, page_in_call=True)
# Where there is no camera analysis, there is none through the page either.
WITHOUT_CAMERA = ("AL", "GB", "GR")

GOOD = Situation(
    stopped=False,
    identified=True,
    consent=True,
    paused=False,
    on_shift=True,
    presence=Presence.AVAILABLE,
    away_is_ours=False,
    frames_left=10,
    meeting=None,
    in_meeting=False,
    in_call=False,
    page_answers=True,
)
UNTOLD = Meeting("900", "900", participants=6, outside_guests=False, people_told=False)


def policy(looks: LookRules = PAGE) -> SitePolicy:
    return SitePolicy(
        site="home",
        accountable="A. Person",
        looks=looks,
        meetings=(MeetingRule(id="900", purpose="team room"),),
    )


def test_with_everything_met_a_frame_of_the_page_may_be_opened() -> None:
    assert may_open(LookReason.WATCH, GOOD, policy()) is Because.ALLOWED


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"in_meeting": True}, Because.IN_MEETING),
        ({"in_call": True}, Because.IN_CALL),
        ({"page_answers": False}, Because.NOTICE_NOT_SHOWN),
        ({"paused": True}, Because.PAUSED),
        ({"consent": False}, Because.NO_CONSENT),
        ({"on_shift": False}, Because.OFF_SHIFT),
        ({"presence": Presence.AWAY}, Because.STATE_FORBIDS),
        ({"frames_left": 0}, Because.NO_BUDGET),
        ({"stopped": True}, Because.STOPPED),
    ],
)
def test_each_of_these_alone_stands_against_it(changed: dict[str, object], because: Because) -> None:
    situation = replace(GOOD, **changed)  # type: ignore[arg-type]  # fields by name
    assert may_open(LookReason.WATCH, situation, policy()) is because


def test_by_default_no_frame_comes_from_the_page() -> None:
    assert may_open(LookReason.WATCH, GOOD, policy(LookRules())) is Because.PAGE_NOT_ALLOWED


def test_in_a_call_it_takes_a_leave_of_its_own() -> None:
    calling = replace(GOOD, in_call=True)
    assert may_open(LookReason.WATCH, calling, policy(IN_CALL)) is Because.ALLOWED
    only_in_call = policy(LookRules(page_in_call=True))
    assert may_open(LookReason.WATCH, calling, only_in_call) is Because.PAGE_NOT_ALLOWED


def test_no_leave_opens_the_page_in_a_meeting() -> None:
    meeting = replace(GOOD, in_meeting=True)
    assert may_open(LookReason.WATCH, meeting, policy(IN_CALL)) is Because.IN_MEETING


def test_what_nobody_said_counts_as_the_case_that_protects() -> None:
    unsaid = Situation(
        stopped=False,
        identified=True,
        consent=True,
        paused=False,
        on_shift=True,
        presence=Presence.AVAILABLE,
        away_is_ours=False,
        frames_left=10,
        meeting=None,
    )
    assert may_open(LookReason.WATCH, unsaid, policy(IN_CALL)) is Because.IN_MEETING


@pytest.mark.parametrize(("answers", "because"), [(True, "allowed"), (False, "notice_not_shown")])
def test_a_meeting_whose_platform_tells_nobody_needs_the_page(answers: bool, because: str) -> None:
    situation = replace(GOOD, meeting=UNTOLD, in_meeting=True, page_answers=answers)
    assert may_open(LookReason.WATCH, situation, policy(LookRules())) == because


@pytest.mark.parametrize("code", sorted(shipped_presets().by_code))
def test_a_place_without_camera_analysis_has_none_through_the_page(code: str) -> None:
    site = level_of(policy(IN_CALL), LevelKind.SITE, "home")
    looks = resolve([cap_of(code), site]).policy.looks
    allowed = code not in WITHOUT_CAMERA
    assert (looks.page, looks.page_in_call) == (allowed, allowed)


def test_a_team_can_close_the_page_and_never_open_it() -> None:
    general = cap_of("general")
    closed = level_of(policy(LookRules(page=False)), LevelKind.SITE, "home")
    asking = level_of(policy(IN_CALL), LevelKind.TEAM, "blue")
    resolved = resolve([general, closed, replace(asking, values={"looks.page": True})])
    assert not resolved.policy.looks.page
    assert [path for path, _ in resolved.refused] == ["looks.page"]
