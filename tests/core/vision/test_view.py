"""Whether the camera still shows the scene in which the agent was seen; and pictures put behind people."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from atdesk_core.judging import JudgingRules, begin, verdict
from atdesk_core.judging import observe as judge
from atdesk_core.vision import obstacles
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.quality import thumbnail
from atdesk_core.vision.structure import round_face
from atdesk_core.vision.view import View, has_moved, remember
from atdesk_sdk import CouldNotTell, FindingKind
from atdesk_sdk.detector import Box, Obstacle
from tests.core.vision.footage import agent, clip, in_scene, noisy, room, watch

FACE = Box(0.43, 0.35, 0.14, 0.22, 0.9)
"""About where the head of whom `in_scene` seats is."""


def study() -> Pixels:
    """The room with what lies and hangs about in one that is lived in."""
    picture, draws = room().copy(), np.random.default_rng(5)
    for _ in range(70):
        corner = draws.integers((0, 0), (600, 470))
        around = draws.integers(-25, 25, (5, 2)) + corner
        colour = [int(part) for part in draws.integers(20, 235, 3)]
        cv2.fillPoly(picture, [around.astype(np.int32)], colour)
    return picture


def seen_in(scene: Pixels, at: float = 0.0, known: View | None = None) -> View:
    """The view with the agent before this scene."""
    picture = noisy(in_scene(scene, clip("grid_a_1")[0]), 1)
    return remember(picture, thumbnail(picture), round_face(FACE), at, known, 10.0)


def moved(picture: Pixels, view: View | None, *, of_agent: bool = True) -> bool:
    noise = noisy(picture, 7)
    return has_moved(noise, thumbnail(noise), view, of_agent=of_agent)


def shifted(picture: Pixels, across: int, down: int, degrees: float = 0.0, zoom: float = 1.0) -> Pixels:
    """The scene as a camera shows it that was touched."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, zoom)
    turn[:, 2] += (across, down)
    return np.asarray(cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)


def lit(picture: Pixels, gain: float, more: float = 0.0) -> Pixels:
    return np.asarray(np.clip(picture.astype(np.float32) * gain + more, 0, 255), np.uint8)


def other_room() -> Pixels:
    """A kitchen: tiles, a pan on the wall, a table."""
    picture = np.full((512, 640, 3), (190, 200, 205), np.uint8)
    for row, column in np.ndindex(7, 10):
        left, top = column * 64, row * 48
        cv2.rectangle(picture, (left, top), (left + 62, top + 46), (160 + 8 * row, 170, 200 - 6 * column), -1)
    cv2.circle(picture, (150, 140), 60, (40, 40, 45), -1)
    cv2.line(picture, (210, 140), (330, 140), (40, 40, 45), 12)
    cv2.rectangle(picture, (0, 380), (640, 512), (90, 60, 40), -1)
    return picture


def test_before_anybody_was_seen_no_scene_is_another_one() -> None:
    assert not moved(room(), None)
    assert not moved(other_room(), None)


@pytest.mark.parametrize(
    "now",
    [
        lambda one: one,
        lambda one: lit(one, 0.6),
        lambda one: lit(one, 1.2, 15),
        lambda one: shifted(one, 4, -3),
    ],
    ids=["the same", "a lamp goes out", "the sun comes out", "somebody knocks at the table"],
)
def test_the_same_scene_stays_the_same(now: Callable[[Pixels], Pixels]) -> None:
    assert not moved(now(room()), seen_in(room()))
    assert not moved(now(study()), seen_in(study()))


@pytest.mark.parametrize(
    "now",
    [
        lambda one: shifted(one, 0, 90),
        lambda one: shifted(one, -80, 0),
        lambda one: shifted(one, 0, 0, degrees=12.0),
        lambda one: shifted(one, 0, 45, zoom=1.12),
    ],
    ids=["a lid half closed", "turned aside", "tilted", "a desk raised"],
)
@pytest.mark.parametrize("of_agent", [True, False])
def test_a_camera_that_was_touched_shows_the_scene_elsewhere(
    now: Callable[[Pixels], Pixels], of_agent: bool
) -> None:
    assert moved(now(study()), seen_in(study()), of_agent=of_agent)


def test_a_wholly_other_scene_counts_where_an_agent_was_lost_from_sight() -> None:
    assert moved(other_room(), seen_in(room()))
    assert not moved(other_room(), seen_in(room()), of_agent=False)


def test_a_plain_wall_is_never_another_scene() -> None:
    wall = np.full((512, 640, 3), 170, np.uint8)
    assert not moved(lit(wall, 0.9), seen_in(wall))


def test_corners_are_taken_anew_only_now_and_then() -> None:
    first = seen_in(room(), at=0.0)
    assert seen_in(room(), at=5.0, known=first).corners is first.corners
    assert seen_in(room(), at=10.0, known=first).corners is not first.corners
    assert seen_in(room(), at=-1.0, known=first).corners is not first.corners, "a clock that goes back"


def test_whoever_leaves_before_a_camera_that_was_touched_is_not_absent_until_seen_again() -> None:
    there = [noisy(in_scene(room(), clip("grid_a_1")[n]), n) for n in range(4)]
    tilted = shifted(room(), 0, 90)
    gone = [noisy(tilted, 20 + n) for n in range(8)]
    back = [noisy(in_scene(tilted, clip("grid_a_1")[n]), 40 + n) for n in range(3)]
    gone_again = [noisy(tilted, 60 + n) for n in range(8)]
    seen, _ = watch([*there, *gone, *back, *gone_again], enrolment=agent())
    state, said = begin(0.0), []
    for one in seen:
        state = judge(state, one, JudgingRules())
        said.append((verdict(state).finding, verdict(state).reason))
    assert said[11] == (None, CouldNotTell.VIEW_MOVED)
    assert said[14][0] is FindingKind.PRESENT
    assert said[-1][0] is FindingKind.ABSENT, "from then on this is the agent's scene"


def test_an_empty_picture_behind_which_a_backdrop_was_put_tells_nothing() -> None:
    """Somebody moves before a picture that is still to the bit; then nobody is before it."""
    backdrop = noisy(room(), 3)
    there = [in_scene(backdrop, clip("grid_a_1")[n]) for n in range(8)]
    seen, memory = watch([*there, *([backdrop] * 4)], enrolment=agent())
    assert obstacles.has_virtual_background(memory)
    assert [one.obstacle for one in seen[-3:]] == [Obstacle.VIRTUAL_BACKGROUND] * 3


def test_a_room_with_a_sensors_noise_is_no_backdrop() -> None:
    there = [noisy(in_scene(room(), clip("grid_a_1")[n]), n) for n in range(8)]
    _, memory = watch(there, enrolment=agent())
    assert not obstacles.has_virtual_background(memory)


def test_a_black_figure_before_a_window_is_no_empty_seat() -> None:
    bright = lit(room(), 1.0, 40)
    figure = noisy(bright, 1)
    cv2.ellipse(figure, (320, 210), (55, 75), 0, 0, 360, (8, 8, 8), -1)
    cv2.ellipse(figure, (320, 480), (150, 190), 0, 0, 360, (8, 8, 8), -1)
    small = thumbnail(figure)
    quality = watch([figure])[0][0].quality
    assert quality is not None
    _, memory = watch([noisy(bright, 2)])
    person = Box(0.26, 0.25, 0.48, 0.75, 0.25)
    assert obstacles.doubtful(small, quality, memory, (person,)) is Obstacle.TOO_DARK
    assert obstacles.doubtful(small, quality, memory, ()) is None
