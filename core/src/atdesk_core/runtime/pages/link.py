"""What a page, or a forwarder, is asked for, and the sockets over which it is asked."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LookOrder:
    """What the page is asked for.

    Attributes:
        look_id: Every frame is sent under it.
        reason: A `LookReason`, for the agent's eyes.
        fps: Frames a second, at the most.
        max_frames: Then the look is over.
        max_side: Longer side of a picture, pixels.
    """

    look_id: str
    reason: str
    fps: float
    max_frames: int
    max_side: int = 480


class FrameLink(Protocol):
    """The socket of a page that gives frames. Nothing here waits or raises."""

    def start_look(self, order: LookOrder) -> None:
        """Open the camera and send."""
        ...

    def end_look(self, look_id: str) -> None:
        """Close the camera; a look that is over already is no matter."""
        ...

    def pace(self, fps: float) -> None:
        """Send no more than so many frames a second in the look that is open."""
        ...

    def superseded(self) -> None:
        """Another page of the same agent took its place: this one is over."""
        ...


class FrameCarrier(FrameLink, Protocol):
    """A socket that may serve a page which waits for looks on another line."""

    def over(self) -> None:
        """The page that it served is closed, or needs it no more."""
        ...
