"""An agent leaves: told first, then Away, then the flag; and everything that stops it on the way."""

from dataclasses import replace

import pytest

from atdesk_core.policy import DuringCalls, LookReason, NotReached
from atdesk_core.runtime.rehearsal import Desk
from atdesk_core.session import (
    FlagAnswered,
    NotifyAgent,
    OpenLook,
    PostFlag,
    SetState,
    StormDeclared,
    UpdateFlag,
)
from atdesk_sdk import (
    FindingKind,
    FlagStatus,
    Interaction,
    LeadAction,
    NoticeKind,
    PauseChanged,
    PausedBy,
    Presence,
    StateReceipt,
    VideoClosed,
    VideoOpened,
)
from atdesk_sdk.findings import CouldNotTell
from tests.core.session.desk import FACTS, GENESYS, KEY, MEETING, POLICY, ZOOM, busy, rehearse, scene, state

LEAVES = scene((0, "agent"), (60, "nobody"))
LEAVES_AND_RETURNS = scene((0, "agent"), (60, "nobody"), (300, "agent"))


def kinds(desk: Desk) -> list[NoticeKind]:
    return [notice.kind for _, notice in desk.notices]


def posted(desk: Desk) -> list[tuple[float, PostFlag]]:
    return [(at, command) for at, command in desk.flags if isinstance(command, PostFlag)]


def test_who_leaves_is_told_then_away_then_flagged() -> None:
    run, desk = rehearse(LEAVES)
    run.run(400)
    told = desk.notices[0][0]
    assert kinds(desk)[:2] == [NoticeKind.ABSENT, NoticeKind.MADE_AWAY]
    assert 60 < told <= 60 + 15 + 6
    assert [presence for _, presence in desk.states] == [Presence.AWAY]
    assert told + 30 <= desk.states[0][0] <= told + 32
    ((flagged, flag),) = posted(desk)
    assert flag.flag.finding is FindingKind.ABSENT
    assert flag.flag.reached
    assert flagged >= flag.flag.since + 120


def test_nothing_reaches_a_lead_before_the_agent_was_told_and_the_delay_ran_out() -> None:
    run, desk = rehearse(LEAVES)
    run.run(400)
    told = desk.notices[0][0]
    assert min(at for at, _ in desk.states) >= told + 30
    assert min(at for at, _ in desk.flags) >= told + 30


def test_who_comes_back_inside_the_delay_is_neither_away_nor_flagged() -> None:
    run, desk = rehearse(scene((0, "agent"), (60, "nobody"), (90, "agent")))
    run.run(600)
    assert kinds(desk) == [NoticeKind.ABSENT]
    assert desk.states == []
    assert desk.flags == []


def test_pausing_inside_the_delay_cancels_both_and_closes_the_look_at_once() -> None:
    run, desk = rehearse(LEAVES)
    run.send_at(90, PauseChanged(ZOOM, paused=True, by=PausedBy.AGENT, occurred_at=90, received_at=90))
    run.run(600)
    assert desk.states == []
    assert desk.flags == []
    assert max(record.at for record in run.records if record.kind == "look_opened") <= 90


def test_back_at_the_desk_is_available_again_and_the_flag_says_so() -> None:
    run, desk = rehearse(LEAVES_AND_RETURNS)
    run.run(400)
    assert [presence for _, presence in desk.states] == [Presence.AWAY, Presence.AVAILABLE]
    assert 300 <= desk.states[1][0] <= 300 + 10 + 3
    assert kinds(desk)[-1] is NoticeKind.RESTORED
    last = desk.flags[-1][1]
    assert isinstance(last, UpdateFlag)
    assert last.flag.returned_at is not None
    assert last.flag.status is FlagStatus.RAISED


def test_an_absence_shorter_than_the_flag_time_sets_away_and_raises_no_flag() -> None:
    run, desk = rehearse(scene((0, "agent"), (60, "nobody"), (130, "agent")))
    run.run(600)
    assert [presence for _, presence in desk.states] == [Presence.AWAY, Presence.AVAILABLE]
    assert desk.flags == []


