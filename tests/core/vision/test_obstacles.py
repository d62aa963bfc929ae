"""Dark, covered, frozen, blurred: each named, and none of them for an ordinary quiet scene."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.memory import Memory
from atdesk_sdk.detector import Observation, Obstacle
from tests.core.vision.footage import clip, noisy, room, watch

PEOPLE = clip("grid_a_1")


def _seated(count: int, start: int = 0) -> list[Pixels]:
    return [noisy(PEOPLE[(start + n) % len(PEOPLE)], start + n) for n in range(count)]


def _before() -> Memory:
    return watch(_seated(4))[1]


def _obstacles(pictures: list[Pixels], memory: Memory | None = None) -> list[Obstacle | None]:
    observations: list[Observation] = watch(pictures, memory=memory, start=4.0)[0]
    return [one.obstacle for one in observations]


def _coded(pictures: list[Pixels], path: Path) -> list[Pixels]:
    """Through a real video coder, ten frames a second, of which every tenth is taken."""
    height, width = pictures[0].shape[:2]
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10, (width, height))
    for picture in pictures:
        video.write(picture)
    video.release()
    coded, taken = cv2.VideoCapture(str(path)), []
    while coded.grab():
        taken.append(np.asarray(coded.retrieve()[1], np.uint8))
    return taken[::10]


def test_dark_even_where_a_face_could_still_be_guessed() -> None:
    dark = [noisy((picture * 0.05).astype(np.uint8), n, 2.0) for n, picture in enumerate(PEOPLE[:4])]
    assert _obstacles(dark, _before()) == [Obstacle.TOO_DARK] * 4
    assert _obstacles(dark) == [Obstacle.TOO_DARK] * 4


def test_an_empty_seat_at_dusk_is_too_dark_to_say_so() -> None:
    dusk = [noisy((room() * 0.2).astype(np.uint8), n) for n in range(3)]
    assert _obstacles(dusk) == [Obstacle.TOO_DARK] * 3


@pytest.mark.parametrize("level", [0, 12, 90, 200])
def test_a_covered_lens_whatever_its_brightness(level: int) -> None:
    covered = [noisy(np.full_like(room(), level), n, 1.5) for n in range(3)]
    assert _obstacles(covered, _before()) == [Obstacle.COVERED] * 3
    assert _obstacles(covered) == [Obstacle.COVERED] * 3


def test_a_plain_wall_that_was_behind_the_agent_is_not_a_covered_lens() -> None:
    shade = np.linspace(150, 170, 640).astype(np.uint8)
    wall = np.dstack([np.tile(shade, (512, 1)), np.full((512, 640), 150), np.full((512, 640), 140)]).astype(
        np.uint8
    )
    face = PEOPLE[0][120:420, 220:440]
    seated = wall.copy()
    seated[180:480, 220:440] = face
    memory = watch([noisy(seated, n) for n in range(4)])[1]
    assert memory.view is not None
    assert _obstacles([noisy(wall, n) for n in range(50, 53)], memory) == [None] * 3


def test_frozen_before_the_coder_is_found_behind_it(tmp_path: Path) -> None:
    live = [noisy(PEOPLE[n // 2 % len(PEOPLE)], n) for n in range(40)]
    seen = _coded(live + [live[-1]] * 50, tmp_path / "frozen.mp4")
    found = _obstacles(seen)
    assert found[:4] == [None] * 4
    assert found[7:] == [Obstacle.FROZEN] * 2


def test_frozen_is_found_before_an_absence_could_be() -> None:
    still = noisy(room(), 1)
    found = _obstacles([still] * 6, _before())
    assert found.index(Obstacle.FROZEN) < 3


def test_a_quiet_room_with_a_sensor_is_not_frozen() -> None:
    assert _obstacles([noisy(room(), n, 1.5) for n in range(20, 30)], _before()) == [None] * 10


def test_a_stream_without_noise_is_not_frozen_for_an_empty_room() -> None:
    """A strong coder leaves no noise at all; then only a face that stands still would say frozen."""
    clean = replace(watch(list(PEOPLE[:5]))[1], noise=0.1)
    rooms = []
    for number in range(6):
        picture = room().copy()
        picture[380:440, 60 * number : 60 * number + 90] ^= 3
        rooms.append(picture)
    assert _obstacles(rooms, clean) == [None] * 6


def test_a_blur_that_hides_everything_is_named() -> None:
    blurred = [noisy(np.asarray(cv2.GaussianBlur(room(), (0, 0), 40), np.uint8), n) for n in range(3)]
    assert _obstacles(blurred, watch([noisy(room(), 99)])[1]) == [Obstacle.BLURRED] * 3
