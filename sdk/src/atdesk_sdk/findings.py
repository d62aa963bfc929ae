"""The closed vocabulary of what the engine may say about a window of observations."""

from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """Everything that can be found. A plugin that declares another output does not load."""

    PRESENT = "present"
    ABSENT = "absent"
    DIFFERENT_PERSON = "different_person"
    EXTRA_PERSON = "extra_person"
    PHONE = "phone"
    FOOD_OR_DRINK = "food_or_drink"
    BANNED_OBJECT = "banned_object"
    INPUT_IDLE = "input_idle"


class CouldNotTell(StrEnum):
    """Why there is no finding. None of these raises a flag or changes a state by itself."""

    NO_SIGNAL = "no_signal"
    CAMERA_OFF = "camera_off"
    STREAM_PAUSED = "stream_paused"
    NOT_OUR_TURN = "not_our_turn"
    TOO_DARK = "too_dark"
    COVERED = "covered"
    FROZEN = "frozen"
    BLURRED = "blurred"
    FACE_TOO_SMALL = "face_too_small"
    FACE_HIDDEN = "face_hidden"
    VIEW_MOVED = "view_moved"
    VIRTUAL_BACKGROUND = "virtual_background"
    UNSURE = "unsure"
    NOT_IDENTIFIED = "not_identified"
    NOT_ENROLLED = "not_enrolled"
    ADAPTER_DOWN = "adapter_down"
    ENGINE_BUSY = "engine_busy"
    PLATFORM_DOUBT = "platform_doubt"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a window of observations amounts to.

    Attributes:
        agent_id: Whom it is about.
        kind: What was found.
        since: When the thing began to be so (engine's clock, seconds since the epoch).
        decided_at: When the engine knew.
        confidence: Share of the judged frames that say so, 0..1.
        look_id: The look that decided it.
        evidence: What it rests on, in English words; empty where the confidence says it all.
    """

    agent_id: str
    kind: FindingKind
    since: float
    decided_at: float
    confidence: float
    look_id: str
    evidence: str = ""