@pytest.mark.parametrize("what", ["dark", "covered", "frozen", "off"])
def test_no_evidence_is_not_absence(what: str) -> None:
    run, desk = rehearse(scene((0, "agent"), (60, what)))
    run.run(1200)
    assert desk.states == []
    assert desk.flags == []
    assert all(kind is NoticeKind.MORE_LIGHT for kind in kinds(desk))


def test_dark_after_the_agent_was_told_ends_the_matter() -> None:
    run, desk = rehearse(scene((0, "agent"), (60, "nobody"), (85, "dark")))
    run.run(1200)
    assert kinds(desk) == [NoticeKind.ABSENT, NoticeKind.MORE_LIGHT]
    assert desk.states == []
    assert desk.flags == []


def test_nothing_is_done_on_evidence_that_could_not_be_renewed() -> None:
    run, desk = rehearse(scene((0, "agent"), (60, "nobody"), (84, "elsewhere")))
    run.run(1200)
    assert kinds(desk) == [NoticeKind.ABSENT]
    assert desk.states == []
    assert desk.flags == []


def test_silence_after_the_agent_was_told_ends_the_matter() -> None:
    run, desk = rehearse(LEAVES)
    run.send_at(90, VideoClosed(KEY, CouldNotTell.CAMERA_OFF, 90, 90))
    run.run(1200)
    assert desk.states == []
    assert desk.flags == []


class Unreachable(Desk):
    def notify(self, notice: NotifyAgent, at: float) -> bool:
        super().notify(notice, at)
        return False


def test_an_agent_who_was_not_reached_is_held() -> None:
    run, desk = rehearse(LEAVES, desk=Unreachable(GENESYS))
    run.run(1200)
    assert desk.states == []
    assert desk.flags == []


def test_an_agent_who_was_not_reached_is_marked_so_where_policy_goes_on() -> None:
    facts = replace(FACTS, policy=POLICY.model_copy(update={"not_reached": NotReached.GO_ON}))
    run, desk = rehearse(LEAVES, facts, Unreachable(GENESYS))
    run.run(400)
    ((_, flag),) = posted(desk)
    assert not flag.flag.reached


def test_a_call_is_never_disturbed_and_by_default_the_rule_is_off() -> None:
    run, desk = rehearse(LEAVES)
    run.send_at(50, busy(desk, 50, Interaction.CUSTOMER_CALL))
    run.run(1200)
    assert desk.notices == []
    assert desk.states == []
    assert desk.flags == []


def test_after_call_work_counts_as_the_call() -> None:
    run, desk = rehearse(LEAVES)
    run.send_at(50, busy(desk, 50, Interaction.AFTER_CALL))
    run.run(1200)
    assert desk.states == []


def test_where_policy_flags_after_calls_the_flag_waits_for_the_end_and_the_state_stays() -> None:
    absence = POLICY.absence.model_copy(update={"during_calls": DuringCalls.FLAG_AFTER})
    facts = replace(FACTS, policy=POLICY.model_copy(update={"absence": absence}))
    run, desk = rehearse(LEAVES_AND_RETURNS, facts)
    run.send_at(50, busy(desk, 50, Interaction.CUSTOMER_CALL))
    run.run(499)
    assert desk.flags == []
    run.send_at(500, busy(desk, 500, Interaction.NONE))
    run.run(600)
    ((at, flag),) = posted(desk)
    assert at == 500
    assert flag.flag.returned_at is not None
    assert desk.states == []


def test_a_meeting_is_not_a_call() -> None:
    run, desk = rehearse(LEAVES)
    run.send_at(20, busy(desk, 20, Interaction.MEETING))
    run.run(400)
    assert [presence for _, presence in desk.states] == [Presence.AWAY]


