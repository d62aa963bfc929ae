"""What may be done at this site for this agent right now."""

from atdesk_core.policy.looks import LookRules, MeetingRule
from atdesk_core.policy.model import SitePolicy, load_policy
from atdesk_core.policy.permission import Because, Situation, may_open
from atdesk_core.policy.preconditions import Precondition
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
from atdesk_core.policy.safeguards import (
    DeskCheckRule,
    EvidenceRules,
    PauseReason,
    PauseRule,
    RetentionRules,
    ReviewRules,
    StillsRule,
)

__all__ = [
    "AbsenceRule",
    "BannedObjectRule",
    "Because",
    "CompanyMode",
    "DeskCheckRule",
    "DifferentPersonRule",
    "DuringCalls",
    "EvidenceRules",
    "ExtraPersonRule",
    "FoodOrDrinkRule",
    "InputIdleRule",
    "LookReason",
    "LookRules",
    "MeetingRule",
    "NotReached",
    "PauseReason",
    "PauseRule",
    "PhoneRule",
    "Precondition",
    "RetentionRules",
    "ReviewRules",
    "Rule",
    "SitePolicy",
    "Situation",
    "StillsRule",
    "load_policy",
    "may_open",
]
