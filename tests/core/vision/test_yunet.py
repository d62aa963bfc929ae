"""The network in onnxruntime finds what OpenCV's own detector finds: the same weights, the same rows."""

import cv2
import numpy as np
import pytest

from atdesk_core.vision import models
from atdesk_core.vision.decode import Pixels, shrunk
from atdesk_core.vision.yunet import COLUMNS, YuNetNetwork
from tests.core.vision.footage import SHARED, clip, room

PUBLISHED = SHARED.parent / "models" / "face_detection_yunet_2023mar.onnx"
LEAST, MOST = 0.3, 100


def _by_opencv(picture: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Rows of OpenCV's detector, surest first; of the published file where it is beside the checkout."""
    file = PUBLISHED if PUBLISHED.is_file() else models.verified("yunet")
    height, width = picture.shape[:2]
    detector = cv2.FaceDetectorYN.create(str(file), "", (width, height), LEAST, 0.3, MOST)
    rows = detector.detect(picture)[1]
    return np.zeros((0, COLUMNS), np.float32) if rows is None else np.asarray(rows, np.float32)


@pytest.mark.parametrize("size", [(640, 512), (320, 256), (300, 200), (97, 61), (640, 352)])
def test_it_finds_what_opencv_finds(size: tuple[int, int]) -> None:
    network = YuNetNetwork(LEAST, MOST)
    found = 0
    for picture in (*clip("grid_a_1")[:3], *clip("grid_a_2")[:3], room()):
        small = shrunk(picture, *size)
        theirs, ours = _by_opencv(small), network.faces(small)
        found += len(theirs)
        assert ours.shape == theirs.shape
        assert np.allclose(ours, theirs, atol=2e-3), "pixels, and a score"
    assert found >= 5


def test_a_picture_of_many_faces_keeps_the_surest_of_each() -> None:
    face = shrunk(clip("grid_a_1")[0], 160, 128)
    crowd = np.ascontiguousarray(np.tile(face, (4, 4, 1)))
    theirs, ours = _by_opencv(crowd), YuNetNetwork(LEAST, MOST).faces(crowd)
    assert len(ours) == len(theirs) >= 12
    assert np.allclose(ours, theirs, atol=2e-3)


@pytest.mark.parametrize("size", [(1, 1), (1, 640), (31, 33)])
def test_a_picture_of_any_size_is_searched(size: tuple[int, int]) -> None:
    assert YuNetNetwork(LEAST, MOST).faces(np.zeros((*size, 3), np.uint8)).shape == (0, COLUMNS)
