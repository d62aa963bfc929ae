"""A dispute: in time, by the agent, decided by somebody who has not reviewed the flag."""

from dataclasses import replace

import pytest

from atdesk_core.reviewing import Decision, Refused, decision_refused, dispute_refused, stands_with
from atdesk_core.reviewing.disputing import DAY_S
from atdesk_core.store import ReviewRow
from atdesk_sdk import ConfirmReason, DismissReason, FlagStatus
from tests.core.reviewing.people import FLAG

DISPUTED = replace(FLAG, status=FlagStatus.DISPUTED.value)
BY_LEE = ReviewRow(FLAG.number, "acknowledge", "as_shown", "lee", 210.0)


OPEN_TO_DISPUTE = (
    FlagStatus.RAISED,
    FlagStatus.AWAITING_SECOND,
    FlagStatus.ACKNOWLEDGED,
    FlagStatus.DISMISSED,
    FlagStatus.EXPIRED,
)


@pytest.mark.parametrize("status", OPEN_TO_DISPUTE)
def test_the_agent_can_dispute_any_flag_that_is_not_settled(status: FlagStatus) -> None:
    flag = replace(FLAG, status=status.value)
    assert dispute_refused(flag, "a0", 300.0, 14) is None
    assert dispute_refused(flag, "a1", 300.0, 14) is Refused.NOT_THEIRS


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (FlagStatus.DISPUTED, Refused.DISPUTED_ALREADY),
        (FlagStatus.UPHELD, Refused.DECIDED_ALREADY),
        (FlagStatus.OVERTURNED, Refused.DECIDED_ALREADY),
        (FlagStatus.WITHDRAWN, Refused.NOT_COUNTED),
    ],
)
def test_what_is_settled_is_disputed_once(status: FlagStatus, why: Refused) -> None:
    assert dispute_refused(replace(FLAG, status=status.value), "a0", 300.0, 14) is why


def test_every_status_has_an_answer() -> None:
    for status in FlagStatus:
        dispute_refused(replace(FLAG, status=status.value), "a0", 300.0, 14)


def test_the_time_to_dispute_is_the_policys() -> None:
    last = FLAG.raised_at + 14 * DAY_S
    assert dispute_refused(FLAG, "a0", last, 14) is None
    assert dispute_refused(FLAG, "a0", last + 1, 14) is Refused.TOO_LATE
    assert dispute_refused(FLAG, "a0", last + 1, 15) is None


def test_a_number_that_nobody_has() -> None:
    assert dispute_refused(None, "a0", 0.0, 14) is Refused.NO_SUCH_FLAG
    assert decision_refused(None, [], Decision.UPHOLD, "as_shown", "mia") is Refused.NO_SUCH_FLAG


@pytest.mark.parametrize("decision", list(Decision))
def test_whoever_reviewed_it_does_not_decide_the_dispute(decision: Decision) -> None:
    reason = "as_shown" if decision is Decision.UPHOLD else "wrong"
    assert decision_refused(DISPUTED, [BY_LEE], decision, reason, "lee") is Refused.SAME_PERSON
    assert decision_refused(DISPUTED, [BY_LEE], decision, reason, "mia") is None


def test_only_a_disputed_flag_is_decided() -> None:
    assert decision_refused(FLAG, [], Decision.UPHOLD, "as_shown", "mia") is Refused.NOT_DISPUTED


def test_each_decision_takes_a_reason_of_its_own() -> None:
    for reason in ConfirmReason:
        assert decision_refused(DISPUTED, [], Decision.UPHOLD, reason.value, "mia") is None
        assert decision_refused(DISPUTED, [], Decision.OVERTURN, reason.value, "mia") is not None
    for dismissal in DismissReason:
        assert decision_refused(DISPUTED, [], Decision.OVERTURN, dismissal.value, "mia") is None
    for nothing in (None, "", "because"):
        refused = decision_refused(DISPUTED, [], Decision.UPHOLD, nothing, "mia")
        assert refused is Refused.REASON_MISSING


def test_to_uphold_a_face_mismatch_takes_two_people_in_all() -> None:
    assert not stands_with([], "mia", takes_two=True)
    assert stands_with([BY_LEE], "mia", takes_two=True)
    assert not stands_with([replace(BY_LEE, action="dismiss")], "mia", takes_two=True)
    assert stands_with([], "mia", takes_two=False)
