"""What may be done at this site for this agent right now."""

from atdesk_core.policy.model import (
    AbsenceRule,
    DifferentPersonRule,
    DuringCalls,
    LookReason,
    LookRules,
    MeetingRule,
    NotReached,
    SitePolicy,
    load_policy,
)
from atdesk_core.policy.permission import Because, Situation, may_open

__all__ = [
    "AbsenceRule",
    "Because",
    "DifferentPersonRule",
    "DuringCalls",
    "LookReason",
    "LookRules",
    "MeetingRule",
    "NotReached",
    "SitePolicy",
    "Situation",
    "load_policy",
    "may_open",
]
