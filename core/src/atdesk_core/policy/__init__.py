"""What may be done at this site for this agent right now."""

from atdesk_core.policy.jurisdictions import Preset, PresetRefused, cap_of, shipped_presets
from atdesk_core.policy.levels import Level, LevelKind, level_of, load_level, parse_level
from atdesk_core.policy.looks import LookRules, MeetingRule
from atdesk_core.policy.merge import Decision, LevelRef, Refusal, Resolved, resolve
from atdesk_core.policy.model import SitePolicy, load_policy
from atdesk_core.policy.permission import (
    Because,
    Situation,
    may_enrol,
    may_open,
    may_open_anywhere,
    may_test,
)
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
    "Decision",
    "DeskCheckRule",
    "DifferentPersonRule",
    "DuringCalls",
    "EvidenceRules",
    "ExtraPersonRule",
    "FoodOrDrinkRule",
    "InputIdleRule",
    "Level",
    "LevelKind",
    "LevelRef",
    "LookReason",
    "LookRules",
    "MeetingRule",
    "NotReached",
    "PauseReason",
    "PauseRule",
    "PhoneRule",
    "Precondition",
    "Preset",
    "PresetRefused",
    "Refusal",
    "Resolved",
    "RetentionRules",
    "ReviewRules",
    "Rule",
    "SitePolicy",
    "Situation",
    "StillsRule",
    "cap_of",
    "level_of",
    "load_level",
    "load_policy",
    "may_enrol",
    "may_open",
    "may_open_anywhere",
    "may_test",
    "parse_level",
    "resolve",
    "shipped_presets",
]
