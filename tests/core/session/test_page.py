"""The agent's own page as a source: after every meeting, outside calls, never without its indicator."""

from dataclasses import replace
from itertools import pairwise

import pytest

from atdesk_core.policy import LookRules
from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.session import (
    Facts,
    FactsChanged,
    LookSource,
    OpenLook,
    RecordKind,
    Recovered,
    ShiftNow,
    frame_permission,
)
from atdesk_core.session.sight import idle_since
from atdesk_sdk import (
    AccountRef,
    AgentStateChanged,
    CouldNotTell,
    FindingKind,
    InputActivity,
    Interaction,
    PauseChanged,
    PausedBy,
    Presence,
    StreamKey,
    VideoClosed,
    VideoOpened,
)
from tests.core.session.desk import EVERY_RULE, FACTS, GENESYS, KEY, MEETING, POLICY, ZOOM, camera, scene

PAGE = AccountRef("page", "", "ann")
PAGE_KEY = StreamKey("page", "ann", "1")
UNTOLD = replace(MEETING, people_told=False)
POLICY_PAGE = POLICY.model_copy(update={"looks": LookRules(page=True)})
# An answer that is good throughout, where the page's silence is not what is tried.
ALWAYS = 1e9
WITH_PAGE = replace(FACTS, policy=POLICY_PAGE, page_answered_at=ALWAYS)


def run_with(
    facts: Facts = WITH_PAGE, at_desk: tuple[tuple[float, str], ...] = ((0, "agent"),)
) -> tuple[Rehearsal, Desk]:
    """Somebody whose page is open from second 1 on, and nothing else."""
    desk = Desk(GENESYS)
    run = Rehearsal("ann", facts, camera(scene(*at_desk)), desk)
    run.send_at(1.0, VideoOpened(PAGE_KEY, PAGE, None, 1.0, 1.0))
    return run, desk


def looks(run: Rehearsal, since: float = 0.0) -> list[OpenLook]:
    return [one for at, one in run.commands if isinstance(one, OpenLook) and at >= since]


def skipped(run: Rehearsal) -> list[object]:
    return [one.data["because"] for one in run.records if one.kind is RecordKind.LOOK_SKIPPED]


def absences(run: Rehearsal) -> list[float]:
    """Since when somebody was found absent, each time."""
    found = (one for one in run.records if one.data.get("what") == FindingKind.ABSENT.value)
    return [float(str(one.data["since"])) for one in found]


def state(interaction: Interaction, presence: Presence = Presence.AVAILABLE) -> AgentStateChanged:
    state = replace(Desk(GENESYS).state, interaction=interaction, presence=presence)
    return AgentStateChanged(state, 10.0, 10.0)


def test_outside_meetings_the_page_is_looked_at_and_its_indicator_has_to_be_up() -> None:
    run, _ = run_with()
    run.run(60)
    assert {one.key for one in looks(run)} == {PAGE_KEY}
    assert {one.source for one in looks(run)} == {LookSource.PAGE}
    assert all(one.page_must_show for one in looks(run))


def test_a_page_is_never_looked_at_unless_policy_says_so() -> None:
    run, _ = run_with(replace(WITH_PAGE, policy=POLICY))
    run.run(60)
    assert not looks(run)
    assert skipped(run) == ["page_not_allowed"]


def test_a_meeting_that_runs_goes_before_the_page() -> None:
    run, _ = run_with()
    run.send_at(1.0, VideoOpened(KEY, ZOOM, MEETING, 1.0, 1.0))
    run.run(60)
    assert {one.key for one in looks(run, since=1.0)} >= {KEY}
    assert {one.key for one in looks(run, since=2.0)} == {KEY}
    assert not looks(run, since=2.0)[0].page_must_show


def test_a_meeting_that_opens_ends_the_look_at_the_page_at_once() -> None:
    run, _ = run_with()
    run.run(1.5)
    assert run.session.look is not None
    assert run.session.look.key == PAGE_KEY
    run.take(VideoOpened(KEY, ZOOM, MEETING, 1.6, 1.6))
    assert run.session.look.key == KEY
    ended = [one.data["why"] for one in run.records if one.kind is RecordKind.LOOK_ENDED]
    assert ended == ["in_meeting"]


def test_in_a_meeting_that_may_not_be_looked_into_the_page_stays_off_as_well() -> None:
    run, _ = run_with()
    run.send_at(0.5, VideoOpened(KEY, ZOOM, replace(MEETING, meeting_id="1", series_id="1"), 0.5, 0.5))
    run.run(60)
    assert not looks(run)
    assert skipped(run)[-1] == "meeting_not_listed"


