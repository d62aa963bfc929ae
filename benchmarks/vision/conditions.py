"""What a portrait looks like under worse conditions. Pure: the noise has a seed of its own.

The recipes are those of the material's own notes, so that figures can be compared: the whole picture is
scaled until the face has that width (never enlarged); JPEG of quality 50; dark is x^1.6 * 0.22 of the
full range, and noise with a standard deviation of 4.
"""

from collections.abc import Callable, Mapping
from typing import Final

import cv2
import numpy as np

from atdesk_core.vision.decode import Pixels

Degrade = Callable[[Pixels, float, int], Pixels]
"""(picture, width of its face in pixels, seed) -> picture."""

CLEAN: Final = "clean"


def _clean(picture: Pixels, _face_px: float, _seed: int) -> Pixels:
    return picture


def _scaled(to_px: float) -> Degrade:
    def shrink(picture: Pixels, face_px: float, _seed: int) -> Pixels:
        factor = min(1.0, to_px / face_px)
        small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.uint8)

    return shrink


def _jpeg(picture: Pixels, _face_px: float, _seed: int) -> Pixels:
    coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 50])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def _dark(picture: Pixels, _face_px: float, seed: int) -> Pixels:
    noise = np.random.default_rng(seed).normal(0.0, 4.0, picture.shape)
    dim = (picture / 255.0) ** 1.6 * 0.22 * 255.0
    return np.clip(dim + noise, 0, 255).astype(np.uint8)


CONDITIONS: Final[Mapping[str, Degrade]] = {
    CLEAN: _clean,
    "60 px": _scaled(60.0),
    "40 px": _scaled(40.0),
    "JPEG 50": _jpeg,
    "dark": _dark,
}
"""Condition to the function that brings it about."""