@pytest.mark.parametrize(
    "presence", [Presence.BREAK, Presence.MEAL, Presence.AWAY, Presence.OFFLINE, Presence.UNKNOWN]
)
def test_a_state_of_the_agents_own_ends_looks_and_episode(presence: Presence) -> None:
    run, desk = rehearse(LEAVES)
    run.run(88)
    run.send_at(89, state(desk, 89, presence))
    run.run(1200)
    assert desk.states == []
    assert desk.flags == []
    assert max(record.at for record in run.records if record.kind == "look_opened") <= 89


def test_idle_by_the_platforms_timer_is_neither_pause_nor_absence() -> None:
    run, desk = rehearse(scene((0, "agent")))
    run.send_at(20, state(desk, 20, Presence.IDLE))
    run.run(300)
    assert desk.notices == []
    assert max(record.at for record in run.records if record.kind == "look_opened") > 280


class ChangedMeanwhile(Desk):
    """The agent goes on a break between the decision and the write."""

    def write(self, change: object, at: float) -> object:  # type: ignore[override]  # any receipt will do
        self.state = replace(self.state, presence=Presence.BREAK, revision="own", since=at)
        return super().write(change, at)  # type: ignore[arg-type]  # as given


def test_a_state_that_changed_in_between_is_left_alone() -> None:
    run, desk = rehearse(LEAVES, desk=ChangedMeanwhile(GENESYS))
    run.run(100)
    assert run.session.claim is None
    assert desk.states == []


def test_who_changes_the_state_under_a_claim_is_not_fought() -> None:
    run, desk = rehearse(LEAVES_AND_RETURNS)
    run.run(150)
    assert run.session.claim is not None
    run.send_at(151, state(desk, 151, Presence.ON_QUEUE))
    run.run(152)
    assert run.session.claim is None
    run.run(600)
    assert [presence for _, presence in desk.states] == [Presence.AWAY]


class RingsAtFirst(Desk):
    """The platform withdraws the first restore: a call rings there that nobody has told of."""

    def write(self, change: SetState, at: float) -> StateReceipt | None:
        if change.to is Presence.AVAILABLE and at < 330:
            return StateReceipt(written=False, state=self.state, reason="live_call")
        return super().write(change, at)


def test_a_restore_that_had_to_wait_is_tried_again_while_the_claim_stands() -> None:
    run, desk = rehearse(LEAVES_AND_RETURNS, desk=RingsAtFirst(GENESYS))
    run.run(330)
    assert run.session.claim is not None
    run.run(600)
    assert [presence for _, presence in desk.states] == [Presence.AWAY, Presence.AVAILABLE]


def test_when_the_video_ends_under_a_claim_nothing_is_restored_and_the_agent_is_told() -> None:
    run, desk = rehearse(LEAVES)
    run.send_at(260, VideoClosed(KEY, CouldNotTell.CAMERA_OFF, 260, 260))
    run.run(270)
    assert kinds(desk)[-1] is NoticeKind.VIDEO_ENDED_WHILE_AWAY
    assert isinstance(desk.flags[-1][1], UpdateFlag)
    assert desk.flags[-1][1].flag.status is FlagStatus.EXPIRED
    run.run(260 + 4 * 3600)
    assert run.session.claim is None
    assert [presence for _, presence in desk.states] == [Presence.AWAY]


def test_one_open_flag_and_a_cool_down_after_a_dismissal() -> None:
    absences = [(60 + 600 * n, "nobody") for n in range(4)]
    returns = [(60 + 600 * n + 300, "agent") for n in range(4)]
    run, desk = rehearse(scene((0, "agent"), *sorted(absences + returns)))
    run.run(1900)
    ((_, flag),) = posted(desk)
    run.take(FlagAnswered(flag.flag.number, LeadAction.DISMISS, "agreed_break", "lee", 1900))
    assert run.session.flags == ()
    run.run(2400)
    assert len(posted(desk)) == 1


