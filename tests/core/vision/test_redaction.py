"""Promise 5: everybody but the agent is destroyed before a picture is kept; otherwise there is no picture."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.redaction import Eyes, Redacted, Refusal, Refused, mosaic, redact, regions
from atdesk_core.vision.redaction.regions import Region
from atdesk_sdk.detector import Box, DetectedFace, MatchBand
from tests.core.vision.bystanders import (
    NOBODY,
    Breaking,
    ScriptedBodies,
    ScriptedFaces,
    agent_in_room,
    agent_picture,
    behind,
    cut_out,
    encoder,
    eyes,
    face_of,
    in_smallest,
    kept,
    likeness,
    pixels_of,
    redacted,
    side_by_side,
    stranger_picture,
)
from tests.core.vision.footage import agent, clip, models, room

SIZE = (640, 512)
NOT_A_NUMBER = float("nan")


# --- who is kept ---


def test_the_agent_alone_is_left_as_is() -> None:
    outcome = redacted(agent_picture(), agent())
    assert outcome.agent_shown
    assert np.array_equal(outcome.pixels, agent_picture())


@pytest.mark.parametrize("number", [0, 5, 10])
def test_the_bystander_goes_and_the_agents_face_stays_pixel_for_pixel(number: int) -> None:
    picture = side_by_side(clip("grid_a_1")[number], clip("grid_b")[number])
    own, other = sorted(models().faces.detect(picture), key=lambda face: face.box.x)
    outcome = redacted(picture, agent())
    assert outcome.agent_shown
    assert kept(picture, outcome.pixels, pixels_of(own, picture)) == 1.0
    assert kept(picture, outcome.pixels, pixels_of(other, picture)) < 0.01
    assert [face.box.x < 0.5 for face in models().faces.detect(outcome.pixels)] == [True]
    assert likeness(picture, outcome.pixels, other) is MatchBand.OTHER


def test_a_different_person_is_destroyed_and_that_is_a_picture() -> None:
    outcome = redacted(stranger_picture(), agent())
    assert not outcome.agent_shown
    assert not models().faces.detect(outcome.pixels)
    assert likeness(stranger_picture(), outcome.pixels, face_of(stranger_picture())) is MatchBand.OTHER


def test_an_empty_room_is_left_as_it_is() -> None:
    outcome = redacted(room(), agent())
    assert outcome.regions == 0
    assert np.array_equal(outcome.pixels, room())


@pytest.mark.parametrize(
    "enrolment",
    [
        None,
        Enrolment(agent().template, "another-encoder"),
        Enrolment((NOT_A_NUMBER,) * 128, agent().encoder),
    ],
    ids=["none", "of another encoder", "broken"],
)
def test_without_a_template_that_can_be_read_the_agent_is_destroyed_too(enrolment: Enrolment | None) -> None:
    outcome = redacted(agent_picture(), enrolment)
    assert not outcome.agent_shown
    assert kept(agent_picture(), outcome.pixels, pixels_of(face_of(agent_picture()), agent_picture())) < 0.01


def test_a_face_that_may_or_may_not_be_the_agents_is_destroyed() -> None:
    judge = encoder()
    mine = np.array(judge.encode(agent_picture(), face_of(agent_picture())))
    far = np.array(judge.encode(stranger_picture(), face_of(stranger_picture())))
    between = mine + (far - mine) * 0.55 / np.linalg.norm(far - mine)
    assert judge.band(judge.distance(between.tolist(), mine.tolist())) is MatchBand.UNSURE
    assert not redacted(agent_picture(), Enrolment(tuple(between.tolist()), judge.name)).agent_shown


def test_two_faces_that_match_are_a_doubt_about_both() -> None:
    twins = side_by_side(clip("grid_a_1")[2], clip("grid_a_1")[9])
    outcome = redacted(twins, agent())
    assert not outcome.agent_shown
    assert not models().faces.detect(outcome.pixels)


# --- it cannot be undone ---


def _alike(picture: Pixels, other: Pixels, place: Region) -> Pixels:
    """The picture with what the other shows at the place, its four quarters brought to the same levels."""
    result = picture.copy()
    wanted = mosaic.levels(picture, place)
    for row, column in product(range(2), range(2)):
        wide, tall = place.width // 2, place.height // 2
        left, top = place.left + column * wide, place.top + row * tall
        part = cut_out(other, (left, top, left + wide, top + tall)).astype(np.float32)
        mean = (float(wanted[row, column]) + 0.5) * 256 / mosaic.LEVELS
        contrast = 0.3  # little enough that nothing is clipped
        inside = mean + contrast * (part - cv2.cvtColor(part, cv2.COLOR_BGR2GRAY).mean())
        result[top : top + tall, left : left + wide] = np.clip(np.rint(inside), 0, 255)
    return result


def test_two_faces_with_the_same_levels_leave_the_same_picture() -> None:
    one = stranger_picture()
    face = face_of(one)
    place = regions.round_face(face, SIZE)
    two = _alike(one, agent_picture(), place)
    looks = [ScriptedFaces((in_smallest(replace(face, box=replace(face.box, score=0.7))),), ()) for _ in "12"]
    first, second = (
        redacted(picture, using=replace(eyes(), faces=look, people=NOBODY)).pixels
        for picture, look in zip((one, two), looks, strict=True)
    )
    assert len(models().faces.detect(two)) == 1, "it still shows a face"
    assert np.abs(one[place.part].astype(int) - two[place.part]).mean() > 10, "and another one"
    assert np.array_equal(first, second)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 90), st.integers(2, 90))
def test_what_is_drawn_comes_from_twelve_bits(seed: int, width: int, height: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    place = Region(0, 0, width, height)
    levels = mosaic.levels(noise, place)
    assert levels.shape == (mosaic.CELLS, mosaic.CELLS)
    assert mosaic.LEVELS ** (mosaic.CELLS**2) == 2**12
    assert levels.max() < mosaic.LEVELS
    assert np.array_equal(mosaic.levelled(noise, place), mosaic.drawn(levels, width, height))


def test_no_colour_is_kept() -> None:
    drawn = redacted(stranger_picture()).pixels[pixels_centre(stranger_picture())]
    assert (drawn == drawn[..., :1]).all()


def pixels_centre(picture: Pixels) -> tuple[slice, slice]:
    left, top, right, bottom = pixels_of(face_of(picture), picture)
    return slice(top, bottom), slice(left, right)


@pytest.mark.parametrize("width", [100, 101, 103, 107])
def test_a_region_does_not_tell_the_faces_exact_size(width: int) -> None:
    face = DetectedFace(Box(0.4, 0.4, width / 640, 130 / 512, 0.9), ((0.0, 0.0),) * 5)
    place = regions.round_face(face, SIZE)
    assert (place.left, place.right) == (160, 448)
    assert all(edge % 32 == 0 for edge in (place.left, place.top, place.right, place.bottom))


def test_everything_outside_the_regions_is_untouched() -> None:
    picture = behind(agent_in_room(), stranger_picture(), 40, 520, 300)
    found = DetectedFace(Box(0.83, 0.62, 0.04, 0.06, 0.7), ((134.0, 80.0),) * 5)
    using = replace(eyes(), faces=ScriptedFaces((found,), ()), people=NOBODY)
    outcome = redacted(picture, using=using)
    place = regions.round_face(found, SIZE)
    outside = np.ones(picture.shape[:2], np.bool_)
    outside[place.part] = False
    assert np.array_equal(outcome.pixels[outside], picture[outside])
    assert outcome.hidden == pytest.approx(place.width * place.height / (640 * 512))


def test_the_result_is_pixels_of_its_own() -> None:
    picture = stranger_picture().copy()
    picture.flags.writeable = False
    outcome = redacted(picture, agent())
    assert np.array_equal(picture, stranger_picture())
    assert not np.shares_memory(outcome.pixels, picture)
    assert outcome.pixels.base is None
    assert outcome.pixels.dtype == np.uint8


# --- the background ---


def test_with_the_background_only_the_agents_figure_is_left() -> None:
    picture = agent_in_room()
    outcome = redacted(picture, agent(), background=True)
    assert kept(picture, outcome.pixels, pixels_of(face_of(picture), picture)) == 1.0
    for corner in ((0, 0, 180, 512), (460, 0, 640, 512), (0, 0, 640, 100)):
        assert kept(picture, outcome.pixels, corner) < 0.05
    assert outcome.hidden > 0.6


def test_a_bystander_is_gone_with_the_background() -> None:
    picture = side_by_side(agent_picture(), stranger_picture())
    outcome = redacted(picture, agent(), background=True)
    assert kept(picture, outcome.pixels, (340, 0, 640, 512)) < 0.05


@pytest.mark.parametrize("picture", [stranger_picture(), room()], ids=["somebody else", "nobody"])
def test_without_the_agent_nothing_would_be_left_of_it(picture: Pixels) -> None:
    assert redact(picture, agent(), eyes(), background=True) == Refused(Refusal.NO_AGENT)


# --- it fails closed ---


class _BadNumbers:
    """An encoder whose vectors are no numbers, all the same, or of the place alone."""

    def __init__(self, vector: Sequence[float]) -> None:
        self.name = encoder().name
        self._vector = vector

    def encode(self, picture: Pixels, face: DetectedFace) -> Sequence[float]:
        return self._vector

    def distance(self, template: Sequence[float], probe: Sequence[float]) -> float:
        return encoder().distance(template, probe)

    def band(self, distance: float) -> MatchBand:
        return encoder().band(distance)


_FACE = in_smallest(face_of(stranger_picture()))
_NOWHERE = replace(_FACE, box=replace(_FACE.box, x=NOT_A_NUMBER))
_UNSCORED = replace(_FACE, box=replace(_FACE.box, score=NOT_A_NUMBER))
_POINTLESS = replace(_FACE, landmarks=((NOT_A_NUMBER, 1.0),) * 5)
_CROWD = [
    replace(_FACE, box=Box(column / 8, row / 8, 0.1, 0.1, 0.7)) for row in range(6) for column in range(7)
]
_ERROR = Breaking(RuntimeError("a value of the picture"))


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"faces": _ERROR}, Refusal.STEP_BROKE),
        ({"people": _ERROR}, Refusal.STEP_BROKE),
        ({"encoder": _ERROR}, Refusal.STEP_BROKE),
        ({"people": Breaking(MemoryError())}, Refusal.STEP_BROKE),
        ({"faces": ScriptedFaces((_NOWHERE,))}, Refusal.STEP_BROKE),
        ({"faces": ScriptedFaces((_UNSCORED,))}, Refusal.STEP_BROKE),
        ({"faces": ScriptedFaces((_POINTLESS,))}, Refusal.STEP_BROKE),
        ({"faces": ScriptedFaces((replace(_FACE, landmarks=()),))}, Refusal.STEP_BROKE),
        ({"people": ScriptedBodies(Box(0.1, NOT_A_NUMBER, 0.2, 0.2, 0.9))}, Refusal.STEP_BROKE),
        ({"encoder": _BadNumbers([NOT_A_NUMBER] * 128)}, Refusal.STEP_BROKE),
        ({"encoder": _BadNumbers([])}, Refusal.STEP_BROKE),
        ({"encoder": _BadNumbers([0.5] * 128)}, Refusal.LINKABLE),
        ({"encoder": None}, Refusal.NO_ENCODER),
        ({"faces": ScriptedFaces((_FACE,))}, Refusal.FACE_LEFT),
        ({"faces": ScriptedFaces(_CROWD)}, Refusal.CROWD),
    ],
)
def test_any_doubt_is_no_picture(broken: dict[str, Any], reason: Refusal) -> None:
    outcome = redact(stranger_picture(), None, replace(eyes(), **broken))
    assert isinstance(outcome, Refused)
    assert outcome.reason is reason
    assert outcome.detail in {"", "RuntimeError", "MemoryError", "BrokenStep"}


def test_an_agent_that_is_not_known_again_is_destroyed_as_well() -> None:
    class Forgets(_BadNumbers):
        asked = 0

        def encode(self, picture: Pixels, face: DetectedFace) -> Sequence[float]:
            self.asked += 1
            return agent().template if self.asked == 1 else encoder().encode(stranger_picture(), face)

    assert not redacted(agent_picture(), agent(), using=replace(eyes(), encoder=Forgets([]))).agent_shown


def test_what_is_left_after_the_first_round_is_destroyed_in_a_larger_one() -> None:
    picture = stranger_picture()
    face = face_of(picture)
    weak = in_smallest(replace(face, box=replace(face.box, score=0.5)))
    using = replace(eyes(), people=NOBODY)
    once = redacted(picture, using=replace(using, faces=ScriptedFaces((weak,), ())))
    twice = redacted(picture, using=replace(using, faces=ScriptedFaces((weak,), (weak,), ())))
    assert twice.hidden > 1.1 * once.hidden
    assert len(np.unique(twice.pixels[pixels_centre(picture)])) == 1, "not even the levels are kept"


@pytest.mark.parametrize(
    "picture",
    [
        None,
        b"bytes",
        np.zeros((512, 640), np.uint8),
        np.zeros((512, 640, 4), np.uint8),
        np.full((512, 640, 3), NOT_A_NUMBER),
        np.zeros((512, 640, 3), np.uint16),
        np.zeros((1, 1, 3), np.uint8),
        np.zeros((0, 640, 3), np.uint8),
        np.broadcast_to(np.uint8(200), (8000, 8000, 3)),
    ],
    ids=["none", "bytes", "grey", "four colours", "floats", "16 bits", "1 x 1", "no rows", "8000 x 8000"],
)
def test_what_is_no_picture_is_refused(picture: Any) -> None:
    assert redact(picture, agent(), eyes()) == Refused(Refusal.BAD_PICTURE)


def test_a_picture_too_dark_to_search_is_refused() -> None:
    dark = (side_by_side(agent_picture(), stranger_picture()) * 0.1).astype(np.uint8)
    assert redact(dark, agent(), eyes()) == Refused(Refusal.TOO_DARK)


@pytest.mark.parametrize("size", [(16, 16), (16, 700), (1000, 18), (97, 61)])
@pytest.mark.parametrize("seed", [1, 2])
def test_odd_pictures_never_raise(size: tuple[int, int], seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)
    outcome = redact(noise[::-1, ::-1], agent(), eyes())
    assert isinstance(outcome, Redacted) or outcome.reason is not Refusal.STEP_BROKE


def test_a_large_picture_is_kept_no_larger_than_it_was_searched() -> None:
    outcome = redacted(np.asarray(cv2.resize(stranger_picture(), (2000, 1600)), np.uint8), agent())
    assert outcome.pixels.shape == (1024, 1280, 3)
    assert not models().faces.detect(outcome.pixels)


def test_nothing_is_written_to_a_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        redact(stranger_picture(), agent(), eyes())
        redact(stranger_picture(), agent(), replace(eyes(), faces=_ERROR))
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_the_words_for_a_refusal_are_closed() -> None:
    assert {str(reason) for reason in Refusal} == {
        *("bad_picture", "too_dark", "crowd", "no_agent", "no_encoder"),
        *("step_broke", "face_left", "linkable"),
    }


def test_real_eyes_are_those_of_the_worker_and_a_finder_of_their_own() -> None:
    made = Eyes.of(models())
    assert made.people is models().people
    assert made.encoder is models().encoder
    assert made.faces is not models().faces
