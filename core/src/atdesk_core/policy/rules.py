"""The rules of a policy: one for each thing that may be found. Every field says its unit.

Only absence and different_person are on unless a site says otherwise: what no rule asks for is not
measured either.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from atdesk_core.policy.direction import OFF, ON, OWN_LIST, OWN_WORDS, first_of, higher
from atdesk_sdk.coco import THINGS


class Part(BaseModel):
    """A part of a policy: unknown keys are refused, and nothing is changed afterwards."""

    # Defaults are validated so that a value has one form, and its policy one version, whoever wrote it.
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class LookReason(StrEnum):
    """Why a look is opened."""

    STATE_CHANGE = "state_change"
    CALL_STARTED = "call_started"
    WATCH = "watch"
    RANDOM = "random"
    SCHEDULED = "scheduled"
    RETURNING = "returning"
    SELF_TEST = "self_test"


class NotReached(StrEnum):
    """What happens when no channel reached the agent."""

    HOLD = "hold"
    GO_ON = "go_on"


class DuringCalls(StrEnum):
    """What the absence rule does while a customer call or its after-call work goes on."""

    OFF = "off"
    FLAG_AFTER = "flag_after"


class Rule(Part):
    """What all rules have."""

    enabled: Annotated[bool, OFF] = Field(
        False, title="switched on", description="Whether this is looked for at all."
    )
    agent_first_s: Annotated[float, higher("s")] = Field(
        60,
        ge=0,
        le=86_400,
        title="the agent is told first, ahead by",
        description="Seconds from the first delivered notice to anything a lead sees.",
    )
    purpose: Annotated[str, OWN_WORDS] = Field(
        "", max_length=300, title="purpose", description="Why this is checked; the agent's page names it."
    )


class AbsenceRule(Rule):
    """Nobody at the desk."""

    enabled: Annotated[bool, OFF] = Field(
        True, title="switched on", description="Whether this is looked for at all."
    )
    write_away: Annotated[bool, OFF] = Field(
        True, title="the state is set to Away", description="Set the agent's state to Away."
    )
    min_flag_s: Annotated[float, higher("s")] = Field(
        300,
        ge=0,
        le=86_400,
        title="shorter absences raise no flag",
        description="Seconds; shorter absences set Away but raise no flag.",
    )
    during_calls: Annotated[DuringCalls, first_of("off", "flag_after")] = Field(
        DuringCalls.OFF,
        title="during a customer call",
        description="off, or a flag once the call has ended; never a write.",
    )


class DifferentPersonRule(Rule):
    """Somebody else in the seat. Flags only; the state is not touched."""

    enabled: Annotated[bool, OFF] = Field(
        True, title="switched on", description="Whether this is looked for at all."
    )


class CompanyMode(StrEnum):
    """Which other people are the business of `extra_person`. Nobody is ever identified.

    `near`: close to the agent, by size. `near_or_facing`: close, or turned to the screen, however far
    away. `near_and_facing`: close and turned to the screen.
    """

    NEAR = "near"
    NEAR_OR_FACING = "near_or_facing"
    NEAR_AND_FACING = "near_and_facing"


class ExtraPersonRule(Rule):
    """Somebody beside the agent. Who passes in the background, or only for a moment, is nobody's business."""

    mode: Annotated[CompanyMode, first_of("near_and_facing", "near", "near_or_facing")] = Field(
        CompanyMode.NEAR,
        title="which other people count",
        description="near, near_or_facing or near_and_facing.",
    )
    near_size: Annotated[float, higher("ratio")] = Field(
        0.6,
        ge=0.3,
        le=1.5,
        title="size from which somebody is near",
        description="From this size of a face or body, against the agent's (ratio).",
    )
    for_s: Annotated[float, higher("s")] = Field(
        3,
        ge=0,
        le=86_400,
        title="shorter visits do not count",
        description="Seconds; a shorter visit is no finding.",
    )


class PhoneRule(Rule):
    """A phone in the hand or at the ear: always reported as possible."""

    desk_handset: Annotated[bool, OFF] = Field(
        False,
        title="the handset of a desk telephone counts",
        description="Count the handset of a desk telephone too.",
    )


class FoodOrDrinkRule(Rule):
    """Eating or drinking."""


class BannedObjectRule(Rule):
    """A thing of the site's own list in view. Paper and notebooks are not among the model's classes."""

    classes: Annotated[frozenset[str], OWN_LIST] = Field(
        frozenset(),
        title="things on the list",
        description="Classes of the object model, such as book, bottle, laptop, tv.",
    )

    @model_validator(mode="after")
    def _names_something(self, info: ValidationInfo) -> Self:
        unknown = sorted(self.classes - frozenset(THINGS))
        if unknown:
            msg = f"the object model does not know {', '.join(unknown)}; it knows {', '.join(sorted(THINGS))}"
            raise ValueError(msg)
        part_of_a_policy = bool(info.context)  # of one level among others, which may name the things
        if self.enabled and not self.classes and not part_of_a_policy:
            raise ValueError("banned_object is on, but classes names nothing")
        return self


class InputIdleRule(Rule):
    """No keyboard and no mouse, as a platform or the agent's page reports it; never what is typed.

    Ignored in a call, on hold, in after-call work and in a meeting.
    """

    idle_s: Annotated[float, higher("s")] = Field(
        300,
        ge=60,
        le=86_400,
        title="shorter silences of keyboard and mouse do not count",
        description="Seconds; shorter silences do not count.",
    )
    only_with_empty_seat: Annotated[bool, ON] = Field(
        True,
        title="counts only with an empty seat",
        description="Counts only while nobody is seen at the desk.",
    )
