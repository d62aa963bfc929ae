"""Whether a face shows enough detail to be told from another.

The encoder takes a blurred face for somebody else's, with confidence. So the fine detail of a face is
weighed against its coarse features: a lens that is out of focus or dirty, or a head that moves, takes away
the first and leaves the second: along one direction when the head moves, so each is weighed by itself.
A ratio of two scales hardly depends on light, contrast or noise.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_core.vision.decode import Pixels
from atdesk_sdk.detector import Box

LEAST: Final = 0.23
"""A face that is blurred by 2 % of its width mostly shows this much; from 4 % on the encoder errs."""
_SIDE_PX: Final = 48
_SCALES: Final = (0.7, 1.4, 2.8)
_ACROSS: Final = 1.0
"""Pixels of the small copy: how far the other direction is smoothed."""


def detail(pixels: Pixels, face: Box) -> float:
    """Fine detail against coarse features: above 0.25 in a sharp face, below 0.2 in a blurred one.

    Args:
        pixels: The picture, BGR.
        face: In fractions of it.
    """
    height, width = pixels.shape[:2]
    left, top = int(face.x * width), int(face.y * height)
    right, bottom = int((face.x + face.width) * width), int((face.y + face.height) * height)
    part = np.ascontiguousarray(pixels[top : max(bottom, top + 2), left : max(right, left + 2)])
    grey = cv2.cvtColor(part, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA).astype(np.float32)
    upright = np.ascontiguousarray(small.T)
    return min(_along_rows(small), _along_rows(upright))


def _along_rows(face: npt.NDArray[np.float32]) -> float:
    fine, middle, coarse = (cv2.GaussianBlur(face, (0, 0), scale, sigmaY=_ACROSS) for scale in _SCALES)
    return float((fine - middle).var()) / max(float((middle - coarse).var()), 1.0)
