"""Who is looked for in a picture, and how many of the people in real ones can still be found afterwards."""

import csv
from dataclasses import replace
from functools import cache

import cv2
import dlib
import numpy as np
import pytest

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.memory import Enrolment
from atdesk_sdk.detector import Box, DetectedFace, MatchBand
from tests.core.vision.bystanders import (
    NOBODY,
    ScriptedBodies,
    ScriptedFaces,
    agent_in_room,
    agent_picture,
    behind,
    encoder,
    eyes,
    face_of,
    head,
    in_smallest,
    kept,
    likeness,
    pixels_of,
    redacted,
    stranger_picture,
)
from tests.core.vision.footage import SHARED, agent, clip, models, room

beside = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not beside the checkout")


@pytest.mark.parametrize(
    ("width", "left", "top"),
    [(30, 560, 300), (40, 520, 300), (80, 20, 60), (170, 560, 180), (170, -90, 180)],
    ids=["far", "further back", "behind", "cut by the right edge", "cut by the left edge"],
)
def test_bystanders_at_every_distance_are_destroyed(width: int, left: int, top: int) -> None:
    picture = behind(agent_in_room(), stranger_picture(), width, left, top)
    outcome = redacted(picture, agent())
    middle = (left + width // 4, top + width // 3, left + width * 3 // 4, top + width)
    assert outcome.agent_shown
    assert kept(picture, outcome.pixels, middle) < 0.01


@pytest.mark.parametrize(
    ("who", "number", "width", "turn"),
    [("grid_b", 0, 48, cv2.ROTATE_90_CLOCKWISE), ("grid_a_1", 12, 72, cv2.ROTATE_90_COUNTERCLOCKWISE)],
)
def test_somebody_lying_down_is_found_in_a_turned_copy(who: str, number: int, width: int, turn: int) -> None:
    upright = cv2.resize(head(clip(who)[number]), (width, width * 5 // 4), interpolation=cv2.INTER_AREA)
    lying, picture = cv2.rotate(upright, turn), room().copy()
    picture[300 : 300 + width, 300 : 300 + width * 5 // 4] = lying
    outcome = redacted(picture, using=replace(eyes(), people=NOBODY))
    face = (300 + width // 3, 300 + width // 4, 300 + width * 7 // 8, 300 + width * 3 // 4)
    assert kept(picture, outcome.pixels, face) < 0.01


def test_somebody_in_a_dark_corner_is_found_in_an_equalised_copy() -> None:
    picture = agent_in_room()
    picture[200:512, :190] = (picture[200:512, :190] * 0.04).astype(np.uint8)
    small = cv2.resize(head(stranger_picture()), (90, 112), interpolation=cv2.INTER_AREA)
    dark = small.astype(np.float32) * 0.04
    picture[300:412, 50:140] = np.clip(dark + np.random.default_rng(1).normal(0, 1, dark.shape), 0, 255)
    assert kept(picture, redacted(picture, agent()).pixels, (75, 330, 115, 380)) < 0.05


def test_somebody_far_off_is_found_in_an_enlarged_part() -> None:
    picture = behind(room(), stranger_picture(), 12, 330, 300)
    assert kept(picture, redacted(picture).pixels, (333, 304, 339, 311)) < 0.05


def test_a_face_larger_than_the_picture_is_found_in_a_small_copy() -> None:
    left, top, right, bottom = pixels_of(face_of(stranger_picture()), stranger_picture())
    across, down, half = (left + right) // 2, (top + bottom) // 2, (right - left) // 4
    near = stranger_picture()[down - half : down + half, across - half : across + half]
    picture = np.asarray(cv2.resize(near, (512, 512), interpolation=cv2.INTER_CUBIC), np.uint8)
    assert kept(picture, redacted(picture).pixels, (0, 0, 512, 512)) < 0.05


def test_a_face_on_a_picture_is_destroyed() -> None:
    picture = behind(agent_in_room(), stranger_picture(), 70, 90, 80)
    cv2.rectangle(picture, (84, 74), (166, 176), (20, 40, 60), 5)
    assert kept(picture, redacted(picture, agent()).pixels, (108, 103, 143, 150)) < 0.01


def test_the_head_of_a_body_without_a_face_is_destroyed() -> None:
    body = Box(0.35, 0.2, 0.3, 0.8, 0.4)
    outcome = redacted(room(), using=replace(eyes(), people=ScriptedBodies(body)))
    assert kept(room(), outcome.pixels, (224, 103, 416, 103 + 160)) < 0.01
    assert kept(room(), outcome.pixels, (0, 480, 640, 512)) == 1.0


def test_a_body_under_the_agents_face_is_the_agents() -> None:
    picture = behind(room(), agent_picture(), 140, 250, 330)
    face = face_of(picture).box
    own = Box(face.x - 0.1, face.y - 0.1, face.width + 0.2, 0.4, 0.9)
    taller = Box(face.x - 0.1, 0.1, face.width + 0.2, 0.9, 0.9)
    alone, beneath = (
        redacted(picture, agent(), using=replace(eyes(), people=ScriptedBodies(body)))
        for body in (own, taller)
    )
    assert np.array_equal(alone.pixels, picture)
    assert beneath.agent_shown
    assert kept(picture, beneath.pixels, (250, 60, 390, 200)) < 0.05, "a head above the agent's"


def test_another_face_before_the_agents_is_destroyed() -> None:
    own = face_of(agent_picture())
    aside = 0.85 * own.box.width
    points = tuple((x + 640 * aside, y) for x, y in own.landmarks)
    before = in_smallest(DetectedFace(replace(own.box, x=own.box.x + aside, score=0.7), points))
    using = replace(eyes(), faces=ScriptedFaces((in_smallest(own), before), ()), people=NOBODY)
    outcome = redacted(agent_picture(), agent(), using=using)
    overlapped = (pixels_of(before, agent_picture())[0], *pixels_of(own, agent_picture())[1:])
    assert outcome.agent_shown
    assert kept(agent_picture(), outcome.pixels, overlapped) < 0.01


# --- photos beside the checkout, where they are there ---


def _paths(kind: str, *labels: str) -> list[str]:
    """Scenes of some labels, or the first photo of every second person."""
    if not SHARED.is_dir():
        return ["absent"]
    with (SHARED / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == kind]
    if labels:
        return [row["path"] for row in rows if row["label"] in labels]
    return list({row["identity"]: row["path"] for row in reversed(rows)}.values())[::2]


def _photo(path: str) -> Pixels:
    picture = cv2.imread(str(SHARED / path))
    assert picture is not None
    shrink = min(1.0, 1279 / max(picture.shape[:2]))
    return np.asarray(cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)


@cache
def _other_finder() -> dlib.fhog_object_detector:
    """A finder of faces that the redaction does not use, of another kind."""
    return dlib.get_frontal_face_detector()


def _still_found(picture: Pixels) -> int:
    by_another = _other_finder()(np.ascontiguousarray(picture[..., ::-1]), 1)
    return len(models().faces.detect(picture)) + len(by_another)


_WITH_PEOPLE = (
    *("second_person_near", "background_person", "several_people", "from_behind", "asleep_at_desk"),
    *("spoof_print", "spoof_screen", "one_person_room", "person_far"),
)


@beside
@pytest.mark.parametrize("path", _paths("scene", *_WITH_PEOPLE))
def test_nobody_is_found_in_a_scene_without_its_agent(path: str) -> None:
    picture = _photo(path)
    outcome = redacted(picture, None)
    assert _still_found(outcome.pixels) == 0
    assert outcome.regions > 0


@beside
@pytest.mark.parametrize("path", _paths("face"))
def test_the_encoder_does_not_know_a_destroyed_face_again(path: str) -> None:
    picture = _photo(path)
    outcome = redacted(picture, None)
    assert likeness(picture, outcome.pixels, face_of(picture)) is MatchBand.OTHER


@beside
def test_one_of_three_is_the_agent() -> None:
    picture = _photo("scenes/background_person_cafe.jpg")
    own = face_of(picture)
    outcome = redacted(picture, Enrolment(tuple(encoder().encode(picture, own)), encoder().name))
    assert outcome.agent_shown
    assert kept(picture, outcome.pixels, pixels_of(own, picture)) > 0.99
    assert len(models().faces.detect(outcome.pixels)) == 1
