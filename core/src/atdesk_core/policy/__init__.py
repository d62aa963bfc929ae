"""What may be done at this site for this agent right now."""

from atdesk_core.policy.model import LookRules, MeetingRule, SitePolicy, load_policy
from atdesk_core.policy.permission import Because, Situation, may_open
from atdesk_core.policy.rules import (
    AbsenceRule,
    BannedObjectRule,
    CompanyMode,
    DifferentPersonRule,
    DuringCalls,
    ExtraPersonRule,
    FoodOrDrinkRule,
    InputIdleRule,
    LookReason,
    NotReached,
    PhoneRule,
    Rule,
)

__all__ = [
    "AbsenceRule",
    "BannedObjectRule",
    "Because",
    "CompanyMode",
    "DifferentPersonRule",
    "DuringCalls",
    "ExtraPersonRule",
    "FoodOrDrinkRule",
    "InputIdleRule",
    "LookReason",
    "LookRules",
    "MeetingRule",
    "NotReached",
    "PhoneRule",
    "Rule",
    "SitePolicy",
    "Situation",
    "load_policy",
    "may_open",
]
