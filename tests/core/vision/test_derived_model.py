"""The models that are shipped say what the published conversions say."""

import cv2
import numpy as np
import pytest

from atdesk_core.vision import models, onnx
from atdesk_core.vision.nanodet import letterboxed
from tests.core.vision.footage import SHARED, clip

PUBLISHED = SHARED.parent / "models" / "centernet_mobilenetv3_512.onnx"


@pytest.mark.skipif(not PUBLISHED.is_file(), reason="the published conversion is not beside the checkout")
def test_the_fused_model_gives_what_the_published_one_gives() -> None:
    published, shipped = onnx.opened(PUBLISHED), onnx.opened(models.verified("centernet"))
    for picture in clip("grid_a_1")[:3]:
        canvas = np.zeros((1, 512, 512, 3), np.float32)
        canvas[0, :384] = picture[:384, :512, ::-1]
        before, now = (one.run(None, {"tower_0_images": canvas})[0][0] for one in (published, shipped))
        # The conversion rounds 1/6 to 0.16663: the scores differ in the third place, and so does the order.
        sure = before[:, 4] >= 0.2
        assert np.allclose(before[sure][:, 4], now[: sure.sum(), 4], atol=0.01)
        nearest = [np.abs(now[:, :4] - row[:4]).max(axis=1).min() for row in before[sure]]
        assert max(nearest) < 4.0, "boxes lie within four of 512 pixels"


NANODET = SHARED.parent / "models" / "nanodet_g_416.onnx"


@pytest.mark.skipif(not NANODET.is_file(), reason="the published conversion is not beside the checkout")
def test_the_model_in_whole_numbers_scores_nearly_as_the_published_one() -> None:
    published, shipped = onnx.opened(NANODET), onnx.opened(models.verified("nanodet-g"))
    for picture in (*clip("grid_a_1")[:3], *clip("grid_a_2")[:3]):
        square = np.zeros((416, 416, 3), np.uint8)
        square[:333] = cv2.resize(picture, (416, 333))
        canvas, _ = letterboxed(square)
        before, now = (
            np.concatenate([grid[0] for grid in one.run(None, {"input_1": canvas})[:3]])
            for one in (published, shipped)
        )
        assert before.shape == now.shape
        assert np.abs(before.max(axis=0) - now.max(axis=0)).max() < 0.12, "the best score of each class"


def test_any_size_gives_as_many_cells_as_it_has() -> None:
    shipped = onnx.opened(models.verified("nanodet-g"))
    canvas = np.zeros((1, 3, 96, 416), np.float32)
    cells = [grid.shape[1] for grid in shipped.run(None, {"input_1": canvas})[:3]]
    assert cells == [12 * 52, 6 * 26, 3 * 13]


@pytest.mark.parametrize("size", [(128, 512), (512, 128), (256, 320)])
def test_a_body_lies_where_it_is_in_a_canvas_of_any_size(size: tuple[int, int]) -> None:
    """The grid's rows are counted by the width of the canvas, not by that of the published one."""
    session = onnx.opened(models.verified("centernet"))
    height, width = size
    side = min(size)
    body = cv2.resize(clip("grid_a_1")[0], (side, side))[:, :, ::-1]
    for down, across in ((0, 0), (height - side, width - side)):
        canvas = np.zeros((1, height, width, 3), np.float32)
        canvas[0, down : down + side, across : across + side] = body
        rows = session.run(None, {"tower_0_images": canvas})[0][0]
        person = max((row for row in rows if row[5] == 0), key=lambda row: row[4])
        middle = (person[0] + person[2]) / 2, (person[1] + person[3]) / 2
        assert np.hypot(middle[0] - across - side / 2, middle[1] - down - side / 2) < side / 3
