"""A 64x48 grey copy of the picture, and what it tells for half a millisecond.

Two copies are kept. `area` averages: brightness, contrast, sharpness, what moved. `samples` takes
single pixels: averaging would remove the sensor's noise, and the noise is what tells a quiet room
from a frozen picture.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_core.vision.decode import Pixels
from atdesk_sdk.detector import Box, Quality

WIDTH: Final = 64
HEIGHT: Final = 48
_BLOCK: Final = 8
Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """The small grey copies of one picture, as bytes so that they travel between processes.

    Attributes:
        area: 48 x 64, each the mean of its patch.
        samples: 48 x 64, each a single pixel of the picture.
    """

    area: bytes
    samples: bytes

    @property
    def area_grey(self) -> Grey:
        """As an array, 48 x 64."""
        return np.frombuffer(self.area, np.uint8).reshape(HEIGHT, WIDTH)

    @property
    def samples_grey(self) -> Grey:
        """As an array, 48 x 64."""
        return np.frombuffer(self.samples, np.uint8).reshape(HEIGHT, WIDTH)


@dataclass(frozen=True, slots=True)
class Change:
    """How two pictures differ.

    Attributes:
        mean: Mean absolute difference of single pixels, 0..255.
        equal: Share of single pixels that are exactly equal, 0..1.
        noise: Mean difference of single pixels in the quieter quarter: the sensor, not the scene.
        moved: 48 x 64, absolute differences of the averaged copies: the scene, hardly the sensor.
    """

    mean: float
    equal: float
    noise: float
    moved: Grey

    @property
    def most(self) -> float:
        """Mean of `moved` in the 8 x 8 block that changed most."""
        return float(_blocks(self.moved).max())

    @property
    def background(self) -> float:
        """Mean of `moved` in the quieter quarter of the picture."""
        return float(np.percentile(_blocks(self.moved), 25))


def thumbnail(pixels: Pixels) -> Thumbnail:
    """The small grey copies of a picture."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    rows = (np.arange(HEIGHT) * height + height // 2) // HEIGHT
    columns = (np.arange(WIDTH) * width + width // 2) // WIDTH
    samples = grey[np.ix_(rows, columns)]
    area = cv2.resize(grey, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return Thumbnail(area.tobytes(), samples.tobytes())


def quality(now: Thumbnail, before: Thumbnail | None) -> Quality:
    """Brightness, contrast, sharpness and change, on the averaged copy."""
    area = now.area_grey
    change = None
    if before is not None:
        change = float(np.mean(cv2.absdiff(area, before.area_grey)))
    return Quality(
        luma=float(area.mean()),
        contrast=float(area.std()),
        sharpness=float(cv2.Laplacian(area, cv2.CV_32F).var()),
        change=change,
    )


def compare(now: Thumbnail, before: Thumbnail) -> Change:
    """How two pictures of one stream differ."""
    differences = np.abs(now.samples_grey.astype(np.int16) - before.samples_grey)
    return Change(
        mean=float(differences.mean()),
        equal=float((differences == 0).mean()),
        noise=float(np.percentile(_blocks(differences), 25)),
        moved=np.asarray(cv2.absdiff(now.area_grey, before.area_grey), np.uint8),
    )


def change_in(change: Change, box: Box) -> float:
    """Mean of `moved` inside a box, 0..255."""
    left, top = int(box.x * WIDTH), int(box.y * HEIGHT)
    right, bottom = int((box.x + box.width) * WIDTH) + 1, int((box.y + box.height) * HEIGHT) + 1
    inside = change.moved[max(0, top) : max(1, bottom), max(0, left) : max(1, right)]
    return float(inside.mean()) if inside.size else 0.0


def highlights(now: Thumbnail) -> float:
    """Brightness that only a twentieth of the picture exceeds, 0..255."""
    return float(np.percentile(now.area_grey, 95))


def likeness(now: Thumbnail, before: Thumbnail) -> float:
    """Correlation of two pictures, -1..1: the same scene in another light stays near 1."""
    first, second = now.area_grey.astype(np.float32).ravel(), before.area_grey.astype(np.float32).ravel()
    if first.std() < 1e-3 or second.std() < 1e-3:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _blocks(picture: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    shape = (HEIGHT // _BLOCK, _BLOCK, WIDTH // _BLOCK, _BLOCK)
    means: npt.NDArray[np.float64] = np.asarray(picture, np.float64).reshape(shape).mean(axis=(1, 3))
    return means
