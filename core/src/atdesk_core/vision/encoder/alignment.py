"""A face turned, scaled and moved to where encoders of the ArcFace kind expect its five points.

Another alignment gives other numbers for the same face: whoever changes this gives it another number in
`models.brought`, so that templates made before are not read.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from atdesk_core.vision.decode import Pixels

_SIDE_PX: Final = 112
_POINTS: Final = np.array(
    [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)]
)
"""Eyes, nose and corners of the mouth in a picture of 112 x 112 pixels, left to right as it is seen."""
_LEAST_SPREAD_PX: Final = 2.0
"""Five points nearer to each other than this are no face: they cannot say how it is turned."""

Matrix = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def aligned(picture: Pixels, points: Sequence[tuple[float, float]], side: int) -> Pixels | None:
    """The face as a square picture.

    Args:
        picture: BGR.
        points: Five, as in `DetectedFace.landmarks`, pixels of `picture`.
        side: Of the square, pixels.

    Returns:
        The square, black where the picture ends; None when the points are no face.
    """
    turn = similarity(np.asarray(points, np.float64), _POINTS * (side / _SIDE_PX))
    if turn is None:
        return None
    return np.asarray(cv2.warpAffine(picture, turn, (side, side), flags=cv2.INTER_LINEAR), np.uint8)


def similarity(points: Matrix, goal: Matrix) -> Matrix | None:
    """The 2 x 3 matrix that turns, scales and moves points nearest to a goal, in the least squares.

    A point is taken as a complex number: to turn and scale is then one product.

    Returns:
        None when the points lie on one spot or are not numbers.
    """
    start, end = points[:, 0] + 1j * points[:, 1], goal[:, 0] + 1j * goal[:, 1]
    apart = start - start.mean()
    spread = float(np.vdot(apart, apart).real)
    if not spread > _LEAST_SPREAD_PX**2:  # NaN included
        return None
    turn = np.vdot(apart, end - end.mean()) / spread
    shift = end.mean() - turn * start.mean()
    return np.array([(turn.real, -turn.imag, shift.real), (turn.imag, turn.real, shift.imag)])