@pytest.mark.parametrize(
    ("event", "because"),
    [
        (state(Interaction.MEETING), "in_meeting"),
        (state(Interaction.NONE, Presence.MEETING), "in_meeting"),
        (state(Interaction.CUSTOMER_CALL), "in_call"),
        (state(Interaction.AFTER_CALL), "in_call"),
    ],
)
def test_in_a_meeting_or_a_call_on_any_account_the_page_stays_off(
    event: AgentStateChanged, because: str
) -> None:
    run, _ = run_with()
    run.run(0.5)
    other = replace(event.state, account=AccountRef("teams", "org", "t-1"))
    run.take(replace(event, state=other, received_at=0.6))
    run.run(60)
    assert not looks(run)
    assert skipped(run) == [because]


def test_in_a_call_the_page_is_looked_at_where_policy_says_so() -> None:
    in_call = POLICY.model_copy(update={"looks": LookRules(page=True, page_in_call=True)})
    run, _ = run_with(replace(WITH_PAGE, policy=in_call))
    run.send_at(0.5, state(Interaction.CUSTOMER_CALL))
    run.run(60)
    assert looks(run)


def test_a_call_ends_an_open_look_at_the_page() -> None:
    run, _ = run_with()
    run.run(1.5)
    run.take(state(Interaction.CUSTOMER_CALL))
    assert run.session.look is None


def test_a_page_that_does_not_answer_gets_no_look_and_one_that_answers_again_gets_it_at_once() -> None:
    run, _ = run_with(replace(WITH_PAGE, page_answered_at=None))
    run.run(20)
    assert not looks(run)
    assert skipped(run) == ["notice_not_shown"]
    run.facts = replace(run.facts, page_answered_at=20.0)
    run.take(FactsChanged(20.0))
    assert [one.source for one in looks(run)] == [LookSource.PAGE]


@pytest.mark.parametrize(("at", "answer"), [(11.0, "allowed"), (11.1, "notice_not_shown")])
def test_an_answer_of_the_page_is_good_for_ten_seconds(at: float, answer: str) -> None:
    run, _ = run_with(replace(WITH_PAGE, page_answered_at=1.0))
    run.run(1.5)
    assert run.session.look is not None
    assert frame_permission(run.session, run.facts, run.session.look.look_id, at) == answer


def test_a_meeting_whose_platform_shows_nothing_needs_the_page() -> None:
    closed = replace(FACTS, page_answered_at=None)
    run = Rehearsal("ann", closed, camera(scene((0, "agent"))), Desk(GENESYS))
    run.send_at(1.0, VideoOpened(KEY, ZOOM, UNTOLD, 1.0, 1.0))
    run.run(20)
    assert skipped(run) == ["notice_not_shown"]
    run.facts = replace(run.facts, page_answered_at=ALWAYS)
    run.take(FactsChanged(20.0))
    assert [one.page_must_show for one in looks(run)] == [True]
    assert [one.source for one in looks(run)] == [LookSource.MEETING]


def test_a_camera_that_was_turned_off_in_a_meeting_does_not_let_the_page_open_it() -> None:
    run, _ = run_with()
    run.send_at(0.5, VideoOpened(KEY, ZOOM, MEETING, 0.5, 0.5))
    run.send_at(30.0, VideoClosed(KEY, CouldNotTell.CAMERA_OFF, 30.0, 30.0))
    run.run(200)
    assert {one.key for one in looks(run)} == {KEY}
    run.take(VideoClosed(KEY, CouldNotTell.NO_SIGNAL, 200.0, 200.0))
    run.run(260)
    assert {one.key for one in looks(run, since=200.0)} == {PAGE_KEY}


def test_another_stream_of_the_same_meeting_takes_the_place_of_the_dark_one() -> None:
    run, _ = run_with()
    again, other = StreamKey("zoom", "stream-2", "5"), replace(MEETING, meeting_id="7", series_id="7")
    run.send_at(0.5, VideoOpened(KEY, ZOOM, MEETING, 0.5, 0.5))
    run.send_at(30.0, VideoClosed(KEY, CouldNotTell.ADAPTER_DOWN, 30.0, 30.0))
    run.send_at(40.0, VideoOpened(again, ZOOM, other, 40.0, 40.0))
    run.run(45.0)
    assert [one.key for one in run.session.dark_meetings] == [KEY], "another meeting says nothing of it"
    run.take(VideoOpened(again, ZOOM, MEETING, 50.0, 50.0))
    assert run.session.dark_meetings == ()


def test_a_new_shift_forgets_a_meeting_that_nobody_ever_ended() -> None:
    run, _ = run_with()
    run.send_at(0.5, VideoOpened(KEY, ZOOM, MEETING, 0.5, 0.5))
    run.send_at(30.0, VideoClosed(KEY, CouldNotTell.STREAM_PAUSED, 30.0, 30.0))
    run.run(40)
    run.facts = replace(run.facts, shift=ShiftNow("s2", 40.0, 50_000.0))
    run.take(FactsChanged(40.0))
    assert run.session.dark_meetings == ()
    assert looks(run, since=40.0)[0].key == PAGE_KEY


