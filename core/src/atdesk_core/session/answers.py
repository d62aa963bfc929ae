"""What people say about an open flag: a lead confirms or dismisses it, the agent disputes it.

One flag at a time, by a named person, with a reason. What the policy lists under `review.two_people` takes
two different people to confirm; one is enough to dismiss it.
"""

from dataclasses import replace

from atdesk_core.policy import SitePolicy
from atdesk_core.session.commands import KeepReview, RecordKind
from atdesk_core.session.flags import close_flag, replace_flag
from atdesk_core.session.inputs import FlagAnswered, FlagDisputed
from atdesk_core.session.state import OpenFlag
from atdesk_core.session.turn import Turn
from atdesk_sdk import ConfirmReason, DismissReason, FindingKind, FlagStatus, LeadAction


def refusal(flag: OpenFlag | None, event: FlagAnswered) -> str | None:
    """Why an answer changes nothing; None when it is taken."""
    if flag is None:
        return "too_late"
    if event.action is LeadAction.OPEN:
        return None
    reasons: frozenset[str] = frozenset(DismissReason)
    if event.action is LeadAction.ACKNOWLEDGE:
        reasons = frozenset(ConfirmReason)
        if flag.status is FlagStatus.ACKNOWLEDGED:
            return "confirmed_already"
        if flag.status is FlagStatus.AWAITING_SECOND and flag.answered_by == event.by:
            return "same_person"
    return None if event.reason in reasons else "reason_missing"


def takes_two(policy: SitePolicy | None, finding: FindingKind) -> bool:
    """Whether two people have to confirm it. Without a policy that says otherwise, they do."""
    return policy is None or finding in policy.review.two_people


def flag_answered(turn: Turn, event: FlagAnswered) -> None:
    """A person who may answer for this agent did. A second answer, or one after the end, changes nothing."""
    flag = next((one for one in turn.session.flags if one.number == event.flag_number), None)
    why = refusal(flag, event)
    turn.record(
        RecordKind.LEAD_ACTION,
        number=event.flag_number,
        what=why or event.action.value,
        reason=event.reason,
        by=event.by,
    )
    if flag is None or why is not None or event.action is LeadAction.OPEN:
        return
    turn.do(KeepReview(flag.number, event.action, event.reason or "", event.by, turn.now))
    if event.action is LeadAction.ACKNOWLEDGE:
        _confirm(turn, flag, event)
    else:
        _cool_down(turn, flag)
        close_flag(turn, flag, FlagStatus.DISMISSED, event.reason or "")


def _confirm(turn: Turn, flag: OpenFlag, event: FlagAnswered) -> None:
    first = flag.status is FlagStatus.RAISED and takes_two(turn.facts.policy, flag.finding)
    status = FlagStatus.AWAITING_SECOND if first else FlagStatus.ACKNOWLEDGED
    replace_flag(
        turn,
        replace(flag, status=status, answered_by=flag.answered_by or event.by, reason=event.reason or ""),
    )


def flag_disputed(turn: Turn, event: FlagDisputed) -> None:
    """The agent disputes it: nobody answers it any more, and nobody uses it, until somebody else decided."""
    flag = next((one for one in turn.session.flags if one.number == event.flag_number), None)
    if flag is not None:
        _cool_down(turn, flag)
        close_flag(turn, flag, FlagStatus.DISPUTED)


def _cool_down(turn: Turn, flag: OpenFlag) -> None:
    cooldown_s = turn.facts.policy.cooldown_s if turn.facts.policy else 0.0
    turn.change(cooldowns=(*turn.session.cooldowns, (flag.rule, turn.now + cooldown_s)))
