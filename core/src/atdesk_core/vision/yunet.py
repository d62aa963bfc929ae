"""The network of YuNet and what its numbers mean. In onnxruntime it takes a third of OpenCV's own time.

Source of the decoding: OpenCV's `FaceDetectorYN`, with which `tests/core/vision/test_yunet.py` compares it.
"""

from collections.abc import Mapping
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_core.vision import models, onnx
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.sound import finite

Numbers = npt.NDArray[np.float32]

NAME: Final = "yunet"
COLUMNS: Final = 15
"""x, y, width, height, five points, score."""
_STRIDES: Final = (8, 16, 32)
_HEADS: Final = ("cls", "obj", "bbox", "kps")
_STEP_PX: Final = 32
_SAME_FACE: Final = 0.3


class YuNetNetwork:
    """One session of the model.

    Args:
        score: Least score of a face, 0..1.
        most: So many of the best anchors are weighed against each other: a face has dozens of them
            at a low `score`, and what is beyond is lost.
    """

    def __init__(self, score: float, most: int) -> None:
        self._session = onnx.opened(models.verified(NAME))
        self._input = self._session.get_inputs()[0].name
        self._names = [f"{head}_{stride}" for head in _HEADS for stride in _STRIDES]
        self._score = score
        self._most = most

    def faces(self, picture: Pixels) -> Numbers:
        """Rows of `COLUMNS` numbers in pixels of `picture`, surest first.

        Raises:
            BrokenModel: It gave numbers that are none.
        """
        canvas = _padded(picture)
        heads = self._session.run(self._names, {self._input: canvas})
        sound = {name: finite(np.asarray(one)[0], NAME) for name, one in zip(self._names, heads, strict=True)}
        return _surest(decoded(sound, canvas.shape[3], self._score), self._score, self._most)


def _padded(picture: Pixels) -> Numbers:
    """1 x 3 x height x width, BGR, black to the right and below up to the next size that the model takes."""
    height, width = picture.shape[:2]
    canvas = np.zeros((1, 3, _whole_steps(height), _whole_steps(width)), np.float32)
    canvas[0, :, :height, :width] = picture.transpose(2, 0, 1)
    return canvas


def _whole_steps(pixels: int) -> int:
    return -(-pixels // _STEP_PX) * _STEP_PX


def decoded(heads: Mapping[str, Numbers], width: int, least: float) -> Numbers:
    """Rows of all three grids.

    Args:
        heads: By name, such as `cls_8`: anchors x 1 (cls, obj), x 4 (bbox) or x 10 (kps).
        width: Of what the model got, pixels.
        least: Score below which there is no row, 0..1.
    """
    return np.concatenate([_of_grid(heads, stride, width // stride, least) for stride in _STRIDES])


def _of_grid(heads: Mapping[str, Numbers], stride: int, across: int, least: float) -> Numbers:
    cls, obj = (np.clip(heads[f"{head}_{stride}"][:, 0], 0.0, 1.0) for head in ("cls", "obj"))
    scores = np.sqrt(cls * obj)
    cells = np.flatnonzero(scores >= least)
    corner = np.stack([cells % across, cells // across], axis=1).astype(np.float32)
    box, points = heads[f"bbox_{stride}"][cells], heads[f"kps_{stride}"][cells]
    size = np.exp(box[:, 2:]) * stride
    upper_left = (corner + box[:, :2]) * stride - size / 2
    five = (points + np.tile(corner, 5)) * stride
    return np.concatenate([upper_left, size, five, scores[cells, None]], axis=1).astype(np.float32)


def _surest(rows: Numbers, least: float, most: int) -> Numbers:
    """Of rows that lie on each other, the surest. Boxes are compared in whole pixels, as OpenCV does."""
    if len(rows) < 2:
        return rows
    boxes = np.trunc(rows[:, :4]).astype(int)
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), rows[:, -1].tolist(), least, _SAME_FACE, 1.0, most)
    surest: Numbers = rows[np.asarray(kept, int).ravel()]
    return surest
