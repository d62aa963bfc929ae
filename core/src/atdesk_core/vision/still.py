"""A frame becomes the picture of a still: redacted, cropped to the agent, JPEG. In memory, in a worker."""

from dataclasses import dataclass
from typing import Final

import cv2

from atdesk_core.vision.decode import Pixels, decode_frame
from atdesk_core.vision.header import Unreadable
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.redaction import Eyes, Redacted, Refusal, Refused, redact
from atdesk_sdk.detector import Frame

_QUALITY: Final = 85


@dataclass(frozen=True, slots=True)
class StillPicture:
    """What may be sealed.

    Attributes:
        jpeg: Without any metadata.
        agent_shown: Whether it is cropped to the agent. False for an empty seat, or when no face was
            surely the agent's: then every face in it was destroyed.
        regions: How many places were made unrecognisable.
    """

    jpeg: bytes
    agent_shown: bool
    regions: int


def still_of(
    frame: Frame, enrolment: Enrolment | None, eyes: Eyes, *, room: bool = False
) -> StillPicture | Refused:
    """Redact a frame, and leave of it what is round the agent.

    Args:
        frame: As it came.
        enrolment: The agent's template; without one every face is destroyed.
        eyes: See `Eyes.of`.
        room: Whether what is not the agent may be recognised, faces apart. Without it there is no picture of
            a seat in which nobody is surely the agent.

    Returns:
        The picture, or the reason why there is none. Never raises because of the picture.
    """
    try:
        outcome = redact(decode_frame(frame).pixels, enrolment, eyes, background=not room)
        if isinstance(outcome, Refused):
            return outcome
        return StillPicture(_jpeg(_cropped(outcome)), outcome.agent_shown, outcome.regions)
    except Unreadable:
        return Refused(Refusal.BAD_PICTURE)
    except cv2.error as error:
        return Refused(Refusal.STEP_BROKE, type(error).__name__)


def _cropped(outcome: Redacted) -> Pixels:
    return outcome.pixels if outcome.round_agent is None else outcome.pixels[outcome.round_agent.part]


def _jpeg(pixels: Pixels) -> bytes:
    good, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not good:
        raise cv2.error("the picture cannot be encoded")
    return bytes(data.tobytes())
