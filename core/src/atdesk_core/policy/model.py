"""What may be done at a site. Unknown keys are refused; each field has a unit, bounds and a direction.

One type for a policy file and for what several levels come to (`atdesk_core.policy.merge`).
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, field_validator

from atdesk_core.policy.direction import (
    FEWER,
    MORE,
    OFF,
    ON,
    OWN_LIST,
    OWN_WORDS,
    Direction,
    Safer,
    first_of,
    higher,
    lower,
)
from atdesk_core.policy.looks import LookRules, MeetingRule, epoch_seconds
from atdesk_core.policy.preconditions import Precondition
from atdesk_core.policy.rules import (
    AbsenceRule,
    BannedObjectRule,
    DifferentPersonRule,
    ExtraPersonRule,
    FoodOrDrinkRule,
    InputIdleRule,
    NotReached,
    Part,
    PhoneRule,
    Rule,
)
from atdesk_core.policy.safeguards import (
    DeskCheckRule,
    EvidenceRules,
    PauseRule,
    RetentionRules,
    ReviewRules,
    StillsRule,
)
from atdesk_sdk import ConfigError, FindingKind, Presence


class SitePolicy(Part):
    """What may be done for one agent at one site: a policy file, or what several levels come to."""

    site: Annotated[str, OWN_WORDS] = Field(
        min_length=1, max_length=200, title="site", description="Id of the site."
    )
    accountable: Annotated[str, OWN_WORDS] = Field(
        min_length=2,
        max_length=200,
        title="accountable person",
        description="The person who answers for this policy.",
    )
    camera: Annotated[bool, OFF] = Field(
        True, title="camera analysis", description="False: no camera analysis of any kind."
    )
    requires: Annotated[frozenset[Precondition], MORE] = Field(
        frozenset(),
        title="what has to be on record",
        description="Without each of these on record, and not lapsed, nothing is looked at.",
    )
    shadow_until: Annotated[float | None, Direction(Safer.HIGHER, "time", capped=False)] = Field(
        None,
        ge=0,
        le=32_503_680_000,
        title="shadow mode until",
        description="A time: until then it is decided and logged, and nobody is told. Left out: live.",
    )
    absence: AbsenceRule = AbsenceRule()
    different_person: DifferentPersonRule = DifferentPersonRule()
    extra_person: ExtraPersonRule = ExtraPersonRule()
    phone: PhoneRule = PhoneRule()
    food_or_drink: FoodOrDrinkRule = FoodOrDrinkRule()
    banned_object: BannedObjectRule = BannedObjectRule()
    input_idle: InputIdleRule = InputIdleRule()
    looks: LookRules = LookRules()
    evidence: EvidenceRules = EvidenceRules()
    stills: StillsRule = StillsRule()
    pause: PauseRule = PauseRule()
    desk_check: DeskCheckRule = DeskCheckRule()
    review: ReviewRules = ReviewRules()
    retention: RetentionRules = RetentionRules()
    meetings: Annotated[tuple[MeetingRule, ...], OWN_LIST] = Field(
        (), max_length=1000, title="meetings that may be looked into", description="By id or series."
    )
    not_reached: Annotated[NotReached, first_of("hold", "go_on")] = Field(
        NotReached.HOLD,
        title="when the agent cannot be told",
        description="hold, or go_on and mark that the agent was not reached.",
    )
    write_over: Annotated[frozenset[Presence], FEWER] = Field(
        frozenset({Presence.AVAILABLE, Presence.ON_QUEUE}),
        title="states that Away may be written over",
        description="Away is written over these only.",
    )
    claim_s: Annotated[float, lower("s")] = Field(
        4 * 3600,
        ge=0,
        le=86_400,
        title="an Away of ours is looked after for",
        description="Seconds in which an Away of ours can be restored.",
    )
    flag_life_s: Annotated[float, lower("s")] = Field(
        8 * 3600,
        ge=60,
        le=604_800,
        title="an unanswered flag lives for",
        description="Seconds; an unanswered flag expires.",
    )
    cooldown_s: Annotated[float, higher("s")] = Field(
        1800,
        ge=0,
        le=86_400,
        title="no new flag after a dismissal for",
        description="Seconds without a new flag under a rule after a dismissal.",
    )
    needs_consent: Annotated[bool, ON] = Field(
        True, title="a consent is needed", description="No look without a consent on record."
    )
    needs_shift: Annotated[bool, ON] = Field(
        True, title="a shift is needed", description="No look outside a declared shift."
    )

    _at = field_validator("shadow_until", mode="before")(epoch_seconds)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's, but what was worked out from the old content is not taken over."""
        copied = super().model_copy(update=update, deep=deep)
        for name in ("meeting_ids", "version"):
            copied.__dict__.pop(name, None)
        return copied

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
    def meeting_ids(self) -> frozenset[str]:
        """Ids and series that may be looked into; kept, since it is asked for at every frame."""
        return frozenset(rule.id for rule in self.meetings)

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
