"""What may be done at a site. Unknown keys are refused; every field says its unit.

Jurisdiction presets, levels and their merge are not here yet; "may this frame be opened now"
(`atdesk_core.policy.permission`) already is, and everything passes through it.
"""

import hashlib
import json
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from atdesk_core.policy.rules import (
    AbsenceRule,
    BannedObjectRule,
    DifferentPersonRule,
    ExtraPersonRule,
    FoodOrDrinkRule,
    InputIdleRule,
    LookReason,
    NotReached,
    Part,
    PhoneRule,
    Rule,
    Seconds,
)
from atdesk_sdk import ConfigError, FindingKind, Presence


class LookRules(Part):
    """When frames are opened, and how many."""

    reasons: frozenset[LookReason] = Field(
        frozenset({LookReason.STATE_CHANGE, LookReason.CALL_STARTED, LookReason.WATCH, LookReason.RETURNING}),
        description="Reasons for which a look may be opened at all. `random` is off unless listed.",
    )
    max_frames: int = Field(6, ge=1, le=60, description="Frames in one look.")
    max_s: Seconds = Field(5, description="Length of one look, from its first frame.")
    watch_every_s: Seconds = Field(15, description="From one watch look to the next.")
    watch_frames: int = Field(2, ge=1, le=60, description="Frames in a quiet watch look.")
    alert_interval_s: float = Field(
        1.0, ge=0.5, le=5, description="Between frames as soon as nobody may be there."
    )
    returning_every_s: Seconds = Field(10, description="Between looks while an Away of ours stands.")
    frames_per_shift: int = Field(20_000, ge=0, description="Hard cap on opened frames.")
    returning_frames_per_shift: int = Field(3_000, ge=0, description="A budget of its own for `returning`.")
    random_per_shift: int = Field(0, ge=0, le=24, description="Random looks in a shift.")
    while_presence: frozenset[Presence] = Field(
        frozenset({Presence.AVAILABLE, Presence.ON_QUEUE, Presence.MEETING, Presence.IDLE}),
        description="Only in these states is anybody looked at. A status nobody mapped is none of them.",
    )


class MeetingRule(Part):
    """A meeting that may be looked into."""

    id: str = Field(min_length=1, description="Id of the meeting or of its series on the platform.")
    purpose: str = Field(min_length=3, description="Why; the agent's page names it.")


class SitePolicy(Part):
    """The policy file of one site."""

    site: str
    accountable: str = Field(min_length=2, description="The person who answers for this policy.")
    absence: AbsenceRule = AbsenceRule()
    different_person: DifferentPersonRule = DifferentPersonRule()
    extra_person: ExtraPersonRule = ExtraPersonRule()
    phone: PhoneRule = PhoneRule()
    food_or_drink: FoodOrDrinkRule = FoodOrDrinkRule()
    banned_object: BannedObjectRule = BannedObjectRule()
    input_idle: InputIdleRule = InputIdleRule()
    looks: LookRules = LookRules()
    meetings: tuple[MeetingRule, ...] = ()
    not_reached: NotReached = NotReached.HOLD
    write_over: frozenset[Presence] = Field(
        frozenset({Presence.AVAILABLE, Presence.ON_QUEUE}),
        description="Away is written over these only.",
    )
    claim_s: Seconds = Field(4 * 3600, description="How long an Away of ours can be restored.")
    flag_life_s: Annotated[float, Field(ge=60, le=604_800)] = Field(
        8 * 3600, description="An unanswered flag expires."
    )
    cooldown_s: Seconds = Field(1800, description="No new flag under a rule after a dismissal.")
    needs_consent: bool = Field(True, description="No look without a consent on record.")
    needs_shift: bool = Field(True, description="No look outside a declared shift.")

    def rule_for(self, kind: FindingKind) -> Rule | None:
        """The rule of a finding; None for `present`, which needs none."""
        rules: dict[FindingKind, Rule] = {
            FindingKind.ABSENT: self.absence,
            FindingKind.DIFFERENT_PERSON: self.different_person,
            FindingKind.EXTRA_PERSON: self.extra_person,
            FindingKind.PHONE: self.phone,
            FindingKind.FOOD_OR_DRINK: self.food_or_drink,
            FindingKind.BANNED_OBJECT: self.banned_object,
            FindingKind.INPUT_IDLE: self.input_idle,
        }
        return rules.get(kind)

    def asks_for(self, kind: FindingKind) -> bool:
        """Whether a rule of this policy is on that needs this found."""
        rule = self.rule_for(kind)
        return rule is not None and rule.enabled

    def with_all_checks(self) -> "SitePolicy":
        """The same with every check on, for a replay of one's own recording.

        `banned_object` stays off where the policy names no class: there is nothing to look for.
        """
        rules: dict[str, Rule] = {
            "absence": self.absence,
            "different_person": self.different_person,
            "extra_person": self.extra_person,
            "phone": self.phone,
            "food_or_drink": self.food_or_drink,
            "input_idle": self.input_idle,
        }
        if self.banned_object.classes:
            rules["banned_object"] = self.banned_object
        on = {name: rule.model_copy(update={"enabled": True}) for name, rule in rules.items()}
        return self.model_copy(update=on)

    @cached_property
    def version(self) -> str:
        """Twelve hex digits of a hash over the content: what a decision refers to."""
        content = json.dumps(_ordered(self.model_dump()), sort_keys=True, default=str)
        return hashlib.sha256(content.encode()).hexdigest()[:12]


def _ordered(value: object) -> object:
    """The same content gives the same JSON: sets have no order of their own."""
    if isinstance(value, dict):
        return {key: _ordered(inner) for key, inner in value.items()}
    if isinstance(value, frozenset):
        return sorted(str(inner) for inner in value)
    return [_ordered(inner) for inner in value] if isinstance(value, tuple) else value


def load_policy(path: Path) -> SitePolicy:
    """Read a policy file.

    Raises:
        ConfigError: Not readable, not TOML, an unknown key, a value out of bounds: each by name.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"the policy file {path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the policy file {path} is not TOML: {error}") from None
    try:
        return SitePolicy.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"the policy file {path}: {describe(error)}") from None


def describe(error: ValidationError) -> str:
    """A validation error in one line: each faulty key with what is wrong, without its value."""
    return "; ".join(
        f"{'.'.join(str(part) for part in item['loc']) or 'file'}: {_plain(item['type'], item['msg'])}"
        for item in error.errors(include_url=False, include_input=False)
    )


def _plain(kind: str, message: str) -> str:
    return "unknown key (check the spelling, or remove it)" if kind == "extra_forbidden" else message
