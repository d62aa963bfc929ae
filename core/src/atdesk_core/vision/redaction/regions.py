"""Which rectangles of a picture are destroyed, and which are kept. Pure geometry, in pixels."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_sdk.detector import Box, DetectedFace

Size = tuple[int, int]
"""Width and height of the picture, pixels."""
Mask = npt.NDArray[np.bool_]

PLAUSIBLE: Final = 0.6
"""Score from which a face-like pattern is taken for a face without looking twice."""
SURE: Final = 0.8
"""Score that hardly anything but a whole face reaches."""
_STEPS: Final = 20
"""Regions end on a grid of so many steps along the picture's long side: their size tells hardly anything."""
_ROUND_A_FACE: Final = 0.5
"""Hair, ears and neck: this share of the longer side of the face's box is added on every side."""
_CORE: Final = 0.1
_OWN: Final = 0.05
_ARMS: Final = 1.2
_OVERHEAD: Final = 0.8
_CHEST: Final = 2.0
"""In widths and heights of the face: what belongs to the agent to the sides, above, and below."""
_HEAD_OF_HEIGHT: Final = 0.4
_HEAD_OF_WIDTH: Final = 0.75
"""A head is within this part of a body's box; a sitting body that the desk cuts off is mostly head."""
_HEAD_AT_EDGE: Final = 0.7
_EDGE: Final = 0.01
"""Of a body that the picture's side cuts, the width says nothing."""
_HAIR: Final = 0.8
_ABOVE: Final = 0.5
_ASIDE: Final = 0.2
_ALIKE: Final = 0.5
_INSIDE: Final = 0.7
_LEAST_PART: Final = 0.4
"""A smaller pattern inside a face is no part of it that a detector takes for a face: it may be another
face behind it, or on a picture before it."""


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of whole pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels."""
        return self.bottom - self.top

    @property
    def part(self) -> tuple[slice, slice]:
        """For indexing a picture."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def whole(size: Size) -> Region:
    """All of the picture."""
    return Region(0, 0, *size)


def face_itself(face: DetectedFace, size: Size, grown: float = 0.0) -> Region:
    """The face's box, grown on every side by a share of its longer side."""
    left, top, right, bottom = _pixels(face.box, size)
    more = grown * max(right - left, bottom - top)
    return _rounded(left - more, top - more, right + more, bottom + more, size)


def core(face: DetectedFace, size: Size) -> Region:
    """What of a bystander's face is destroyed even where it lies before the agent's."""
    return face_itself(face, size, _CORE)


def agents_own(face: DetectedFace, size: Size) -> Region:
    """What of the agent is kept although a bystander's hair or neck may be there."""
    return face_itself(face, size, _OWN)


def round_face(face: DetectedFace, size: Size, growth: float = 1.0) -> Region:
    """The head that a face belongs to, on the grid.

    Args:
        face: Upright or lying: the margin is the same on all sides.
        size: Of the picture.
        growth: 1 for the usual margin.
    """
    return _on_grid(face_itself(face, size, _ROUND_A_FACE * growth), size)


def round_agent(face: DetectedFace, size: Size) -> Region:
    """The agent with shoulders, and hands at the face: what of a room is left in a still, on the grid."""
    left, top, right, bottom = _pixels(face.box, size)
    aside = _ARMS * (right - left)
    above, below = _OVERHEAD * (bottom - top), _CHEST * (bottom - top)
    return _on_grid(_rounded(left - aside, top - above, right + aside, bottom + below, size), size)


def head_of(body: Box, size: Size) -> Region:
    """Where the head of a body is, on the grid: the upper part, in full width."""
    left, top, right, bottom = _pixels(body, size)
    at_edge = body.x < _EDGE or body.x + body.width > 1 - _EDGE
    of_height = _HEAD_AT_EDGE if at_edge else _HEAD_OF_HEIGHT
    deep = max(of_height * (bottom - top), _HEAD_OF_WIDTH * (right - left))
    return _on_grid(_rounded(left, top, right, min(bottom, top + deep), size), size)


def is_head_of(face: DetectedFace, body: Box) -> bool:
    """Whether this face sits where the head of this body has to be."""
    middle = face.box.x + face.box.width / 2
    above = face.box.y - body.y
    return (
        body.x <= middle <= body.x + body.width
        and -_ABOVE * face.box.height <= above <= _HAIR * face.box.height
    )


def is_part_of(found: DetectedFace, face: DetectedFace) -> bool:
    """Whether a find is this face once more, its mouth or the whole head, and not another face before it."""
    box, other = found.box, face.box
    across = min(box.x + box.width, other.x + other.width) - max(box.x, other.x)
    down = min(box.y + box.height, other.y + other.height) - max(box.y, other.y)
    shared = max(across, 0.0) * max(down, 0.0)
    if shared >= _ALIKE * (box.area + other.area - shared):
        return True
    if box.score >= SURE or box.width < _LEAST_PART * other.width:
        return False
    return shared >= _INSIDE * min(box.area, other.area)


def figure(face: DetectedFace, body: Box | None, size: Size) -> Mask:
    """The agent alone: an ellipse round the head, and shoulders and trunk as far as a body was found.

    It errs towards too little: what is beside the neck, or between the arms, is not the agent.
    """
    left, top, right, bottom = _pixels(face.box, size)
    wide, tall, middle = right - left, bottom - top, (left + right) / 2
    drawn = np.zeros((size[1], size[0]), np.uint8)
    centre = (round(middle), round(top + 0.42 * tall))
    cv2.ellipse(drawn, centre, (round(0.58 * wide), round(0.75 * tall)), 0, 0, 360, 1, -1)
    if body is not None:
        frame = _pixels(body, size)
        low, neck, shoulder = frame[3], bottom, bottom + 0.5 * tall
        outline = [(-0.4, neck), (0.4, neck), (1.0, shoulder), (1.0, low), (-1.0, low), (-1.0, shoulder)]
        points = [(np.clip(middle + x * wide, frame[0], frame[2]), min(y, low)) for x, y in outline]
        cv2.fillPoly(drawn, [np.round(np.array(points)).astype(np.int32)], 1)
    return drawn > 0


def _pixels(box: Box, size: Size) -> tuple[float, float, float, float]:
    wide, tall = size
    return box.x * wide, box.y * tall, (box.x + box.width) * wide, (box.y + box.height) * tall


def _rounded(left: float, top: float, right: float, bottom: float, size: Size) -> Region:
    """Outward to whole pixels, inside the picture."""
    return Region(
        max(0, int(np.floor(left))),
        max(0, int(np.floor(top))),
        min(size[0], int(np.ceil(right))),
        min(size[1], int(np.ceil(bottom))),
    )


def _on_grid(region: Region, size: Size) -> Region:
    """Outward to the grid."""
    step = max(1, round(max(size) / _STEPS))
    return Region(
        region.left // step * step,
        region.top // step * step,
        min(size[0], -(-region.right // step) * step),
        min(size[1], -(-region.bottom // step) * step),
    )
