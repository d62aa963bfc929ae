"""Things by NanoDet-g, which tells food and drink better than CenterNet does, and phones worse."""

from collections.abc import Collection, Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_core.vision import models, onnx
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.faces import clipped
from atdesk_sdk.coco import LABELS
from atdesk_sdk.detector import SeenObject

Numbers = npt.NDArray[np.float32]

_SIDE_PX: Final = 416
_STEP_PX: Final = 32
_BAND_PX: Final = 32
"""So much black below the picture, at least."""
_STRIDES: Final = (8, 16, 32)
_BINS: Final = np.arange(11, dtype=np.float32)
_MEAN: Final = np.array([103.53, 116.28, 123.675], np.float32)
_DEVIATION: Final = np.array([57.375, 57.12, 58.395], np.float32)
_LEVELS: Final = (np.arange(256, dtype=np.float32) - _MEAN[:, None]) / _DEVIATION[:, None]
"""What each brightness of each channel is to the model."""
_SAME_THING: Final = 0.6
_MOST_ROWS: Final = 400
"""Cells of the grids that are looked at; a picture rarely has a hundred above the least score."""
_MOST: Final = 60
_ALL: Final = np.arange(len(LABELS))


class NanoDet:
    """`ObjectDetector` over onnxruntime. One thread.

    Args:
        kinds: Classes that are reported; all when left out.
        least: Score below which nothing is reported, 0..1.
    """

    name = "nanodet-g"
    labels: Sequence[str] = LABELS

    def __init__(self, kinds: Collection[str] = LABELS, least: float = 0.10) -> None:
        self._session = onnx.opened(models.verified("nanodet-g"))
        self._input = self._session.get_inputs()[0].name
        self._kinds = np.array([number for number, label in enumerate(LABELS) if label in kinds], int)
        self._least = least

    def detect(self, picture: Pixels) -> Sequence[SeenObject]:
        """Things and bodies, surest first, at most 60."""
        canvas, size = letterboxed(picture)
        heads = self._session.run(None, {self._input: canvas})
        return found(heads, size, self._least, self._kinds)


def found(
    heads: Sequence[Numbers], size: tuple[int, int], least: float, kinds: npt.NDArray[np.integer] = _ALL
) -> tuple[SeenObject, ...]:
    """What the three grids of the model say.

    Args:
        heads: Scores (1 x cells x 80) of the three grids, then the sides of their boxes (1 x cells x 44).
        size: Width and height that the picture takes up of the square, pixels.
        least: Score below which nothing is reported, 0..1.
        kinds: Numbers of the classes that are reported.
    """
    grids = len(_STRIDES)
    parts = [
        _rows(heads[grid][0], heads[grids + grid][0], stride, least, kinds)
        for grid, stride in enumerate(_STRIDES)
    ]
    rows = np.concatenate(parts)
    rows = rows[np.isfinite(rows).all(axis=1)]  # a model can give NaN; such a row is nothing
    rows = rows[np.argsort(-rows[:, 4], kind="stable")][:_MOST_ROWS]
    things = [_thing(row, size) for row in _without_doubles(rows)]
    return tuple(thing for thing in things if thing.box.area > 0)[:_MOST]


def letterboxed(picture: Pixels) -> tuple[Numbers, tuple[int, int]]:
    """The picture in the upper left of a black canvas, as the model wants it, and its size there."""
    height, width = picture.shape[:2]
    shrink = _SIDE_PX / max(height, width)
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    tall = min(_SIDE_PX, -(-(size[1] + _BAND_PX) // _STEP_PX) * _STEP_PX)
    canvas = np.empty((1, 3, tall, _SIDE_PX), np.float32)
    canvas[0] = _LEVELS[:, :1, None]
    way = cv2.INTER_AREA if shrink < 1 else cv2.INTER_LINEAR
    planes = cv2.split(cv2.resize(picture, size, interpolation=way))
    for plane, levels, target in zip(planes, _LEVELS, canvas[0], strict=True):
        target[: size[1], : size[0]] = cv2.LUT(plane, levels)
    return canvas, size


def _rows(
    scores: Numbers, sides: Numbers, stride: int, least: float, kinds: npt.NDArray[np.integer]
) -> Numbers:
    """Rows of left, top, right, bottom in pixels of the square, score, class."""
    cells, places = np.nonzero(scores[:, kinds] >= least)
    classes = kinds[places]
    bins = sides[cells].reshape(-1, 4, len(_BINS))
    weights = np.exp(bins - bins.max(axis=2, keepdims=True))
    far = (weights @ _BINS) / weights.sum(axis=2) * stride
    across = _SIDE_PX // stride
    x, y = (cells % across + 0.5) * stride, (cells // across + 0.5) * stride
    columns = (x - far[:, 0], y - far[:, 1], x + far[:, 2], y + far[:, 3], scores[cells, classes], classes)
    return np.stack(columns, axis=1).astype(np.float32)


def _without_doubles(rows: Numbers) -> Numbers:
    """Of boxes of one class that lie on each other, the surest."""
    if not len(rows):
        return rows
    boxes = np.column_stack([rows[:, :2], rows[:, 2:4] - rows[:, :2]])
    kept = cv2.dnn.NMSBoxesBatched(
        boxes.tolist(), rows[:, 4].tolist(), rows[:, 5].astype(int).tolist(), 0.0, _SAME_THING
    )
    surest: Numbers = rows[np.sort(np.asarray(kept, int).ravel())]
    return surest


def _thing(row: Numbers, size: tuple[int, int]) -> SeenObject:
    left, top, right, bottom, score, kind = (float(value) for value in row)
    box = clipped(left / size[0], top / size[1], (right - left) / size[0], (bottom - top) / size[1], score)
    return SeenObject(LABELS[int(kind)], box)
