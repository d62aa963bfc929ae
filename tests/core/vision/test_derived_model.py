"""The CenterNet that is shipped says what the published conversion says."""

import numpy as np
import pytest

from atdesk_core.vision import models, onnx
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
