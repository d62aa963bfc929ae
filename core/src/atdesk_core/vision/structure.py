"""What of a scene stays when the light changes, and whether two pictures share it.

The logarithm of the brightness turns a lamp that is switched on into a smooth sum, which is taken off
again; edges and textures stay where they are. They are compared patch by patch, so that a chair that was
turned, or a door that was opened, spoils a few patches only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_core.vision.quality import BLOCK, HEIGHT, WIDTH, Grey
from atdesk_sdk.detector import Box

_Map = npt.NDArray[np.float32]

_FINE: Final = 0.7
_COARSE: Final = 2.5
"""Pixels of the small copy: smaller things are noise, larger ones light."""
_DARK_LEVEL: Final = 16.0
"""Levels added before the logarithm, which would blow up the noise of dark parts."""
_PER_CENT: Final = 40.0
_STRUCTURED: Final = 2.0
"""A patch with less than this (about 5 % of its brightness) shows nothing to know it by."""
_SEEN: Final = 0.5
"""Share of a patch that must be free of people."""
_HEAD: Final = (0.9, 0.35)
_SHOULDERS: Final = (1.8, -1.0)
"""Half width, and height above the upper edge of the face, in widths and heights of the face."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two pictures show the same structure.

    Attributes:
        patches: How many patches, free of people, show something to compare in either picture.
        share: The same as a share of all patches that are free of people, 0..1.
        mean: Mean correlation in them, 0..1: near 1 the same scene, near 0 two scenes.
    """

    patches: int
    share: float
    mean: float


def round_face(face: Box) -> tuple[Box, Box]:
    """What the owner of this face covers: head and hair, shoulders and all below."""
    middle = face.x + face.width / 2
    boxes = []
    for half, above in (_HEAD, _SHOULDERS):
        top = face.y - above * face.height
        boxes.append(Box(middle - half * face.width, top, 2 * half * face.width, 1.0 - top, 1.0))
    return boxes[0], boxes[1]


def agreement(now: Grey, then: Grey, covered: Iterable[Box]) -> Agreement:
    """Compare two small grey copies outside of what people covered in the earlier one.

    Args:
        now: 48 x 64.
        then: 48 x 64.
        covered: What people covered then, in fractions.
    """
    free = _free(covered)
    here, there = free * _structure(now), free * _structure(then)
    power_here, power_there = _patch_sums(here * here), _patch_sums(there * there)
    room = _patch_sums(free)
    strongest = np.sqrt(np.maximum(power_here, power_there) / np.maximum(room, 1.0))
    visible = room >= _SEEN * BLOCK * BLOCK
    telling = visible & (strongest > _STRUCTURED)
    if not telling.any():
        return Agreement(0, 0.0, 0.0)
    alike = _patch_sums(here * there) / np.sqrt(power_here * power_there + 1e-3)
    patches = int(telling.sum())
    mean = float(np.clip(alike[telling], 0.0, 1.0).mean())
    return Agreement(patches, patches / int(visible.sum()), mean)


def edges_alike(now: Grey, then: Grey) -> float:
    """Correlation of what is fine in two small grey copies, -1..1: it outlasts dusk, but no cover."""
    here, there = (one - cv2.GaussianBlur(one, (0, 0), _COARSE) for one in _floats(now, then))
    return _correlation(np.asarray(here, np.float32), np.asarray(there, np.float32))


def layout_alike(now: Grey, then: Grey, covered: Iterable[Box]) -> float:
    """Correlation of light and shade, -1..1, outside of what people covered then: it outlasts any blur."""
    free = _free(covered) > 0
    here, there = (cv2.GaussianBlur(one, (0, 0), _COARSE) for one in _floats(now, then))
    return _correlation(np.asarray(here[free], np.float32), np.asarray(there[free], np.float32))


def _floats(now: Grey, then: Grey) -> tuple[_Map, _Map]:
    return now.astype(np.float32), then.astype(np.float32)


def _correlation(first: _Map, second: _Map) -> float:
    if first.size < 2 or first.std() < 1e-3 or second.std() < 1e-3:
        return 0.0
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def _structure(grey: Grey) -> _Map:
    light = np.log(grey.astype(np.float32) + _DARK_LEVEL) * _PER_CENT
    fine = cv2.GaussianBlur(light, (0, 0), _FINE)
    return np.asarray(fine - cv2.GaussianBlur(light, (0, 0), _COARSE), np.float32)


def _free(covered: Iterable[Box]) -> _Map:
    """1 where the scene was seen, 0 where somebody was before it; the outermost pixels are left out."""
    free = np.zeros((HEIGHT, WIDTH), np.float32)
    free[1:-1, 1:-1] = 1.0
    for box in covered:
        left, top = max(0, int(box.x * WIDTH)), max(0, int(box.y * HEIGHT))
        right, bottom = int(np.ceil((box.x + box.width) * WIDTH)), int(np.ceil((box.y + box.height) * HEIGHT))
        free[top : max(0, bottom), left : max(0, right)] = 0.0
    return free


def _patch_sums(values: _Map) -> npt.NDArray[np.float64]:
    shape = (HEIGHT // BLOCK, BLOCK, WIDTH // BLOCK, BLOCK)
    return np.asarray(values.reshape(shape).sum(axis=(1, 3)), np.float64)