def test_after_a_restart_no_page_is_taken_for_open() -> None:
    run, _ = run_with()
    run.run(20)
    run.take(Recovered(20.0))
    assert run.session.videos == ()
    assert run.session.looked_at is None


def test_what_the_meeting_saw_is_not_added_to_what_the_page_sees() -> None:
    """Two pictures of an empty chair in the meeting and two at the page are no absence."""
    run, _ = run_with(at_desk=((0, "agent"), (30.0, "nobody")))
    run.send_at(0.5, VideoOpened(KEY, ZOOM, MEETING, 0.5, 0.5))
    run.run(32.5)
    run.take(VideoClosed(KEY, CouldNotTell.NO_SIGNAL, 32.6, 32.6))
    run.run(35.0)
    assert run.session.looked_at == PAGE_KEY
    assert not absences(run)
    run.run(40.0)
    assert len(absences(run)) == 1
    assert absences(run)[0] >= 32.6


def test_a_page_that_gives_no_pictures_is_never_an_empty_chair() -> None:
    run, desk = run_with(at_desk=((0, "agent"), (30, "off")))
    run.run(400)
    assert not desk.notices
    assert not desk.states
    reasons = {one.data["what"] for one in run.records if one.kind is RecordKind.COULD_NOT_TELL}
    assert "camera_off" in reasons


def test_a_page_that_refuses_is_not_asked_every_few_seconds() -> None:
    run, _ = run_with(at_desk=((0, "off"),))
    run.run(100)
    opened = [at for at, one in run.commands if isinstance(one, OpenLook)]
    assert min(after - before for before, after in pairwise(opened)) >= 15.0


def test_a_pause_ends_a_look_at_the_page_at_once() -> None:
    run, _ = run_with()
    run.run(1.5)
    run.take(PauseChanged(PAGE, True, PausedBy.AGENT, 1.6, 1.6))
    assert run.session.look is None


# ---- silence -----------------------------------------------------------------------------------------------

IDLE_POLICY = EVERY_RULE.model_copy(update={"looks": LookRules(page=True)})
TELLS = frozenset({GENESYS})


def silent(at: float, *, idle: bool = True) -> InputActivity:
    return InputActivity(PAGE, idle, 0.0, at, at)


def silent_accounts(run: Rehearsal) -> list[AccountRef]:
    """Who is believed to tell of a silent keyboard."""
    if idle_since(run.session, run.facts.idle_accounts) is None:
        return []
    told = [one.account for one in run.session.silences]
    return [one for one in told if one in run.facts.idle_accounts] or told


def test_the_page_tells_of_a_silent_keyboard_where_no_platform_does() -> None:
    run, _ = run_with(replace(WITH_PAGE, policy=IDLE_POLICY))
    run.send_at(5.0, silent(5.0))
    run.run(6)
    assert silent_accounts(run) == [PAGE]


def test_where_the_platform_tells_it_by_itself_the_silence_of_the_page_adds_nothing() -> None:
    run, _ = run_with(replace(WITH_PAGE, policy=IDLE_POLICY, idle_accounts=TELLS))
    run.send_at(5.0, silent(5.0))
    run.run(6)
    assert silent_accounts(run) == []
    run.take(state(Interaction.NONE, Presence.IDLE))
    assert silent_accounts(run) == [GENESYS]
    run.take(silent(20.0))
    assert silent_accounts(run) == [GENESYS]


def test_input_at_the_page_ends_what_the_platform_took_for_idle() -> None:
    run, _ = run_with(replace(WITH_PAGE, policy=IDLE_POLICY, idle_accounts=TELLS))
    run.run(6)
    run.take(state(Interaction.NONE, Presence.IDLE))
    run.take(silent(20.0, idle=False))
    assert silent_accounts(run) == []


def test_a_platform_at_which_nobody_is_signed_in_tells_nothing() -> None:
    run, _ = run_with(replace(WITH_PAGE, policy=IDLE_POLICY, idle_accounts=TELLS))
    run.run(4)
    run.take(state(Interaction.NONE, Presence.OFFLINE))
    run.take(silent(12.0))
    assert silent_accounts(run) == [PAGE]
    run.take(replace(state(Interaction.NONE), received_at=14.0))
    assert silent_accounts(run) == []


@pytest.mark.parametrize("live", [Interaction.CUSTOMER_CALL, Interaction.AFTER_CALL, Interaction.MEETING])
def test_a_silent_keyboard_in_a_call_or_a_meeting_is_nothing(live: Interaction) -> None:
    run, desk = run_with(replace(WITH_PAGE, policy=IDLE_POLICY), at_desk=((0, "agent"),))
    run.send_at(0.5, state(live))
    run.send_at(5.0, silent(5.0))
    run.run(400)
    assert not desk.notices
