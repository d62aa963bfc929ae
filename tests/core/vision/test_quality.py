"""The numbers of the small copy: the same as numpy's own, for less."""

import numpy as np
import pytest

from atdesk_core.vision.quality import compare, percentile, quality, thumbnail
from tests.core.vision.footage import noisy, room


@pytest.mark.parametrize("share", [0, 10, 25, 50, 95, 100])
@pytest.mark.parametrize("count", [2, 3, 48, 3072])
def test_percentiles_are_those_of_numpy(share: float, count: int) -> None:
    values = np.random.default_rng(count).integers(0, 256, count).astype(np.uint8)
    assert percentile(values, share) == pytest.approx(float(np.percentile(values, share)))


def test_brightness_contrast_and_change_are_means_over_the_small_copy() -> None:
    first, second = thumbnail(noisy(room(), 1)), thumbnail(noisy(room(), 2))
    area = first.area_grey.astype(float)
    seen = quality(first, second)
    assert seen.luma == pytest.approx(area.mean())
    assert seen.contrast == pytest.approx(area.std())
    assert seen.change == pytest.approx(np.abs(area - second.area_grey).mean())


def test_what_moved_is_told_by_the_block_that_moved_most() -> None:
    picture = room().copy()
    picture[:128, :160] = 255
    change = compare(thumbnail(picture), thumbnail(room()))
    assert change.most > 20
    assert change.background == 0.0
