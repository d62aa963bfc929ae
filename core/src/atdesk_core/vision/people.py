"""Bodies by CenterNet: for someone who bends down, turns away or sits with the back to the camera."""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_core.vision import models, onnx
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.faces import clipped
from atdesk_core.vision.sound import finite
from atdesk_sdk.coco import LABELS
from atdesk_sdk.detector import Box

_SIDE_PX: Final = 512
_STEP_PX: Final = 32
_BAND_PX: Final = 32
"""So much black beside such a part, at least: without any, things at its edge are lost."""
_PERSON: Final = 0
_LEAST: Final = 0.10
_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class _Fitted:
    """What the model gets.

    Attributes:
        canvas: 1 x height x width x 3, RGB 0..255.
        across: Width that the picture takes up of it, pixels.
        down: Height likewise.
    """

    canvas: npt.NDArray[np.float32]
    across: int
    down: int


class CenterNet:
    """`PersonDetector` over onnxruntime. One thread."""

    name = "centernet"

    def __init__(self) -> None:
        self._session = onnx.opened(models.verified("centernet"))
        self._input = self._session.get_inputs()[0].name
        self._latest: tuple[weakref.ref[Pixels], list[tuple[int, Box]]] | None = None

    def detect(self, picture: Pixels) -> Sequence[Box]:
        """Bodies with a score of at least 0.1, largest first."""
        boxes = [box for kind, box in self.run(picture) if kind == _PERSON]
        return tuple(sorted(boxes, key=lambda box: -box.area)[:_MOST])

    def run(self, picture: Pixels) -> list[tuple[int, Box]]:
        """Class and box of everything with a score of at least 0.1, surest first.

        Bodies and things are asked for one after the other: the same array is searched once. It is not
        kept for that, only known again while somebody else keeps it.
        """
        if self._latest is not None and self._latest[0]() is picture:
            return self._latest[1]
        rows = self._found(_letterboxed(picture, _SIDE_PX))
        self._latest = (weakref.ref(picture), rows)
        return rows

    def run_part(self, part: Pixels) -> list[tuple[int, Box]]:
        """The same for a part that was cut out to look for things: with less black beside it.

        A body that the lower edge cuts off scores up to 0.1 less so, which is why this is not for bodies.
        """
        return self._found(_letterboxed(part, _BAND_PX))

    def _found(self, fitted: _Fitted) -> list[tuple[int, Box]]:
        output = self._session.run(None, {self._input: fitted.canvas})[0]
        return found(np.asarray(output), fitted.across, fitted.down)


def found(
    output: np.ndarray[tuple[int, ...], np.dtype[np.float32]], across: float, down: float
) -> list[tuple[int, Box]]:
    """Class and box of each sound row.

    Args:
        output: Rows of left, top, right, bottom in pixels of the square, score, class.
        across: Width that the picture takes up of the square, pixels.
        down: Height likewise.

    Raises:
        BrokenModel: A number is none.
    """
    sound = finite(output, CenterNet.name).reshape(-1, 6)
    rows = [(int(row[5]), _box(row, across, down)) for row in sound if _is_known(row)]
    return [(kind, box) for kind, box in rows if box.area > 0]


def _letterboxed(picture: Pixels, band_px: int) -> _Fitted:
    """The picture in the upper left of a black square, or of a part of one.

    Args:
        picture: BGR.
        band_px: So much black beside and below the picture, at least, as far as the square has it.
    """
    height, width = picture.shape[:2]
    shrink = _SIDE_PX / max(height, width)
    across, down = max(1, round(width * shrink)), max(1, round(height * shrink))
    way = cv2.INTER_AREA if shrink < 1 else cv2.INTER_LINEAR
    wide, tall = (min(_SIDE_PX, -(-(size + band_px) // _STEP_PX) * _STEP_PX) for size in (across, down))
    canvas = np.zeros((1, tall, wide, 3), np.float32)
    canvas[0, :down, :across] = cv2.cvtColor(
        cv2.resize(picture, (across, down), interpolation=way), cv2.COLOR_BGR2RGB
    )
    return _Fitted(canvas, across, down)


def _is_known(row: npt.NDArray[np.floating]) -> bool:
    """A model can give classes that do not exist; such a row is nothing."""
    return bool(row[4] >= _LEAST and 0 <= row[5] < len(LABELS))


def _box(row: np.ndarray[tuple[int, ...], np.dtype[np.float32]], across: float, down: float) -> Box:
    left, top, right, bottom = (float(value) for value in row[:4])
    return clipped(left / across, top / down, (right - left) / across, (bottom - top) / down, float(row[4]))
