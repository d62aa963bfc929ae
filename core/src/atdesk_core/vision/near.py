"""A second look for a body that fills the picture.

The body detector learned from people some way off. A torso close before the camera, the head cut off, or
somebody who sleeps on the desk, is too large for it, and is found in a picture of half the size. So before
a seat is called empty, the picture is searched once more in that way, for large bodies only.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from atdesk_core.vision.decode import Pixels, shrunk
from atdesk_core.vision.memory import Memory
from atdesk_sdk.detector import Box, PersonDetector

_AGAIN_S: Final = 5.0
_LEAST_AREA: Final = 0.25
_LEAST_SCORE: Final = 0.2


def is_due(memory: Memory, at: float) -> bool:
    """Whether somebody was seen since the last such look, or it was too long ago."""
    return memory.near_at is None or not 0 <= at - memory.near_at < _AGAIN_S


def bodies(pixels: Pixels, detector: PersonDetector) -> tuple[Box, ...]:
    """Large bodies in fractions of the picture, as a search of half its size finds them."""
    height, width = pixels.shape[:2]
    canvas = np.zeros_like(pixels)
    small = shrunk(pixels, width // 2, height // 2)
    top, left = height - height // 2, (width - width // 2) // 2
    canvas[top : top + height // 2, left : left + width // 2] = small
    found = [_enlarged(box) for box in detector.detect(canvas)]
    return tuple(box for box in found if box.area >= _LEAST_AREA and box.score >= _LEAST_SCORE)


def noted(memory: Memory, found: Sequence[Box], at: float) -> Memory:
    """The memory after such a look: whoever was found is looked for again at once."""
    return replace(memory, near_at=None if found else at)


def _enlarged(box: Box) -> Box:
    """From the canvas, whose lower middle the picture fills, to the picture."""
    left, top = max(0.0, 2 * box.x - 0.5), max(0.0, 2 * box.y - 1.0)
    right, bottom = min(1.0, 2 * (box.x + box.width) - 0.5), min(1.0, 2 * (box.y + box.height) - 1.0)
    return Box(left, top, max(0.0, right - left), max(0.0, bottom - top), box.score)
