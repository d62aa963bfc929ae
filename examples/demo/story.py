"""The script of the demo, as data: who is before the camera when, and what is said about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Seat(StrEnum):
    """Who is before the camera."""

    AGENT = "agent"
    NOBODY = "nobody"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Scene:
    """A stretch of the film.

    Attributes:
        name: Short, in one word or two.
        starts_s: Seconds from the beginning of the film.
        seat: Who is there.
        says: What happens, as the audience reads it.
        dark: The light goes out.
    """

    name: str
    starts_s: float
    seat: Seat
    says: str
    dark: bool = False


PRESENT: Final = Scene("present", 0.0, Seat.AGENT, "At the desk, On Queue, camera on in the team meeting.")
AWAY: Final = Scene("away", 9.0, Seat.NOBODY, "Leaves the desk.")
BACK: Final = Scene("back", 34.0, Seat.AGENT, "Comes back.")
OTHER: Final = Scene("someone else", 45.0, Seat.OTHER, "Somebody else sits down.")
BACK_AGAIN: Final = Scene("back again", 63.0, Seat.AGENT, "The agent is back once more.")
DARK: Final = Scene("dark", 71.0, Seat.AGENT, "The light goes out.", dark=True)
LIGHT: Final = Scene("light", 78.0, Seat.AGENT, "The light is on again.")
PAUSED: Final = Scene(
    "paused", 81.0, Seat.NOBODY, "Takes a break, by a click in the console, and leaves the desk."
)

SCENES: Final = (PRESENT, AWAY, BACK, OTHER, BACK_AGAIN, DARK, LIGHT, PAUSED)
ENDS_S: Final = 90.0
"""Length of the film, seconds."""


def scene_at(at_s: float) -> Scene:
    """The scene that plays at a time of the film; the last one goes on for ever."""
    return next((scene for scene in reversed(SCENES) if scene.starts_s <= at_s), PRESENT)
