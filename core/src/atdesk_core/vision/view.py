"""Whether the camera still shows the scene in which somebody was last seen.

An empty picture of another scene says nothing about the seat. Two looks at the background decide. A few
hundred corners (ORB) that are found again say where the scene is now: in place, or elsewhere because the
camera was tilted, a lid half closed, a desk raised. Where they are not found again, the coarse structure
of the picture decides, which light does not change: it tells another scene from the same one. A
background that shows too little to know it by, a plain wall or a rim round a face close by, is taken for
the same.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.quality import Thumbnail
from atdesk_core.vision.structure import Agreement, agreement
from atdesk_sdk.detector import Box

_SIDE_PX: Final = 320
_CORNERS: Final = 200
_FAR: Final = 48
"""Two corners that differ in more of their 256 bits are two corners."""
_LEAST_FOUND: Final = 14
_IN_PLACE: Final = 0.02
_ELSEWHERE: Final = 0.04
"""Shares of the long side that the outer parts of a picture moved: the same view, and another one."""
_OUTER: Final = 80
"""Percentile: a picture that turns or grows moves its outer parts most."""
_LEAST_PATCHES: Final = 6
_LEAST_SHARE: Final = 1 / 3
"""A shadow on a bare wall changes a few patches; another scene changes most of them."""
_OTHER_SCENE: Final = 0.4
_SAME_SCENE: Final = 0.7


@dataclass(frozen=True, slots=True)
class Corners:
    """Corners of a picture outside of what people covered, as bytes so that they travel between processes.

    Attributes:
        at: When they were taken, engine's clock.
        scene: The small copies of that picture.
        covered: What people covered in it, in fractions.
        points: float32 pairs, pixels of a copy 320 pixels on the long side.
        descriptors: 32 bytes for each of them.
    """

    at: float
    scene: Thumbnail
    covered: tuple[Box, ...]
    points: bytes
    descriptors: bytes


@dataclass(frozen=True, slots=True)
class View:
    """The scene in which somebody was last seen.

    Attributes:
        scene: The small copies of that picture.
        covered: What people covered in it, in fractions.
        corners: Of it, or of a picture shortly before.
    """

    scene: Thumbnail
    covered: tuple[Box, ...]
    corners: Corners


def remember(
    pixels: Pixels, scene: Thumbnail, covered: tuple[Box, ...], at: float, known: View | None, again_s: float
) -> View:
    """The view with somebody in it. Its corners, which cost 2 ms, are taken anew now and then.

    Args:
        pixels: The picture, BGR.
        scene: Its small copies.
        covered: What people cover in it, in fractions.
        at: Engine's clock, seconds.
        known: The view so far; None for the first.
        again_s: How long corners are kept, seconds.
    """
    if known is not None and 0 <= at - known.corners.at < again_s:
        return replace(known, scene=scene, covered=covered)
    points, descriptors = _corners(pixels, covered)
    return View(scene, covered, Corners(at, scene, covered, points.tobytes(), descriptors.tobytes()))


def has_moved(pixels: Pixels, scene: Thumbnail, view: View | None, *, of_agent: bool) -> bool:
    """Whether this picture shows another scene than `view`, or the same one elsewhere.

    False where nobody was seen yet: the first view of a stream is as good as any.

    Args:
        pixels: The picture, BGR.
        scene: Its small copies.
        view: The scene in which somebody was last seen; None when nobody was.
        of_agent: Whether that was somebody who is compared with an enrolled agent. Where nobody is enrolled,
            a wholly other scene is no agent's scene that was lost: then only a shift of the same one counts.
    """
    if view is None:
        return False
    shift = _shift(pixels, view.corners) if _hold(view) else None
    if shift is not None and not _IN_PLACE < shift <= _ELSEWHERE:
        return shift > _ELSEWHERE
    if not of_agent:
        return False
    found = agreement(scene.area_grey, view.scene.area_grey, view.covered)
    return _tells(found) and found.mean < _OTHER_SCENE


def _hold(view: View) -> bool:
    """Whether its corners are still of this view: whoever touches the camera often sits before it."""
    corners = view.corners
    if corners.scene == view.scene:
        return True
    covered = (*view.covered, *corners.covered)
    found = agreement(view.scene.area_grey, corners.scene.area_grey, covered)
    return not _tells(found) or found.mean >= _SAME_SCENE


def _tells(found: Agreement) -> bool:
    """Whether the background shows enough to know it by."""
    return found.patches >= _LEAST_PATCHES and found.share >= _LEAST_SHARE


def _shift(pixels: Pixels, known: Corners) -> float | None:
    """How far these corners have moved, share of the long side; None when too few are found again."""
    then = np.frombuffer(known.points, np.float32).reshape(-1, 2)
    here, descriptors = _corners(pixels, ())
    pairs = _pairs(np.frombuffer(known.descriptors, np.uint8).reshape(-1, 32), descriptors)
    if len(pairs) < _LEAST_FOUND:
        return None
    first, second = then[pairs[:, 0]], here[pairs[:, 1]]
    cv2.setRNGSeed(1)  # the same frames give the same answer
    _, agree = cv2.estimateAffinePartial2D(first, second, ransacReprojThreshold=3.0)
    if agree is None or int(agree.sum()) < _LEAST_FOUND:
        return None
    moves = (second - first)[agree.ravel() > 0]
    return float(np.percentile(np.hypot(moves[:, 0], moves[:, 1]), _OUTER)) / _SIDE_PX


@cache
def _finder() -> cv2.ORB:
    return cv2.ORB.create(nfeatures=_CORNERS, fastThreshold=12)


def _corners(
    pixels: Pixels, covered: tuple[Box, ...]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Corners outside of what people cover, and what each looks like."""
    shrink = _SIDE_PX / max(pixels.shape[:2])
    width, height = max(8, round(pixels.shape[1] * shrink)), max(8, round(pixels.shape[0] * shrink))
    grey = cv2.cvtColor(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    free = np.full((height, width), 255, np.uint8)
    for box in covered:
        left, top = max(0, int(box.x * width)), max(0, int(box.y * height))
        free[top : max(0, int((box.y + box.height) * height)), left : int((box.x + box.width) * width)] = 0
    corners, descriptors = _finder().detectAndCompute(grey, free)
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
