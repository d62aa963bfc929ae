"""Whether a face shows what it is told by: a mask, a hand or dark glasses make it anybody's.

The encoder takes the agent with a mask for somebody else. So before a face is called somebody else's, its
mouth must show (its rows differ in brightness, weighed against the eyes, which dark glasses hide) and the
cheeks beside it must have about the colour of the skin between the eyes, which no mask has.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.encoder.alignment import aligned
from atdesk_sdk.detector import DetectedFace

_SIDE_PX: Final = 112
_EYES: Final = (slice(45, 59), slice(28, 49)), (slice(45, 59), slice(63, 84))
_BRIDGE: Final = slice(48, 56), slice(52, 61)
_MOUTH: Final = slice(82, 104), slice(40, 73)
_CHEEKS: Final = (slice(78, 90), slice(30, 39)), (slice(78, 90), slice(74, 83))
"""Rows and columns in the aligned face."""
_LEAST_EYES: Final = 3.0
_MOUTH_SEEN: Final = 0.2
_EYES_SEEN: Final = 1.4
"""Contrast of the mouth against that of the eyes: below a mouth is hidden, above the eyes are."""
_SKIN: Final = 20.0
"""Distance of two colours (a and b of Lab) that skin in one light keeps below."""


def is_bare(picture: Pixels, face: DetectedFace) -> bool:
    """Whether eyes, mouth and cheeks show. True for nearly all bare faces, false for masks.

    Args:
        picture: BGR.
        face: With its five points.
    """
    square = aligned(picture, face.landmarks, _SIDE_PX)
    if square is None:
        return False
    colours = cv2.cvtColor(square, cv2.COLOR_BGR2LAB).astype(np.float32)
    light = colours[..., 0]
    eyes = float(np.concatenate([light[eye].ravel() for eye in _EYES]).std())
    mouth = float(light[_MOUTH].mean(axis=1).std()) / max(eyes, _LEAST_EYES)
    between = _colour(colours[_BRIDGE])
    cheeks = (_colour(colours[_CHEEKS[0]]) + _colour(colours[_CHEEKS[1]])) / 2
    return _MOUTH_SEEN <= mouth <= _EYES_SEEN and float(np.hypot(*(cheeks - between))) <= _SKIN


def _colour(part: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(np.median(part.reshape(-1, 3), axis=0)[1:], np.float32)
