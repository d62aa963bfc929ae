"""Whether the camera looks elsewhere than when somebody was last seen: tilted, lid half closed, desk raised.

An empty picture then says nothing about the seat.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_core.vision.quality import HEIGHT, WIDTH, Thumbnail

_LEAST_SHIFT: Final = 3.0
_CLEAR: Final = 0.25
_HERE: Final = 0.5


def has_moved(now: Thumbnail, scene: Thumbnail | None) -> bool:
    """Whether the scene of `scene` is still there, but elsewhere in the picture.

    Both copies are reduced to their edges and one is slid over the other. A clear best fit away from
    the middle, where the unshifted picture fits badly, is a camera that was moved. A picture with
    nothing of the old scene in it has no clear fit, and is not called moved.
    """
    if scene is None:
        return False
    first, second = _edges(scene.area_grey), _edges(now.area_grey)
    (across, down), response = cv2.phaseCorrelate(
        first, second, cv2.createHanningWindow((WIDTH, HEIGHT), cv2.CV_32F)
    )
    if np.hypot(across, down) < _LEAST_SHIFT or response < _CLEAR:
        return False
    unshifted = float(np.corrcoef(first.ravel(), second.ravel())[0, 1])
    return unshifted < _HERE


def _edges(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down), np.float32)
