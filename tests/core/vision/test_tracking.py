"""Faces that nobody wears, and when the face in the seat is compared again: on any sign of a change."""

import cv2
import numpy as np
import pytest

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.memory import Memory, Plan, Spot, Track
from atdesk_core.vision.tracking import appearance, is_motionless, is_picture, lost, wish
from atdesk_sdk import Box
from atdesk_sdk.detector import MatchBand
from tests.core.vision.footage import clip, models

PLAN, MEMORY = Plan(picture_s=10.0), Memory(seat_width=0.3)


def spot(width: float, frames: int, alive_at: float | None = None) -> Spot:
    return Spot(Box(0.3, 0.2, width, 0.4, 0.5), 0.0, 0.0, alive_at, frames)


@pytest.mark.parametrize(
    ("width", "weak", "after_s"),
    [(0.1, False, 10.0), (0.1, True, 10.0), (0.4, True, 15.0)],
)
def test_how_long_it_takes(width: float, weak: bool, after_s: float) -> None:
    still = spot(width, 9)
    assert not is_picture(still, MEMORY, PLAN, after_s - 0.1, weak=weak)
    assert is_picture(still, MEMORY, PLAN, after_s, weak=weak)


def test_whoever_sleeps_in_the_seat_is_no_picture() -> None:
    still = spot(0.4, 600)
    assert not is_picture(still, MEMORY, PLAN, 600.0)
    assert is_motionless(still, PLAN, 600.0), "and never somebody else"


def test_what_moved_lately_is_alive_however_weak() -> None:
    assert not is_picture(spot(0.4, 9, alive_at=20.0), MEMORY, PLAN, 30.0, weak=True)


def test_a_few_sightings_are_not_enough() -> None:
    assert not is_picture(spot(0.1, 4), MEMORY, PLAN, 100.0)
    assert not is_picture(spot(0.4, 2), MEMORY, PLAN, 100.0, weak=True)
    assert is_picture(spot(0.4, 3), MEMORY, PLAN, 100.0, weak=True)


def face(picture: Pixels) -> Box:
    return models().faces.detect(picture)[0].box


def looks(picture: Pixels) -> bytes:
    return appearance(picture, face(picture))


def matched(cue: bytes) -> Track:
    """Compared a second ago, and the agent."""
    return Track(Box(0.3, 0.2, 0.3, 0.4, 0.9), 0.0, cue, cue, 1.0, MatchBand.SAME, 1, 0.0)


def _head(picture: Pixels) -> tuple[slice, slice]:
    height, width = picture.shape[:2]
    box = face(picture)
    top, left = max(0, round((box.y - 0.15 * box.height) * height)), round((box.x - 0.25 * box.width) * width)
    return slice(top, top + round(1.3 * box.height * height)), slice(
        left, left + round(1.5 * box.width * width)
    )


def on_the_same_shoulders(picture: Pixels, other: Pixels) -> Pixels:
    """The first person's clothes and room with the other one's head."""
    swapped, place = picture.copy(), _head(picture)
    down, across = swapped[place].shape[:2]
    swapped[place] = cv2.resize(other[_head(other)], (across, down))
    return swapped


@pytest.mark.parametrize(
    ("gain", "offset", "gamma"),
    [(0.35, 0, 1), (0.6, 0, 1), (1.3, 0, 1), (1, 40, 1), (0.6, 30, 1), (1, 0, 0.7), (1, 0, 1.5)],
)
def test_another_light_does_not_look_like_another_person(gain: float, offset: float, gamma: float) -> None:
    picture = clip("grid_a_1")[0]
    lit = np.clip(255 * (picture / 255.0) ** gamma * gain + offset, 0, 255).astype(np.uint8)
    after = appearance(lit, face(picture))
    assert wish(matched(looks(picture)), after, Plan(), 1.0).why != "looks different"


@pytest.mark.parametrize("number", range(0, 15, 3))
def test_somebody_else_in_the_same_place_is_a_reason(number: int) -> None:
    before, after = looks(clip("grid_a_1")[0]), looks(clip("grid_b")[number])
    assert wish(matched(before), after, Plan(), 1.0).why == "looks different"


@pytest.mark.parametrize("number", range(0, 15, 3))
def test_another_head_over_the_same_clothes_is_a_reason_too(number: int) -> None:
    agent = clip("grid_a_1")[number]
    swapped = on_the_same_shoulders(agent, clip("grid_b")[number])
    assert wish(matched(looks(agent)), appearance(swapped, face(agent)), Plan(), 1.0).match


def test_somebody_who_speaks_and_nods_is_not_compared_again() -> None:
    first, *rest = (looks(picture) for picture in clip("grid_a_1"))
    assert not any(wish(matched(first), cue, Plan(), 1.0).match for cue in rest)


def test_after_a_picture_that_showed_nothing_the_face_is_compared_anew() -> None:
    track = matched(looks(clip("grid_a_1")[0]))
    assert wish(track, track.cue, Plan(), 1.0).why == "matched already"
    assert wish(lost(track), track.cue, Plan(), 1.0).why == "new face"
    assert lost(None) is None
