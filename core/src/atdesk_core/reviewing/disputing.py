"""A dispute: in time, by the agent, and decided by somebody else than whoever reviewed the flag. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from atdesk_core.store import FlagRow, ReviewRow
from atdesk_sdk import ConfirmReason, DismissReason, FlagStatus, LeadAction

DAY_S: Final = 86_400.0
LONGEST_TEXT: Final = 2000
"""Characters of what an agent says against a flag."""

# A flag that was a break is not counted, so there is nothing to dispute; a decision is decided once.
_NO_DISPUTE: Final = {
    FlagStatus.DISPUTED: "disputed_already",
    FlagStatus.UPHELD: "decided_already",
    FlagStatus.OVERTURNED: "decided_already",
    FlagStatus.WITHDRAWN: "not_counted",
}


class Decision(StrEnum):
    """What a second reviewer says to a dispute."""

    UPHOLD = "uphold"
    OVERTURN = "overturn"


class Refused(StrEnum):
    """Why a dispute or a decision is not taken."""

    NO_SUCH_FLAG = "no_such_flag"
    NOT_THEIRS = "not_theirs"
    TOO_LATE = "too_late"
    DISPUTED_ALREADY = "disputed_already"
    DECIDED_ALREADY = "decided_already"
    NOT_COUNTED = "not_counted"
    NOT_DISPUTED = "not_disputed"
    SAME_PERSON = "same_person"
    NO_REVIEWER = "no_reviewer"
    REASON_MISSING = "reason_missing"


def dispute_refused(flag: FlagRow | None, agent_id: str, now: float, dispute_days: float) -> Refused | None:
    """Why an agent's dispute is not taken; None when it is.

    Args:
        flag: As it is kept; None for a number that nobody has.
        agent_id: Who disputes it.
        now: Seconds since the epoch.
        dispute_days: Days from the flag in which it can be disputed, by the policy.
    """
    if flag is None:
        return Refused.NO_SUCH_FLAG
    if flag.agent_id != agent_id:
        return Refused.NOT_THEIRS
    settled = _NO_DISPUTE.get(FlagStatus(flag.status))
    if settled is not None:
        return Refused(settled)
    return Refused.TOO_LATE if now > flag.raised_at + dispute_days * DAY_S else None


def decision_refused(
    flag: FlagRow | None, reviews: Sequence[ReviewRow], decision: Decision, reason: str | None, by_ref: str
) -> Refused | None:
    """Why a decision on a dispute is not taken; None when it is.

    Args:
        flag: As it is kept; None for a number that nobody has.
        reviews: What people have said about it.
        decision: What is decided.
        reason: A code: why somebody confirms it, or why it is dismissed.
        by_ref: Random id of whoever decides.
    """
    if flag is None:
        return Refused.NO_SUCH_FLAG
    if flag.status != FlagStatus.DISPUTED.value:
        return Refused.NOT_DISPUTED
    if by_ref in {review.by_ref for review in reviews}:
        return Refused.SAME_PERSON
    known = frozenset[str](ConfirmReason if decision is Decision.UPHOLD else DismissReason)
    return None if reason in known else Refused.REASON_MISSING


def stands_with(reviews: Sequence[ReviewRow], by_ref: str, takes_two: bool) -> bool:
    """Whether an upholding by this person is enough: two people in all, where the finding takes two."""
    confirmed = {LeadAction.ACKNOWLEDGE.value, Decision.UPHOLD.value}
    people = {review.by_ref for review in reviews if review.action in confirmed} | {by_ref}
    return len(people) >= (2 if takes_two else 1)
