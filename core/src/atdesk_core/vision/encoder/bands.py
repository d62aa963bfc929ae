"""What the two ways to dlib's encoder have in common: the box it wants, the distance, the bands.

The encoder was trained on the square boxes of dlib's own detector. YuNet's boxes are taller, so the
square is built from YuNet's five points; its side was fitted on 205 photos that both detectors find.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from atdesk_sdk.detector import DetectedFace, MatchBand

NAME: Final = "dlib-resnet-128"
"""Name of the template's space: both backends give the same numbers, so both carry this name."""

_SIDE: Final = 2.27
SAME_BELOW: Final = 0.50
"""At five enrolment photos about one stranger in a thousand lies below this."""
OTHER_ABOVE: Final = 0.60
"""The tolerance that `face_recognition` itself comes with: beyond it, it never says the same."""


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


def band(apart: float) -> MatchBand:
    """The three bands. A broken number says nothing about anybody."""
    if not np.isfinite(apart):
        return MatchBand.UNSURE
    if apart < SAME_BELOW:
        return MatchBand.SAME
    return MatchBand.OTHER if apart > OTHER_ABOVE else MatchBand.UNSURE
