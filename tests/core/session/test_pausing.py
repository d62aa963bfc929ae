"""The agent's own stop: at once, for whatever reason or none, and an absence that was just a need."""

from dataclasses import replace

import pytest

from atdesk_core.judging import verdict
from atdesk_core.policy import DuringCalls, PauseReason, PauseRule, SitePolicy
from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.session import (
    FactsChanged,
    FlagAnswered,
    FrameDropped,
    OpenLook,
    PostFlag,
    RecordKind,
    SetState,
    ShiftNow,
    UpdateFlag,
    allowed_code,
    allowed_text,
    dump,
)
from atdesk_sdk import (
    FlagStatus,
    InputActivity,
    Interaction,
    LeadAction,
    PauseChanged,
    PausedBy,
    Presence,
    StateReceipt,
    TurnedIntoBreak,
)
from tests.core.session.desk import FACTS, GENESYS, POLICY, ZOOM, busy, rehearse, scene, state

LEAVES = scene((0, "agent"), (60, "nobody"))
RETURNS = scene((0, "agent"), (60, "nobody"), (300, "agent"))
FLAGGED_AT = 250.0
CODES = PauseRule(reason=PauseReason.CATEGORY, categories=("water", "restroom"))
TEXT = PauseRule(reason=PauseReason.TEXT, categories=("water", "restroom"))


def pause(
    at: float, *, paused: bool = True, by: PausedBy = PausedBy.AGENT, code: str | None = None
) -> PauseChanged:
    return PauseChanged(ZOOM, paused, by, at, at, code)


def was_break(at: float, number: str | None = None) -> TurnedIntoBreak:
    return TurnedIntoBreak(ZOOM, number, at, at)


def opened_after(run: Rehearsal, at: float) -> list[float]:
    return [when for when, command in run.commands if isinstance(command, OpenLook) and when > at]


def last_update(desk: Desk) -> UpdateFlag:
    update = desk.flags[-1][1]
    assert isinstance(update, UpdateFlag)
    return update


@pytest.mark.parametrize("by", list(PausedBy))
def test_a_stop_by_anybody_entitled_to_it_is_a_pause(by: PausedBy) -> None:
    run, _ = rehearse(scene((0, "agent")))
    run.run(31.0)
    assert run.session.look is not None
    run.take(pause(31.5, by=by))
    assert run.session.look is None
    run.run(300)
    assert opened_after(run, 31.5) == []
    run.send_at(301, pause(301, paused=False, by=by))
    run.run(320)
    assert opened_after(run, 301) or opened_after(run, 300)


@pytest.mark.parametrize("presence", [Presence.BREAK, Presence.MEAL, Presence.AWAY])
def test_a_status_of_ones_own_stops_looks_with_the_very_step_that_tells_of_it(presence: Presence) -> None:
    run, desk = rehearse(LEAVES)
    run.run(61.0)
    assert run.session.look is not None
    run.take(state(desk, 61.5, presence))
    assert run.session.look is None
    run.run(600)
    assert opened_after(run, 61.5) == []
    assert desk.states == []
    assert desk.flags == []


@pytest.mark.parametrize("presence", [Presence.BREAK, Presence.MEAL])
def test_no_policy_makes_a_break_a_state_in_which_people_are_looked_at(presence: Presence) -> None:
    looks = POLICY.looks.model_copy(update={"while_presence": frozenset(Presence)})
    run, desk = rehearse(LEAVES, replace(FACTS, policy=POLICY.model_copy(update={"looks": looks})))
    run.send_at(20.0, state(desk, 20.0, presence))
    run.run(300)
    assert opened_after(run, 20.0) == []


def test_a_break_that_another_platform_shows_counts_too() -> None:
    run, _ = rehearse(LEAVES)
    run.run(20.0)
    elsewhere = replace(state(Desk(ZOOM), 20.0, Presence.MEAL))
    run.send_at(21.0, replace(elsewhere, received_at=21.0))
    run.run(300)
    assert opened_after(run, 21.0) == []


def test_an_away_of_ours_is_not_the_agents_pause() -> None:
    run, desk = rehearse(LEAVES)
    run.run(150)
    assert desk.state.presence is Presence.AWAY
    assert run.session.claim is not None
    assert not run.session.is_paused
    assert opened_after(run, 130)


def test_what_support_paused_is_not_ended_by_a_stream_that_starts_again() -> None:
    run, _ = rehearse(scene((0, "agent")))
    run.send_at(20, pause(20, by=PausedBy.SUPPORT))
    run.send_at(25, pause(25, paused=False))
    run.run(100)
    assert opened_after(run, 20) == []
    run.send_at(101, pause(101, paused=False, by=PausedBy.SUPPORT))
    run.run(110)
    assert opened_after(run, 100)


