"""What people say about an open flag: one at a time, by a named person, with a reason."""

from dataclasses import replace

import pytest

from atdesk_core.policy import ReviewRules
from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.session import (
    Facts,
    FlagAnswered,
    FlagDisputed,
    KeepReview,
    PostFlag,
    RecordKind,
    UpdateFlag,
    takes_two,
)
from atdesk_sdk import DismissReason, FindingKind, FlagStatus, LeadAction
from tests.core.session.desk import FACTS, POLICY, rehearse, scene

LATER = 300.0
OTHER = scene((0, "agent"), (60, "other"))
LEAVES = scene((0, "agent"), (60, "nobody"))


def flagged(facts: Facts = FACTS, *, absent: bool = False) -> tuple[Rehearsal, Desk, str]:
    run, desk = rehearse(LEAVES if absent else OTHER, facts)
    run.run(LATER)
    (flag,) = run.session.flags
    return run, desk, flag.number


def says(
    run: Rehearsal, number: str, action: LeadAction, by: str, reason: str | None, at: float = LATER
) -> None:
    run.take(FlagAnswered(number, action, reason, by, at))


def confirms(run: Rehearsal, number: str, by: str, at: float = LATER) -> None:
    says(run, number, LeadAction.ACKNOWLEDGE, by, "as_shown", at)


def status(desk: Desk) -> FlagStatus:
    update = desk.flags[-1][1]
    assert isinstance(update, UpdateFlag)
    return update.flag.status


def reviews(run: Rehearsal) -> list[tuple[str, str, str]]:
    kept = [command for _, command in run.commands if isinstance(command, KeepReview)]
    return [(one.action.value, one.reason, one.by) for one in kept]


def answers(run: Rehearsal) -> list[object]:
    return [row.data["what"] for row in run.records if row.kind is RecordKind.LEAD_ACTION]


def test_a_flag_carries_confidence_rule_policy_version_and_how_often_it_was_judged() -> None:
    run, desk, _ = flagged()
    command = desk.flags[0][1]
    assert isinstance(command, PostFlag)
    flag = command.flag
    assert flag.rule == "different_person"
    assert 0 < flag.confidence <= 1
    assert flag.policy == POLICY.version
    assert flag.tries == 2
    (row,) = [row for row in run.records if row.kind is RecordKind.FLAG]
    assert (row.data["tries"], row.data["policy"]) == (2, POLICY.version)


def test_an_absence_that_was_written_first_was_judged_once_more() -> None:
    _, desk, _ = flagged(absent=True)
    command = desk.flags[0][1]
    assert isinstance(command, PostFlag)
    assert command.flag.tries == 3


def test_somebody_else_at_the_desk_takes_two_people() -> None:
    run, desk, number = flagged()
    confirms(run, number, "lee")
    assert status(desk) is FlagStatus.AWAITING_SECOND
    confirms(run, number, "lee")
    assert status(desk) is FlagStatus.AWAITING_SECOND
    confirms(run, number, "mia")
    assert status(desk) is FlagStatus.ACKNOWLEDGED
    assert answers(run) == ["acknowledge", "same_person", "acknowledge"]
    assert reviews(run) == [("acknowledge", "as_shown", "lee"), ("acknowledge", "as_shown", "mia")]


def test_other_findings_take_one_and_the_policy_may_ask_for_two() -> None:
    run, desk, number = flagged(absent=True)
    confirms(run, number, "lee")
    assert status(desk) is FlagStatus.ACKNOWLEDGED
    confirms(run, number, "mia")
    assert answers(run) == ["acknowledge", "confirmed_already"]
    both = ReviewRules(two_people=frozenset({FindingKind.ABSENT}))
    facts = replace(FACTS, policy=POLICY.model_copy(update={"review": both}))
    run, desk, number = flagged(facts, absent=True)
    confirms(run, number, "lee")
    assert status(desk) is FlagStatus.AWAITING_SECOND


def test_without_a_policy_every_finding_takes_two() -> None:
    assert all(takes_two(None, kind) for kind in FindingKind)


@pytest.mark.parametrize("reason", list(DismissReason))
def test_one_person_is_enough_to_dismiss_even_after_somebody_confirmed(reason: DismissReason) -> None:
    run, desk, number = flagged()
    confirms(run, number, "lee")
    says(run, number, LeadAction.DISMISS, "mia", reason.value)
    assert status(desk) is FlagStatus.DISMISSED
    assert run.session.flags == ()
    assert reviews(run)[-1] == ("dismiss", reason.value, "mia")


@pytest.mark.parametrize("reason", [None, "", "because", "as_shown"])
def test_a_dismissal_without_one_of_its_reasons_changes_nothing(reason: str | None) -> None:
    run, _, number = flagged()
    says(run, number, LeadAction.DISMISS, "lee", reason)
    assert [flag.status for flag in run.session.flags] == [FlagStatus.RAISED]
    assert answers(run) == ["reason_missing"]
    assert reviews(run) == []


def test_opening_a_flag_is_logged_and_changes_nothing() -> None:
    run, desk, number = flagged()
    before = len(desk.flags)
    says(run, number, LeadAction.OPEN, "lee", None)
    assert len(desk.flags) == before
    assert answers(run) == ["open"]


def test_a_disputed_flag_is_answered_by_nobody_and_another_one_has_to_wait() -> None:
    run, desk, number = flagged()
    run.take(FlagDisputed(number, LATER))
    assert status(desk) is FlagStatus.DISPUTED
    assert not FlagStatus.DISPUTED.usable
    confirms(run, number, "lee")
    says(run, number, LeadAction.DISMISS, "lee", "wrong")
    assert answers(run) == ["too_late", "too_late"]
    run.run(LATER + 600)
    assert len([one for _, one in desk.flags if isinstance(one, PostFlag)]) == 1


def test_what_was_confirmed_stays_confirmed_when_its_time_is_over() -> None:
    run, desk, number = flagged(absent=True)
    confirms(run, number, "lee")
    run.run(LATER + POLICY.flag_life_s + 10)
    closed = [
        one.flag
        for _, one in desk.flags
        if isinstance(one, UpdateFlag) and one.flag.number == number and one.flag.closed_at is not None
    ]
    assert [flag.status for flag in closed] == [FlagStatus.ACKNOWLEDGED]


def test_what_one_of_two_people_confirmed_expires_and_nothing_follows() -> None:
    run, desk, number = flagged()
    confirms(run, number, "lee")
    run.run(LATER + POLICY.flag_life_s + 10)
    mine = [one.flag for _, one in desk.flags if isinstance(one, UpdateFlag) and one.flag.number == number]
    assert mine[-1].status is FlagStatus.EXPIRED
    assert not FlagStatus.AWAITING_SECOND.usable
