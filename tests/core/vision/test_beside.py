"""Persons beside the agent are not lost by following one face, and a picture on the wall is none."""

from dataclasses import replace

import numpy as np
import pytest

from atdesk_core.vision import beside
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.memory import Memory, Plan, Spot, Track
from atdesk_core.vision.pipeline import observe
from atdesk_core.vision.quality import Change, compare, thumbnail
from atdesk_sdk.detector import Box, Face, Match, MatchBand, Observation
from tests.core.vision.footage import clip, frame, in_scene, models, noisy, room

SEAT, OTHER = Box(0.4, 0.3, 0.2, 0.3, 0.9), Box(0.05, 0.3, 0.15, 0.2, 0.9)
PLAN = Plan(company=True)
TRACK = Track(SEAT, 10.0, b"")
FOLLOWED = Memory(track=TRACK, whole_at=9.0, faces=(Face(SEAT, 128, 0.0),))


def _moved(left: int, right: int) -> Change:
    """Between two of the 640 columns something became much brighter."""
    before = np.full((480, 640, 3), 100, np.uint8)
    now = before.copy()
    now[:, left:right] = 160
    return compare(thumbnail(now), thumbnail(before))


STILL, IN_THE_SEAT, BESIDE_IT = _moved(0, 0), _moved(270, 380), _moved(0, 100)


@pytest.mark.parametrize(
    ("memory", "change", "at", "whole"),
    [
        (FOLLOWED, STILL, 10.0, False),
        (FOLLOWED, IN_THE_SEAT, 10.0, False),
        (FOLLOWED, BESIDE_IT, 10.0, True),
        (FOLLOWED, STILL, 12.5, True),
        (FOLLOWED, STILL, 8.0, True),
        (FOLLOWED, None, 10.0, True),
        (replace(FOLLOWED, track=None), STILL, 10.0, True),
        (replace(FOLLOWED, faces=FOLLOWED.faces * 2), STILL, 10.0, True),
    ],
)
def test_when_the_whole_picture_is_searched(
    memory: Memory, change: Change | None, at: float, whole: bool
) -> None:
    assert beside.whole_picture(memory, PLAN, change, at) is whole
    assert not beside.whole_picture(memory, Plan(), change, at)


def _seen(match: Match | None = None) -> Observation:
    return Observation(
        "look", 0.0, 0.0, faces=(Face(OTHER, 96, 0.0), Face(SEAT, 128, 0.0)), seat=1, match=match
    )


def _spots(frames: int, alive_at: float | None, seat_alive_at: float | None) -> Memory:
    other = Spot(OTHER, since=5.0, seen_at=10.0, alive_at=alive_at, frames=frames)
    return Memory(spots=(other, Spot(SEAT, since=0.0, seen_at=10.0, alive_at=seat_alive_at, frames=9)))


@pytest.mark.parametrize(
    ("memory", "stays"),
    [
        (_spots(4, None, 9.0), False),
        (_spots(2, None, 9.0), True),
        (_spots(4, 7.0, 9.0), True),
        (_spots(4, None, None), True),
        (_spots(4, None, 4.0), True),
        (Memory(), True),
    ],
)
def test_a_face_that_never_moved_while_the_agent_did_is_a_picture(memory: Memory, stays: bool) -> None:
    kept = beside.without_pictures(_seen(), memory)
    assert len(kept.faces) == (2 if stays else 1)
    assert kept.seat is not None
    assert kept.faces[kept.seat].box == SEAT


def test_whoever_was_compared_is_no_picture_and_keeps_the_place() -> None:
    memory = _spots(4, None, 9.0)
    kept = beside.without_pictures(_seen(Match(1, MatchBand.SAME, 0.3)), memory)
    assert kept.match is not None
    assert (len(kept.faces), kept.match.face) == (1, 0)
    assert beside.without_pictures(_seen(Match(0, MatchBand.SAME, 0.3)), memory) == _seen(
        Match(0, MatchBand.SAME, 0.3)
    )


def _faces_seen(pictures: list[Pixels], plan: Plan) -> list[int]:
    memory, counts = Memory(), []
    for number, pixels in enumerate(pictures):
        seen, memory = observe(frame(pixels, float(number)), memory, None, plan, models())
        counts.append(len(seen.faces))
    return counts


def _behind(picture: Pixels, number: int) -> Pixels:
    """The agent at the desk, and somebody smaller who walks by on the left."""
    small = clip("grid_b")[number][::3, ::3]
    scene = room().copy()
    left = 20 + 12 * number
    scene[40 : 40 + small.shape[0], left : left + small.shape[1]] = small
    return noisy(in_scene(scene, picture, left=250), number)


def test_somebody_behind_is_seen_while_the_agent_is_followed() -> None:
    agents = clip("grid_a_1")[:10]
    alone = [noisy(in_scene(room(), picture, left=250), n) for n, picture in enumerate(agents[:5])]
    with_company = [_behind(picture, n) for n, picture in enumerate(agents[5:], 5)]
    assert _faces_seen(alone + with_company, PLAN)[:5] == [1] * 5
    assert _faces_seen(alone + with_company, PLAN)[5:] == [2] * 5


def test_a_portrait_beside_the_agent_is_company_for_two_pictures_at_most() -> None:
    wall = room().copy()
    photo = clip("grid_b")[0][60:460:2, 130:530:2]
    wall[60 : 60 + photo.shape[0], 20 : 20 + photo.shape[1]] = photo
    pictures = [noisy(in_scene(wall, picture, left=250), n) for n, picture in enumerate(clip("grid_a_1")[:8])]
    assert _faces_seen(pictures, PLAN)[3:] == [1] * 5
