"""How a rectangle is destroyed: all that is left of it is a handful of coarse grey levels.

A usual blur is a sum of the original's pixels and can be undone as far as the noise allows. Here the
original goes into four averages, each rounded to one of eight levels: twelve bits, whatever the size
of the face and whoever it shows. Everything drawn is computed from those twelve bits alone, so two
faces with the same four levels leave the very same pixels. Colour is dropped, and with it the skin's.
The edge is hard: one that fades could be divided out again.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.redaction.regions import Region

CELLS: Final = 2
"""Across and down."""
LEVELS: Final = 8
_STEP: Final = 256 // LEVELS
PLAIN: Final = 48
"""The grey of a region of which nothing at all is kept."""

Levels = npt.NDArray[np.uint8]


def levelled(picture: Pixels, region: Region) -> Pixels:
    """The pixels that stand for a region."""
    return drawn(levels(picture, region), region.width, region.height)


def plain(_picture: Pixels, region: Region) -> Pixels:
    """The pixels that stand for a region of which not even the levels are kept."""
    return np.full((region.height, region.width, 3), PLAIN, np.uint8)


def levels(picture: Pixels, region: Region) -> Levels:
    """All that is kept of a region: 2 x 2 averages of its brightness, each one of eight numbers 0..7."""
    grey = cv2.cvtColor(np.ascontiguousarray(picture[region.part]), cv2.COLOR_BGR2GRAY)
    means = cv2.resize(grey.astype(np.float32), (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    return np.asarray(means // _STEP, np.uint8)


def drawn(kept: Levels, width: int, height: int) -> Pixels:
    """A picture of so many pixels. It depends on the arguments and on nothing else."""
    centres = np.asarray(kept, np.float32) * _STEP + _STEP / 2
    grey = cv2.resize(centres, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.repeat(np.rint(grey).astype(np.uint8)[..., None], 3, axis=2)
