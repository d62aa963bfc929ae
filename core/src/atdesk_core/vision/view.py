"""Whether the camera looks elsewhere than when somebody was last seen: tilted, lid half closed, desk raised.

An empty picture then says nothing about the seat. The view is known again by a few hundred corners of
the background (ORB): most of them are found again, and if they are found elsewhere, the camera moved.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_core.vision.decode import Pixels

_SIDE_PX: Final = 320
_CORNERS: Final = 200
_FAR: Final = 48
"""Two corners that differ in more of their 256 bits are two corners."""
_LEAST_FOUND: Final = 14
_SHIFT: Final = 0.04


@dataclass(frozen=True, slots=True)
class View:
    """Corners of a picture, as bytes so that they travel between processes.

    Attributes:
        at: When it was taken, engine's clock.
        points: float32 pairs, pixels of a copy 320 pixels on the long side.
        descriptors: 32 bytes for each of them.
    """

    at: float
    points: bytes
    descriptors: bytes


def remember(pixels: Pixels, at: float) -> View:
    """The corners of this picture."""
    points, descriptors = _corners(pixels)
    return View(at, points.tobytes(), descriptors.tobytes())


def has_moved(pixels: Pixels, view: View | None) -> bool:
    """Whether the scene of `view` is in this picture, but elsewhere.

    A picture in which too little of it is found again (another place, a virtual background, somebody
    close before the lens) is not called moved.
    """
    if view is None or not view.points:
        return False
    then = np.frombuffer(view.points, np.float32).reshape(-1, 2)
    here, descriptors = _corners(pixels)
    pairs = _pairs(np.frombuffer(view.descriptors, np.uint8).reshape(-1, 32), descriptors)
    if len(pairs) < _LEAST_FOUND:
        return False
    first, second = then[pairs[:, 0]], here[pairs[:, 1]]
    cv2.setRNGSeed(1)  # the same frames give the same answer
    _, agree = cv2.estimateAffinePartial2D(first, second, ransacReprojThreshold=3.0)
    if agree is None or int(agree.sum()) < _LEAST_FOUND:
        return False
    moves = (second - first)[agree.ravel() > 0]
    return float(np.median(np.hypot(moves[:, 0], moves[:, 1]))) > _SHIFT * _SIDE_PX


@cache
def _finder() -> cv2.ORB:
    return cv2.ORB.create(nfeatures=_CORNERS, fastThreshold=12)


def _corners(pixels: Pixels) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    shrink = _SIDE_PX / max(pixels.shape[:2])
    size = (max(8, round(pixels.shape[1] * shrink)), max(8, round(pixels.shape[0] * shrink)))
    grey = cv2.cvtColor(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    corners, descriptors = _finder().detectAndCompute(grey, None)
    if descriptors is None:
        return np.empty((0, 2), np.float32), np.empty((0, 32), np.uint8)
    return np.array([corner.pt for corner in corners], np.float32), np.asarray(descriptors, np.uint8)


def _pairs(then: npt.NDArray[np.uint8], here: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Indices of corners that are each other's nearest and alike."""
    if not len(then) or not len(here):
        return np.empty((0, 2), np.int64)
    found = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(then, here)
    alike = [(pair.queryIdx, pair.trainIdx) for pair in found if pair.distance <= _FAR]
    return np.array(alike, np.int64).reshape(-1, 2)
