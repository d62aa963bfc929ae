"""Faces by YuNet: first in a 320-pixel copy, and in a 640-pixel one only when none was found."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from atdesk_core.vision import yunet
from atdesk_core.vision.decode import Pixels, shrunk
from atdesk_sdk.detector import Box, DetectedFace

_SIDES_PX: Final = (320, 640)


class YuNet:
    """`FaceDetector` over onnxruntime. One thread.

    Args:
        score: Least score of a face, 0..1.
        sides: Long sides of the copies that are searched, in pixels, until a face is found.
        most: See `YuNetNetwork`.
    """

    name = yunet.NAME

    def __init__(self, score: float = 0.5, *, sides: Sequence[int] = _SIDES_PX, most: int = 100) -> None:
        self._network = yunet.YuNetNetwork(score, most)
        self._sides = tuple(sides)

    def detect(self, picture: Pixels) -> Sequence[DetectedFace]:
        """Faces, largest first; points in pixels of `picture`.

        Raises:
            BrokenModel: It gave numbers that are none.
        """
        longest = max(picture.shape[:2])
        for side in self._sides:
            found = self._search(picture, side)
            if found or longest <= side:
                return found
        return ()

    def _search(self, picture: Pixels, side: int) -> tuple[DetectedFace, ...]:
        height, width = picture.shape[:2]
        shrink = min(1.0, side / max(height, width))
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        small = picture if shrink == 1.0 else shrunk(picture, *size)
        rows = self._network.faces(small)
        faces = [_face(row, size, width / size[0], height / size[1]) for row in rows if _has_area(row)]
        return tuple(sorted(faces, key=lambda face: -face.box.area))


def asymmetry(face: DetectedFace) -> float:
    """(nose.x - middle of the eyes.x) / distance of the eyes: near 0 frontal, beyond 0.7 a profile."""
    right, left, nose = face.landmarks[:3]
    apart = float(np.hypot(left[0] - right[0], left[1] - right[1]))
    return (nose[0] - (left[0] + right[0]) / 2) / max(apart, 1.0)


def eyes_apart(face: DetectedFace, width_px: int) -> float:
    """Distance of the eyes as a share of the face's width: 0.45 of a portrait, less the further it is turned.

    Args:
        face: As found.
        width_px: Of the picture that it was found in.
    """
    right, left = face.landmarks[:2]
    return float(np.hypot(left[0] - right[0], left[1] - right[1])) / max(face.box.width * width_px, 1.0)


def _has_area(row: npt.NDArray[np.floating]) -> bool:
    return bool(row[2] >= 1 and row[3] >= 1)


def _face(row: npt.NDArray[np.floating], size: tuple[int, int], across: float, down: float) -> DetectedFace:
    x, y, width, height = (float(value) for value in row[:4])
    points = row[4:14].reshape(5, 2)
    box = clipped(x / size[0], y / size[1], width / size[0], height / size[1], float(row[14]))
    return DetectedFace(box, tuple((float(px) * across, float(py) * down) for px, py in points))


def clipped(x: float, y: float, width: float, height: float, score: float) -> Box:
    """The part of a box that lies inside the picture; all in fractions."""
    left, top = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
    right, bottom = min(max(x + width, 0.0), 1.0), min(max(y + height, 0.0), 1.0)
    return Box(left, top, right - left, bottom - top, min(max(score, 0.0), 1.0))
