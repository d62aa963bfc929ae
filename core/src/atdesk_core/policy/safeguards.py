"""What protects the agent beside the rules: stills, pause, desk check, review, evidence, retention."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from atdesk_core.policy.direction import MORE, OFF, OWN_LIST, first_of, higher, lower
from atdesk_core.policy.rules import Part
from atdesk_sdk import FindingKind


class StillsRule(Part):
    """The judged frame, blurred and encrypted, for a reviewer. Off unless switched on."""

    enabled: Annotated[bool, OFF] = Field(
        False, title="a still is kept", description="Keep the judged frame, redacted and encrypted."
    )
    life_days: Annotated[float, lower("days")] = Field(
        7, ge=0, le=20, title="life of a still", description="Days until a still is destroyed."
    )
    room: Annotated[bool, OFF] = Field(
        False,
        title="the room can be recognised in a still",
        description="Without it all that is not the agent's figure is destroyed, and a frame in which nobody "
        "is surely the agent gives no still.",
    )
    viewers: Annotated[frozenset[str], OWN_LIST] = Field(
        frozenset({"lead"}), title="who may open a still", description="Roles, or ids of named reviewers."
    )


class PauseReason(StrEnum):
    """What an agent may be asked for when pausing. Never an answer that has to be given."""

    NONE = "none"
    CATEGORY = "category"
    TEXT = "text"


class PauseRule(Part):
    """The agent's own stop. There is no quota, and no level can switch it off."""

    reason: Annotated[PauseReason, first_of("none", "category", "text")] = Field(
        PauseReason.NONE, title="reason of a pause", description="none, a category, or a typed text."
    )
    categories: Annotated[tuple[str, ...], OWN_LIST] = Field(
        ("water", "restroom", "family", "delivery", "other"),
        max_length=20,
        title="categories of a pause",
        description="What can be chosen where a category may be given.",
    )


class DeskCheckRule(Part):
    """Announced ahead; a human looks in a normal video call; no software analyses the picture."""

    enabled: Annotated[bool, OFF] = Field(
        False, title="scheduled desk checks", description="A human may look at an announced time."
    )
    announce_min_s: Annotated[float, higher("s")] = Field(
        900,
        ge=0,
        le=604_800,
        title="a desk check is announced ahead by",
        description="Seconds from the announcement to the call, at least.",
    )
    per_week: Annotated[int, lower("checks")] = Field(
        2, ge=0, le=20, title="desk checks a week", description="For each agent, at most."
    )
    items: Annotated[tuple[str, ...], OWN_LIST] = Field(
        ("phone", "paper", "others_in_room"),
        max_length=20,
        title="items of a desk check",
        description="What the checklist on the lead's card asks.",
    )


class ReviewRules(Part):
    """What happens to a flag before anybody may rely on it."""

    two_people: Annotated[frozenset[FindingKind], MORE] = Field(
        frozenset({FindingKind.DIFFERENT_PERSON}),
        title="findings that take two reviewers",
        description="A flag of these stands only when two people say so.",
    )
    dispute_days: Annotated[float, higher("days")] = Field(
        14, ge=1, le=90, title="time to dispute a flag", description="Days that the agent has."
    )
    overturn_share: Annotated[float, lower("share")] = Field(
        0.2,
        ge=0,
        le=1,
        title="share of overturned flags that sends a rule into shadow mode",
        description="Overturned among the reviewed flags of a rule, 0..1.",
    )
    overturn_least: Annotated[int, lower("flags")] = Field(
        10,
        ge=1,
        le=1000,
        title="reviewed flags before that share counts",
        description="With fewer reviewed flags the share says nothing yet.",
    )


class EvidenceRules(Part):
    """More evidence than the engine asks for by itself; never less."""

    absent_frames: Annotated[int, higher("frames")] = Field(
        2, ge=2, le=20, title="frames with nobody in them", description="Before `absent` is found, at least."
    )
    other_frames: Annotated[int, higher("frames")] = Field(
        2,
        ge=2,
        le=20,
        title="frames of somebody else",
        description="Before `different_person` is found, at least.",
    )
    window_frames: Annotated[int, lower("frames")] = Field(
        20, ge=2, le=20, title="newest frames that are weighed", description="At most."
    )
    looks_needed: Annotated[int, higher("looks")] = Field(
        1,
        ge=1,
        le=5,
        title="separate looks that must find nobody",
        description="Before `absent` is found, at least.",
    )


class RetentionRules(Part):
    """How long the decision log is kept. It holds no picture, no name and no free text."""

    ledger_days: Annotated[int, lower("days")] = Field(
        365, ge=1, le=3650, title="the log is kept for", description="Days, then rows are destroyed."
    )
    ledger_days_least: Annotated[int, higher("days")] = Field(
        0,
        ge=0,
        le=366,
        title="the log is kept for at least",
        description="The agent's own proof: no level may make it shorter.",
    )
