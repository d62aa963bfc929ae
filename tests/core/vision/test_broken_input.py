"""Whatever comes in, an observation comes out, and nothing broken is evidence."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atdesk_core.judging import JudgingRules, Verdict, begin, verdict
from atdesk_core.judging import observe as judge
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.faces import YuNet
from atdesk_core.vision.memory import Memory
from atdesk_core.vision.people import CenterNet
from atdesk_core.vision.pipeline import observe
from atdesk_sdk.detector import (
    Box,
    DetectedFace,
    Frame,
    MatchBand,
    Observation,
    Obstacle,
    PixelFormat,
)
from atdesk_sdk.findings import CouldNotTell, FindingKind
from tests.core.vision.footage import PLAN, agent, clip, frame, jpeg, jpeg_frame, models, noisy, room, watch

WHOLE = jpeg(clip("grid_a_1")[0])
SEATED = [noisy(picture, n) for n, picture in enumerate(clip("grid_a_1")[:4])]


class _Broken:
    """A detector or encoder whose numbers are broken, or that fails altogether."""

    name = "dlib-resnet-128"

    def __init__(self, error: Exception | None = None, number: float = float("nan")) -> None:
        self._error = error
        self._number = number

    def detect(self, picture: Pixels) -> Sequence[Box]:
        raise self._error or AssertionError("not asked for")

    def encode(self, picture: Pixels, face: DetectedFace) -> Sequence[float]:
        if self._error:
            raise self._error
        return [self._number] * 128

    def distance(self, template: Sequence[float], probe: Sequence[float]) -> float:
        real = models().encoder
        assert real is not None
        return real.distance(template, probe)

    def band(self, distance: float) -> MatchBand:
        real = models().encoder
        assert real is not None
        return real.band(distance)


class _Numbers:
    """Stands where a session stands in a real detector, and answers with numbers that are none."""

    def __init__(self, broken: float) -> None:
        self._broken = broken

    def run(
        self, names: list[str] | None, inputs: object
    ) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
        return [np.full((1, 100, 6), self._broken, np.float32) for _ in names or ("all",)]


def _said(observations: Sequence[Observation]) -> Verdict:
    state = begin(0.0)
    for observation in observations:
        state = judge(state, observation, JudgingRules())
    return verdict(state)


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("model", ["faces", "people"])
@pytest.mark.parametrize("seated", [True, False])
def test_a_model_that_gives_no_numbers_ends_in_no_finding(
    broken: float, model: str, seated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    faces, people = YuNet(), CenterNet()
    if model == "faces":
        monkeypatch.setattr(faces._network, "_session", _Numbers(broken))
    else:
        monkeypatch.setattr(people, "_session", _Numbers(broken))
    using = replace(models(), faces=faces, people=people)
    pictures = SEATED * 2 if seated else [noisy(room(), n) for n in range(8)]
    said = _said(watch(pictures, enrolment=agent(), using=using)[0])
    if seated and model == "people":
        assert said.finding is FindingKind.PRESENT, "the face is enough"
    else:
        assert said.reason is CouldNotTell.NO_SIGNAL


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (15, 15), (8000, 8000)])
def test_sizes_that_no_camera_has_end_in_no_signal(size: tuple[int, int]) -> None:
    data = jpeg(np.full((size[1], size[0], 3), 90, np.uint8))
    memory = watch(SEATED)[1]
    seen = [observe(jpeg_frame(data, 4.0 + n), memory, None, PLAN, models())[0] for n in range(6)]
    assert _said(seen).reason is CouldNotTell.NO_SIGNAL


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8",
        bytes(5000),
        WHOLE[: len(WHOLE) // 2],
        WHOLE[:-2],
        jpeg(np.zeros((1, 1, 3), np.uint8)),
        jpeg(np.zeros((4, 2000, 3), np.uint8)),
        cv2.imencode(".png", room())[1].tobytes()[:200],
    ],
)
def test_a_broken_picture_is_an_obstacle_and_leaves_the_memory_alone(data: bytes) -> None:
    memory = watch([clip("grid_a_1")[0]])[1]
    observation, after = observe(jpeg_frame(data, 1.0), memory, None, PLAN, models())
    assert observation.obstacle is Obstacle.UNREADABLE
    assert observation.skipped[0].step == "decode"
    assert after == memory


@pytest.mark.parametrize("size", [(0, 0), (-1, 10), (100_000, 100_000), (640, 481)])
def test_raw_frames_that_lie_about_their_size(size: tuple[int, int]) -> None:
    lie = replace(frame(room()), width=size[0], height=size[1] + 200)
    observation, _ = observe(lie, Memory(), None, PLAN, models())
    assert observation.obstacle is Obstacle.UNREADABLE


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=30))
def test_flipped_bytes_never_raise(flips: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for place, value in flips:
        data[place] = value
    observation, _ = observe(jpeg_frame(bytes(data)), Memory(), None, PLAN, models())
    assert observation.look_id == "look"


def test_grey_pictures_and_grey_frames_are_searched() -> None:
    grey = cv2.cvtColor(clip("grid_a_1")[0], cv2.COLOR_BGR2GRAY)
    coded = observe(jpeg_frame(cv2.imencode(".jpg", grey)[1].tobytes()), Memory(), None, PLAN, models())[0]
    raw = Frame("look", memoryview(grey.tobytes()), PixelFormat.GRAY8, 0, 0, 640, 512, 640)
    assert len(coded.faces) == len(observe(raw, Memory(), None, PLAN, models())[0].faces) == 1


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_vector_without_numbers_is_doubt_and_not_somebody_else(number: float) -> None:
    using = replace(models(), encoder=_Broken(number=number))
    seen, _ = watch([noisy(p, n) for n, p in enumerate(clip("grid_a_1")[:4])], enrolment=agent(), using=using)
    assert {one.match.band for one in seen if one.match} == {MatchBand.UNSURE}


@pytest.mark.parametrize("error", [RuntimeError("model"), cv2.error("codec"), ZeroDivisionError()])
def test_a_model_that_fails_is_an_obstacle(error: Exception) -> None:
    using = replace(models(), people=_Broken(error), encoder=_Broken(error))
    empty, _ = watch([room()], using=using)
    seated, _ = watch([clip("grid_a_1")[0]], enrolment=agent(), using=using)
    assert empty[0].obstacle is seated[0].obstacle is Obstacle.UNREADABLE
    assert type(error).__name__ in empty[0].skipped[0].why
