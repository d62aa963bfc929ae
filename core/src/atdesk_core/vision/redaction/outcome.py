"""What comes out of a redaction: a picture that may be kept, or the reason why there is none."""

from dataclasses import dataclass
from enum import StrEnum

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.redaction.regions import Region


class Refusal(StrEnum):
    """Why there is no redacted picture. Closed: these words and no others reach a log."""

    BAD_PICTURE = "bad_picture"
    """It is no 8-bit picture of three colours, or is too small or too large."""
    TOO_DARK = "too_dark"
    """Somebody who is not found may still be made visible by brightening it."""
    CROWD = "crowd"
    """More faces than a workplace has."""
    NO_AGENT = "no_agent"
    """The background was to go, and no face is surely the agent's: nothing would be left."""
    NO_ENCODER = "no_encoder"
    """Without one nobody can check that the redacted faces are not known again."""
    STEP_BROKE = "step_broke"
    """A detector or the encoder failed, or gave what is no number."""
    FACE_LEFT = "face_left"
    """A face was found in the redacted picture, twice."""
    LINKABLE = "linkable"
    """The encoder does not tell a redacted face from the original, twice."""


@dataclass(frozen=True, slots=True, eq=False)
class Redacted:
    """A picture that may be kept.

    Attributes:
        pixels: BGR, at most 1280 pixels on the long side; its own memory, and nothing but pixels.
        agent_shown: Whether the agent's face is in it. False when no face was surely the agent's.
        regions: How many places were made unrecognisable. Not a number of persons: what only looks
            like a face counts, and one person can count twice.
        hidden: Share of the picture that was destroyed, 0..1.
        round_agent: Head, shoulders and hands of the agent: what a still is cropped to; None when no face
            was surely the agent's.
    """

    pixels: Pixels
    agent_shown: bool
    regions: int
    hidden: float
    round_agent: Region | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """There is no picture.

    Attributes:
        reason: Why.
        detail: For `STEP_BROKE`: the class of the error. Never its message, which may hold a value.
    """

    reason: Refusal
    detail: str = ""
