"""What the two ways to dlib's encoder have in common: the box it wants, the distance, the thresholds.

The encoder was trained on the square boxes of dlib's own detector. YuNet's boxes are taller, so the
square is built from YuNet's five points; its side was fitted on 205 photos that both detectors find.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from atdesk_core.vision.encoder.thresholds import Thresholds
from atdesk_sdk.detector import DetectedFace

NAME: Final = "dlib-resnet-128"
"""Name of the template's space: both backends give the same numbers, so both carry this name."""

MODELS: Final = ("dlib-landmarks-5", "dlib-resnet")
"""Rows of the model list that both load."""

_SIDE: Final = 2.27
THRESHOLDS: Final = Thresholds(same_below=0.50, other_above=0.60)
"""At five enrolment photos about one stranger in a thousand lies below 0.50; 0.60 is the tolerance that
`face_recognition` itself comes with: beyond it, it never says the same."""


def square(face: DetectedFace) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in pixels of the square that dlib's own detector would draw."""
    right_eye, left_eye, _, right_mouth, left_mouth = (np.asarray(point) for point in face.landmarks)
    eyes, mouth = (right_eye + left_eye) / 2, (right_mouth + left_mouth) / 2
    tall, wide = np.linalg.norm(mouth - eyes), np.linalg.norm(left_eye - right_eye)
    side = _SIDE * float(max(tall, wide))
    middle = (eyes + mouth) / 2
    left, top = round(float(middle[0]) - side / 2), round(float(middle[1]) - side / 2)
    return left, top, left + max(2, round(side)), top + max(2, round(side))


def distance(template: Sequence[float], probe: Sequence[float]) -> float:
    """Euclidean distance; infinite where a number is broken."""
    apart = float(np.linalg.norm(np.asarray(template, float) - np.asarray(probe, float)))
    return apart if np.isfinite(apart) else float("inf")
