"""Where the demo's frames come from: the film, through Zoom's meeting; or the agent's own page and webcam."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Film:
    """Played through Zoom; the agent has agreed and is enrolled before it begins.

    Attributes:
        camera: What the agent's camera shows: a video file, JPEG pictures, or a function of seconds.
        photos: Of the agent.
    """

    camera: object
    photos: Sequence[Path]


@dataclass(frozen=True, slots=True)
class OwnWebcam:
    """A person plays the agent: signs in, agrees and is enrolled on the page, whose camera is the source."""
