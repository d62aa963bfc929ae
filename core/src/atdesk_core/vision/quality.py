"""A 64x48 grey copy of the picture, and what it tells for half a millisecond.

Two copies are kept. `area` averages: brightness, contrast, sharpness, what moved. `samples` takes
single pixels: averaging would remove the sensor's noise, and the noise is what tells a quiet room
from a frozen picture.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_core.vision.decode import Pixels
from atdesk_sdk.detector import Box, Quality

WIDTH: Final = 64
HEIGHT: Final = 48
BLOCK: Final = 8
"""Side of a patch, in pixels of the small copy."""
_BLACK: Final = 10.0
_WHITE: Final = 245.0
_EXPOSED_BLOCKS: Final = 8
Grey = npt.NDArray[np.uint8]
Blocks = npt.NDArray[np.float32]


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
        stillest: The same in the stillest fifth, of what is neither black nor overexposed.
        moved: 48 x 64, absolute differences of the averaged copies: the scene, hardly the sensor.
        most: Mean of `moved` in the 8 x 8 block that changed most.
        background: Mean of `moved` in the quieter quarter of the picture.
    """

    mean: float
    equal: float
    noise: float
    stillest: float
    moved: Grey
    most: float
    background: float

    def most_beside(self, box: Box) -> float:
        """As `most`, for what lies beside a box: outside its columns."""
        beside = self.moved.copy()
        beside[:, max(0, int(box.x * WIDTH)) : max(0, int((box.x + box.width) * WIDTH) + 1)] = 0
        return float(_blocks(beside).max())


def thumbnail(pixels: Pixels) -> Thumbnail:
    """The small grey copies of a picture."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    samples = grey[_grid(*grey.shape)]
    area = cv2.resize(grey, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return Thumbnail(area.tobytes(), samples.tobytes())


@lru_cache(maxsize=8)
def _grid(height: int, width: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows and columns of the single pixels in a picture of this size."""
    rows = (np.arange(HEIGHT) * height + height // 2) // HEIGHT
    columns = (np.arange(WIDTH) * width + width // 2) // WIDTH
    return rows[:, np.newaxis], columns[np.newaxis]


def quality(now: Thumbnail, before: Thumbnail | None) -> Quality:
    """Brightness, contrast, sharpness and change, on the averaged copy."""
    area = now.area_grey
    change = None
    if before is not None:
        change = cv2.mean(cv2.absdiff(area, before.area_grey))[0]
    luma, contrast = cv2.meanStdDev(area)
    _, edges = cv2.meanStdDev(cv2.Laplacian(area, cv2.CV_32F))
    return Quality(float(luma[0, 0]), float(contrast[0, 0]), float(edges[0, 0]) ** 2, change)


def compare(now: Thumbnail, before: Thumbnail) -> Change:
    """How two pictures of one stream differ."""
    differences = np.asarray(cv2.absdiff(now.samples_grey, before.samples_grey), np.uint8)
    moved = np.asarray(cv2.absdiff(now.area_grey, before.area_grey), np.uint8)
    blocks, moved_blocks = _blocks(differences), _blocks(moved)
    return Change(
        mean=cv2.mean(differences)[0],
        equal=1.0 - cv2.countNonZero(differences) / differences.size,
        noise=percentile(blocks, 25),
        stillest=_stillest(blocks, _blocks(now.area_grey)),
        moved=moved,
        most=float(moved_blocks.max()),
        background=percentile(moved_blocks, 25),
    )


def _stillest(differences: Blocks, brightness: Blocks) -> float:
    """A sensor gives no noise where it is black or overexposed, so these parts say nothing."""
    exposed = differences[(brightness > _BLACK) & (brightness < _WHITE)]
    if len(exposed) < _EXPOSED_BLOCKS:
        return float(differences.max())
    return float(np.partition(exposed, len(exposed) // 5)[len(exposed) // 5])


def change_in(change: Change, box: Box) -> float:
    """Mean of `moved` inside a box, 0..255."""
    left, top = int(box.x * WIDTH), int(box.y * HEIGHT)
    right, bottom = int((box.x + box.width) * WIDTH) + 1, int((box.y + box.height) * HEIGHT) + 1
    inside = change.moved[max(0, top) : max(1, bottom), max(0, left) : max(1, right)]
    return cv2.mean(inside)[0] if inside.size else 0.0


def highlights(now: Thumbnail) -> float:
    """Brightness that only a twentieth of the picture exceeds, 0..255."""
    return percentile(now.area_grey, 95)


def percentile(values: npt.NDArray[np.generic], share: float) -> float:
    """As numpy's, which takes ten times as long on so few numbers."""
    place = share / 100 * (values.size - 1)
    low = min(int(place), values.size - 2)
    ordered = np.partition(values, (low, low + 1), axis=None)
    first, second = float(ordered[low]), float(ordered[low + 1])
    return first + (place - low) * (second - first)


def _blocks(picture: Grey) -> Blocks:
    """6 x 8, the mean of each block."""
    means = cv2.resize(
        picture.astype(np.float32), (WIDTH // BLOCK, HEIGHT // BLOCK), interpolation=cv2.INTER_AREA
    )
    return np.asarray(means, np.float32)
