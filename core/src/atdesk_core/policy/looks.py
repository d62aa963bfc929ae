"""When frames are opened, how many, and in which meetings."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from atdesk_core.policy.direction import FEWER, MORE, OFF, higher, lower
from atdesk_core.policy.rules import LookReason, Part
from atdesk_sdk import Presence


class LookRules(Part):
    """When frames are opened, and how many."""

    reasons: Annotated[frozenset[LookReason], FEWER] = Field(
        frozenset(
            {
                LookReason.STATE_CHANGE,
                LookReason.CALL_STARTED,
                LookReason.WATCH,
                LookReason.RETURNING,
                LookReason.SELF_TEST,
            }
        ),
        title="reasons for a look",
        description="Reasons for which a look may be opened at all. `random` is off unless listed.",
    )
    preset_forbids: Annotated[frozenset[LookReason], MORE] = Field(
        frozenset(),
        title="reasons that no setting allows",
        description="Worked out from the presets: a reason in here is refused as forbidden by a preset.",
    )
    max_frames: Annotated[int, lower("frames")] = Field(
        6, ge=1, le=60, title="frames in one look", description="At most."
    )
    max_s: Annotated[float, lower("s")] = Field(
        5, ge=0, le=86_400, title="length of one look", description="Seconds from its first frame."
    )
    watch_every_s: Annotated[float, higher("s")] = Field(
        15,
        ge=0,
        le=86_400,
        title="time between watch looks",
        description="Seconds from one watch look to the next.",
    )
    watch_frames: Annotated[int, lower("frames")] = Field(
        2, ge=1, le=60, title="frames in a quiet watch look", description="At most."
    )
    alert_interval_s: Annotated[float, higher("s")] = Field(
        1.0,
        ge=0.5,
        le=5,
        title="time between frames in doubt",
        description="Seconds between frames as soon as nobody may be there.",
    )
    returning_every_s: Annotated[float, higher("s")] = Field(
        10,
        ge=0,
        le=86_400,
        title="time between looks for the return",
        description="Seconds between looks while an Away of ours stands.",
    )
    frames_per_shift: Annotated[int, lower("frames")] = Field(
        20_000, ge=0, le=1_000_000, title="opened frames in a shift", description="Hard cap on opened frames."
    )
    returning_frames_per_shift: Annotated[int, lower("frames")] = Field(
        3_000,
        ge=0,
        le=1_000_000,
        title="opened frames for the return in a shift",
        description="A budget of its own for `returning`.",
    )
    indicator_s_per_shift: Annotated[float, lower("s")] = Field(
        86_400,
        ge=0,
        le=86_400,
        title="time with the indicator on in a shift",
        description="Hard cap on the seconds that looks are open, those in standing rooms included.",
    )
    random_per_shift: Annotated[int, lower("looks")] = Field(
        0, ge=0, le=24, title="random looks in a shift", description="At most."
    )
    page: Annotated[bool, OFF] = Field(
        False,
        title="looks through the agent's own page",
        description="Frames may come from the camera of the agent's own page, outside every meeting.",
    )
    page_in_call: Annotated[bool, OFF] = Field(
        False,
        title="looks through the page in a call",
        description="Also in a customer call and in its after-call work.",
    )
    while_presence: Annotated[frozenset[Presence], FEWER] = Field(
        frozenset({Presence.AVAILABLE, Presence.ON_QUEUE, Presence.MEETING, Presence.IDLE}),
        title="states in which a look may be opened",
        description="Only in these states is anybody looked at. A status nobody mapped is none of them.",
    )


class MeetingRule(Part):
    """A meeting that may be looked into."""

    id: str = Field(
        min_length=1,
        max_length=200,
        title="id of the meeting",
        description="Id of the meeting or of its series on the platform.",
    )
    purpose: str = Field(
        min_length=3, max_length=300, title="its purpose", description="Why; the agent's page names it."
    )


def epoch_seconds(value: object) -> object:
    """A date with its zone, as TOML writes it, in seconds since 1970; anything else as it stands."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("write the time with its zone, such as 2026-12-01T00:00:00Z")
        return value.timestamp()
    return value
