"""Faces that nobody wears: what has not moved for long is a picture, sooner where it is hardly a face."""

import pytest

from atdesk_core.vision.memory import Memory, Plan, Spot
from atdesk_core.vision.tracking import is_picture
from atdesk_sdk import Box

PLAN, MEMORY = Plan(picture_s=10.0), Memory(seat_width=0.3)


def spot(width: float, frames: int, alive_at: float | None = None) -> Spot:
    return Spot(Box(0.3, 0.2, width, 0.4, 0.5), 0.0, 0.0, alive_at, frames)


@pytest.mark.parametrize(
    ("width", "weak", "after_s"),
    [(0.1, False, 10.0), (0.4, False, 30.0), (0.1, True, 10.0), (0.4, True, 15.0)],
)
def test_how_long_it_takes(width: float, weak: bool, after_s: float) -> None:
    still = spot(width, 9)
    assert not is_picture(still, MEMORY, PLAN, after_s - 0.1, weak=weak)
    assert is_picture(still, MEMORY, PLAN, after_s, weak=weak)


def test_what_moved_lately_is_alive_however_weak() -> None:
    assert not is_picture(spot(0.4, 9, alive_at=20.0), MEMORY, PLAN, 30.0, weak=True)


def test_a_few_sightings_are_not_enough() -> None:
    assert not is_picture(spot(0.4, 4), MEMORY, PLAN, 100.0)
    assert not is_picture(spot(0.4, 2), MEMORY, PLAN, 100.0, weak=True)
    assert is_picture(spot(0.4, 3), MEMORY, PLAN, 100.0, weak=True)