def test_a_second_answer_changes_nothing() -> None:
    run, desk = rehearse(LEAVES)
    run.run(300)
    ((_, flag),) = posted(desk)
    run.take(FlagAnswered(flag.flag.number, LeadAction.DISMISS, "wrong", "lee", 300))
    count = len(desk.flags)
    run.take(FlagAnswered(flag.flag.number, LeadAction.ACKNOWLEDGE, "as_shown", "lee", 301))
    assert len(desk.flags) == count


def test_in_a_storm_nothing_is_written_and_what_was_written_is_undone() -> None:
    run, desk = rehearse(LEAVES)
    run.run(130)
    assert run.session.claim is not None
    run.take(StormDeclared(since=60, until=190, at=131))
    run.run(140)
    assert [presence for _, presence in desk.states] == [Presence.AWAY, Presence.AVAILABLE]
    run.run(189)
    assert max(record.at for record in run.records if record.kind == "look_opened") <= 131
    assert desk.flags == []


def test_somebody_else_is_flagged_and_the_state_is_left_alone() -> None:
    run, desk = rehearse(scene((0, "agent"), (60, "other")))
    run.run(200)
    assert kinds(desk) == [NoticeKind.DIFFERENT_PERSON]
    ((at, flag),) = posted(desk)
    assert flag.flag.finding is FindingKind.DIFFERENT_PERSON
    assert at >= desk.notices[0][0] + 30
    assert desk.states == []


def test_with_two_devices_the_second_goes_on_when_the_first_ends() -> None:
    run, desk = rehearse(scene((0, "agent")))
    second = replace(KEY, participant_id="102")
    run.send_at(2.0, VideoOpened(second, ZOOM, MEETING, 2.0, 2.0))
    run.send_at(50.0, VideoClosed(KEY, CouldNotTell.CAMERA_OFF, 50.0, 50.0))
    run.run(100.0)
    opened = [(at, command.key) for at, command in run.commands if isinstance(command, OpenLook)]
    assert {key for at, key in opened if at < 50.0} == {KEY}
    assert {key for at, key in opened if at > 50.0} == {second}
    assert desk.notices == []


def test_the_watch_has_two_rates() -> None:
    run, _ = rehearse(scene((0, "agent"), (100, "nobody")))
    run.run(99)
    opened = [record.at for record in run.records if record.kind == "look_opened"]
    assert opened == [1.0, 16.0, 31.0, 46.0, 61.0, 76.0, 91.0]
    run.run(125)
    decided = [
        record for record in run.records if record.kind == "finding" and record.data["what"] == "absent"
    ]
    assert decided[0].at <= 100 + 15 + 5


def test_a_call_that_begins_and_a_state_that_is_come_into_are_reasons_for_a_look_at_once() -> None:
    run, desk = rehearse(scene((0, "agent")))
    run.run(7.0)
    run.send_at(8.0, busy(desk, 8.0, Interaction.CUSTOMER_CALL))
    run.run(19.0)
    run.send_at(20.0, state(desk, 20.0, Presence.BREAK))
    run.run(27.0)
    run.send_at(28.0, state(desk, 28.0, Presence.AVAILABLE))
    run.run(29.0)
    opened = {record.at: record.data["reason"] for record in run.records if record.kind == "look_opened"}
    assert opened[1.0] == "state_change"
    assert opened[8.0] == "call_started"
    assert opened[28.0] == "state_change"


def test_random_looks_come_at_their_times_and_no_more() -> None:
    looks = POLICY.looks.model_copy(update={"reasons": frozenset({LookReason.RANDOM}), "random_per_shift": 2})
    facts = replace(FACTS, policy=POLICY.model_copy(update={"looks": looks}), random_at=(100.0, 200.0))
    run, _ = rehearse(scene((0, "agent")), facts)
    run.run(1000)
    assert [record.at for record in run.records if record.kind == "look_opened"] == [100.0, 200.0]
