"""The rules of a policy: one for each thing that may be found. Every field says its unit.

Only absence and different_person are on unless a site says otherwise: what no rule asks for is not
measured either.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from atdesk_sdk.coco import THINGS

Seconds = Annotated[float, Field(ge=0, le=86_400)]


class Part(BaseModel):
    """A part of a policy: unknown keys are refused, and nothing is changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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

    enabled: bool = False
    agent_first_s: Seconds = Field(
        60, description="Seconds from the first delivered notice to anything a lead sees."
    )


class AbsenceRule(Rule):
    """Nobody at the desk."""

    enabled: bool = True
    write_away: bool = Field(True, description="Set the agent's state to Away.")
    min_flag_s: Seconds = Field(300, description="Shorter absences set Away but raise no flag.")
    during_calls: DuringCalls = DuringCalls.OFF


class DifferentPersonRule(Rule):
    """Somebody else in the seat. Flags only; the state is not touched."""

    enabled: bool = True


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

    mode: CompanyMode = CompanyMode.NEAR
    near_size: float = Field(
        0.6, ge=0.3, le=1.5, description="From this size of a face or body, against the agent's (ratio)."
    )
    for_s: Seconds = Field(3, description="Shorter visits are no finding.")


class PhoneRule(Rule):
    """A phone in the hand or at the ear: always reported as possible."""

    desk_handset: bool = Field(False, description="Count the handset of a desk telephone too.")


class FoodOrDrinkRule(Rule):
    """Eating or drinking."""


class BannedObjectRule(Rule):
    """A thing of the site's own list in view. Paper and notebooks are not among the model's classes."""

    classes: frozenset[str] = Field(
        frozenset(), description="Classes of the object model, such as book, bottle, laptop, tv."
    )

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        unknown = sorted(self.classes - frozenset(THINGS))
        if unknown:
            msg = f"the object model does not know {', '.join(unknown)}; it knows {', '.join(sorted(THINGS))}"
            raise ValueError(msg)
        if self.enabled and not self.classes:
            raise ValueError("banned_object is on, but classes names nothing")
        return self


class InputIdleRule(Rule):
    """No keyboard and no mouse, as a platform or the agent's page reports it; never what is typed.

    Ignored in a call, on hold, in after-call work and in a meeting.
    """

    enabled: bool = False
    idle_s: Annotated[float, Field(ge=60, le=86_400)] = Field(
        300, description="Shorter silences do not count."
    )
    only_with_empty_seat: bool = Field(True, description="Counts only while nobody is seen at the desk.")