def test_a_frame_in_flight_is_dropped_counted_and_takes_from_the_budget() -> None:
    run, _ = rehearse(scene((0, "agent")))
    run.run(31.0)
    look, before = run.session.look, run.session.spent.frames
    assert look is not None
    run.take(pause(31.2))
    run.take(FrameDropped(look.look_id, 31.3))
    assert run.records[-1].kind is RecordKind.DROPPED
    assert run.session.spent.frames == before + 1


@pytest.mark.parametrize(
    ("rule", "code", "text"),
    [
        (PauseRule(), None, None),
        (CODES, "water", None),
        (TEXT, "water", "the kettle"),
    ],
)
def test_a_reason_is_taken_as_far_as_the_policy_goes(
    rule: PauseRule, code: str | None, text: str | None
) -> None:
    policy = POLICY.model_copy(update={"pause": rule})
    assert allowed_code(policy, "water") == code
    assert allowed_text(policy, " the kettle ") == text
    assert allowed_code(policy, "smoking") is None
    assert allowed_text(policy, "  ") is None


def test_without_a_policy_no_reason_is_taken() -> None:
    assert allowed_code(None, "water") is None
    assert allowed_text(None, "the kettle") is None


@pytest.mark.parametrize("rule", [PauseRule(), CODES, TEXT])
def test_a_reason_that_is_not_allowed_and_any_text_is_in_no_row_and_in_no_session(rule: PauseRule) -> None:
    policy = POLICY.model_copy(update={"pause": rule})
    run, _ = rehearse(LEAVES, replace(FACTS, policy=policy))
    run.run(20)
    event = replace(pause(20, code="smoking"), reason_text="with Ben")
    run.take(event)
    kept = dump(run.session) + repr(run.records) + repr(event)
    assert "with Ben" not in kept
    assert "smoking" not in dump(run.session) + repr(run.records)


def test_a_category_that_the_policy_lists_is_in_the_log() -> None:
    run, _ = rehearse(LEAVES, replace(FACTS, policy=POLICY.model_copy(update={"pause": CODES})))
    run.take(pause(1.0, code="restroom"))
    (row,) = [record for record in run.records if record.kind is RecordKind.PAUSE]
    assert row.data["category"] == "restroom"


def test_the_lead_sees_paused_on_the_flag_and_that_it_is_over() -> None:
    run, desk = rehearse(LEAVES)
    run.run(FLAGGED_AT)
    run.take(pause(FLAGGED_AT))
    assert last_update(desk).flag.paused_since == FLAGGED_AT
    run.take(pause(FLAGGED_AT + 5, paused=False))
    assert last_update(desk).flag.paused_since is None
    assert last_update(desk).flag.status is FlagStatus.RAISED


def test_a_flag_that_waits_for_the_end_of_a_call_goes_with_a_pause() -> None:
    absence = POLICY.absence.model_copy(update={"during_calls": DuringCalls.FLAG_AFTER})
    run, desk = rehearse(LEAVES, replace(FACTS, policy=POLICY.model_copy(update={"absence": absence})))
    run.send_at(10, busy(desk, 10, Interaction.CUSTOMER_CALL))
    run.run(400)
    assert run.session.owed is not None
    run.take(pause(400))
    run.send_at(410, busy(desk, 410, Interaction.NONE))
    run.run(900)
    assert run.session.owed is None
    assert desk.flags == []


def flagged(policy: SitePolicy = POLICY) -> tuple[Rehearsal, Desk, str]:
    run, desk = rehearse(LEAVES, replace(FACTS, policy=policy))
    run.run(FLAGGED_AT)
    (flag,) = run.session.flags
    return run, desk, flag.number


def test_one_click_makes_an_absence_a_break_and_its_flag_is_not_counted() -> None:
    run, desk, number = flagged()
    run.take(was_break(FLAGGED_AT, number))
    flag = last_update(desk).flag
    assert (flag.status, flag.reason, flag.closed_at) == (FlagStatus.WITHDRAWN, "break", FLAGGED_AT)
    assert run.session.flags == ()
    assert run.session.episodes == ()


def test_the_away_of_ours_becomes_the_agents_own_and_nobody_looks() -> None:
    run, desk, number = flagged()
    assert run.session.claim is not None
    run.take(was_break(FLAGGED_AT, number))
    assert run.session.claim is None
    run.run(FLAGGED_AT + 900)
    assert opened_after(run, FLAGGED_AT) == []
    assert desk.state.presence is Presence.AWAY
    assert [presence for _, presence in desk.states] == [Presence.AWAY]


def test_a_break_ends_when_the_agent_takes_up_work_again() -> None:
    run, desk, _ = flagged()
    run.take(was_break(FLAGGED_AT))
    run.send_at(FLAGGED_AT + 60, state(desk, FLAGGED_AT + 60, Presence.AVAILABLE))
    run.run(FLAGGED_AT + 70)
    assert opened_after(run, FLAGGED_AT + 59)


