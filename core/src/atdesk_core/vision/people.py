"""Bodies by CenterNet: for someone who bends down, turns away or sits with the back to the camera."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import onnxruntime

from atdesk_core.vision import models
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.faces import clipped
from atdesk_sdk.detector import Box

_SIDE_PX: Final = 512
_PERSON: Final = 0
_LEAST: Final = 0.10
_MOST: Final = 20


class CenterNet:
    """`PersonDetector` over onnxruntime. One thread."""

    name = "centernet"

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        path = str(models.verified("centernet"))
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def detect(self, picture: Pixels) -> Sequence[Box]:
        """Bodies with a score of at least 0.1, largest first."""
        canvas, across, down = _letterboxed(picture)
        rows = np.asarray(self._session.run(None, {self._input: canvas})[0]).reshape(-1, 6)
        boxes = [_box(row, across, down) for row in rows if _is_person(row)]
        return tuple(sorted((box for box in boxes if box.area > 0), key=lambda box: -box.area)[:_MOST])


def _letterboxed(picture: Pixels) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float32]], float, float]:
    """The picture in the upper left of a black square, and the share of the square that it fills."""
    height, width = picture.shape[:2]
    shrink = _SIDE_PX / max(height, width)
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if shrink < 1 else cv2.INTER_LINEAR)
    canvas = np.zeros((1, _SIDE_PX, _SIDE_PX, 3), np.float32)
    canvas[0, : size[1], : size[0]] = small[..., ::-1]
    return canvas, size[0], size[1]


def _is_person(row: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> bool:
    return bool(np.isfinite(row).all()) and int(row[5]) == _PERSON and row[4] >= _LEAST


def _box(row: np.ndarray[tuple[int, ...], np.dtype[np.float32]], across: float, down: float) -> Box:
    left, top, right, bottom = (float(value) for value in row[:4])
    return clipped(left / across, top / down, (right - left) / across, (bottom - top) / down, float(row[4]))
