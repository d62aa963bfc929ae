"""When the whole picture is searched for faces although the one in the seat is followed in a small copy.

A face further back is lost in the copy in which the agent's own is found. So as long as persons beside
the agent are to be counted, the whole picture is searched every few seconds, as soon as anything moves
beside the seat, and while somebody is there.
"""

from typing import Final

from atdesk_core.vision.memory import Memory, Plan
from atdesk_core.vision.quality import Change
from atdesk_sdk.detector import Box

_MOVED: Final = 2.0
_NOISE_FACTOR: Final = 2.0


def whole_picture(memory: Memory, plan: Plan, change: Change | None, at: float) -> bool:
    """Whether to search the whole picture now, for faces beside the one in the seat."""
    if not plan.company:
        return False
    if memory.track is None or change is None or len(memory.faces) > 1:
        return True
    if not 0 <= at - memory.whole_at < plan.company_s:
        return True
    moved = change.most_beside(_column(memory.track.box))
    return moved > max(_MOVED, _NOISE_FACTOR * change.background)


def _column(face: Box) -> Box:
    """Where a person of this face moves the picture: three faces across, all the way down."""
    return Box(face.x - face.width, 0.0, 3 * face.width, 1.0, 1.0)