@pytest.mark.parametrize("sign", ["keyboard", "resume", "next_shift"])
def test_or_types_or_resumes_or_the_next_shift_begins(sign: str) -> None:
    absence = POLICY.absence.model_copy(update={"write_away": False})
    run, _, number = flagged(POLICY.model_copy(update={"absence": absence}))
    run.take(was_break(FLAGGED_AT, number))
    assert run.session.break_since == FLAGGED_AT
    run.run(FLAGGED_AT + 300)
    assert opened_after(run, FLAGGED_AT) == []
    at = FLAGGED_AT + 301
    if sign == "keyboard":
        run.take(InputActivity(GENESYS, False, 0.0, at, at))
    elif sign == "resume":
        run.take(pause(at, paused=False))
    else:
        run.facts = replace(run.facts, shift=ShiftNow("s2", at, at + 1000))
        run.take(FactsChanged(at))
    assert run.session.break_since is None
    run.run(at + 30)
    assert opened_after(run, FLAGGED_AT)


def test_who_is_back_already_is_not_paused_by_it() -> None:
    run, desk = rehearse(RETURNS)
    run.run(400)
    (flag,) = run.session.flags
    assert flag.returned_at is not None
    run.take(was_break(400, flag.number))
    assert last_update(desk).flag.status is FlagStatus.WITHDRAWN
    assert not run.session.is_paused


def test_before_there_is_a_flag_it_ends_the_matter_too() -> None:
    run, desk = rehearse(LEAVES)
    run.run(85)
    assert run.session.episodes
    run.take(was_break(85))
    run.run(900)
    assert desk.states == []
    assert desk.flags == []


def test_a_flag_of_another_shift_stays() -> None:
    run, _, number = flagged()
    run.facts = replace(run.facts, shift=ShiftNow("s2", FLAGGED_AT + 1, FLAGGED_AT + 1000))
    run.take(was_break(FLAGGED_AT + 2, number))
    assert [flag.number for flag in run.session.flags] == [number]
    assert dict(run.records[-1].data) == {
        "what": "no_break",
        "number": number,
        "why": "other_shift",
        "by": "agent",
    }


def test_somebody_else_at_the_desk_is_no_break() -> None:
    run, _ = rehearse(scene((0, "agent"), (60, "other")))
    run.run(200)
    (flag,) = run.session.flags
    run.take(was_break(200, flag.number))
    assert run.session.flags == (flag,)


@pytest.mark.parametrize("number", [None, "NOSUCH"])
def test_without_an_absence_the_click_changes_nothing(number: str | None) -> None:
    run, desk = rehearse(scene((0, "agent")))
    run.run(40)
    before = verdict(run.session.judge)
    run.take(was_break(40, number))
    assert not run.session.is_paused
    assert verdict(run.session.judge) == before
    assert desk.flags == []


class ClickedMeanwhile(Desk):
    """The agent says that it is a break while the Away is being written."""

    run: Rehearsal

    def write(self, change: SetState, at: float) -> StateReceipt | None:
        self.run.call_at(at, lambda: self.run.take(was_break(at)))
        return super().write(change, at)


def test_an_away_that_was_on_its_way_is_the_agents_own_when_it_arrives() -> None:
    desk = ClickedMeanwhile(GENESYS)
    run, _ = rehearse(LEAVES, desk=desk)
    desk.run = run
    run.run(900)
    assert [presence for _, presence in desk.states] == [Presence.AWAY]
    assert run.session.claim is None
    assert opened_after(run, desk.states[0][0]) == []


def test_a_confirmed_flag_can_still_be_turned_into_a_break_within_the_shift() -> None:
    run, desk, number = flagged()
    run.take(FlagAnswered(number, LeadAction.ACKNOWLEDGE, "as_shown", "lee", FLAGGED_AT))
    run.take(was_break(FLAGGED_AT + 1, number))
    assert last_update(desk).flag.status is FlagStatus.WITHDRAWN
    assert not [one for one in desk.flags[1:] if isinstance(one[1], PostFlag)]


@pytest.mark.parametrize("presence", [Presence.AWAY, Presence.BREAK, Presence.MEAL])
def test_an_away_or_a_break_that_the_agent_chose_is_paused_on_the_flag_too(presence: Presence) -> None:
    run, desk = rehearse(RETURNS)
    run.run(320.0)  # back: our own Away is undone, and the flag still stands
    run.take(state(desk, 330.0, presence))
    assert last_update(desk).flag.paused_since == 330.0
    run.take(state(desk, 360.0, Presence.AVAILABLE))
    assert last_update(desk).flag.paused_since is None


def test_an_away_of_ours_is_not_paused() -> None:
    run, desk = rehearse(LEAVES)
    run.run(FLAGGED_AT)
    assert run.session.claim is not None
    assert run.session.presence_at(GENESYS) is Presence.AWAY
    assert [one.paused_since for one in run.session.flags] == [None]
    assert desk.flags
