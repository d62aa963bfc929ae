"""The encoder: three ways to the same numbers, three bands, and an import that cannot end the process."""

import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from atdesk_core.vision.encoder import (
    DlibOnnx,
    DlibResnet,
    EncoderUnavailable,
    FaceRecognition,
    bands,
    default_encoder,
)
from atdesk_sdk.detector import DetectedFace, MatchBand
from tests.core.vision.footage import agent, clip, models

_QUITS = """
import sys, types
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "face_recognition":
            print("Please install `face_recognition_models`")
            raise SystemExit(0)
sys.meta_path.insert(0, Finder())
from atdesk_core.vision.encoder import DlibResnet, FaceRecognition, default_encoder
try:
    FaceRecognition()
except ImportError as error:
    print("IMPORT ERROR", error)
print("BACKEND", default_encoder((FaceRecognition, DlibResnet)).backend)
"""


@pytest.mark.skipif(
    find_spec("face_recognition") is None, reason="the extra face-recognition is not installed"
)
def test_both_backends_give_the_same_numbers() -> None:
    picture = clip("grid_a_1")[0]
    face = models().faces.detect(picture)[0]
    direct, package = DlibResnet(), FaceRecognition()
    assert direct.name == package.name
    assert np.allclose(direct.encode(picture, face), package.encode(picture, face), atol=1e-6)


@pytest.mark.parametrize("name", ["grid_a_1", "grid_a_2", "grid_b"])
def test_dlibs_network_gives_the_same_numbers_in_onnxruntime(name: str) -> None:
    own, fast = DlibResnet(), DlibOnnx()
    assert own.name == fast.name
    for picture in clip(name)[::5]:
        face = models().faces.detect(picture)[0]
        assert np.allclose(own.encode(picture, face), fast.encode(picture, face), atol=1e-5)


def test_a_face_at_the_rim_gives_the_same_numbers_too() -> None:
    picture = clip("grid_b")[0]
    face = models().faces.detect(picture)[0]
    left, top, *_ = bands.square(face)
    cut = np.ascontiguousarray(picture[max(0, top) + 20 :, max(0, left) + 20 :])
    points = tuple((x - max(0, left) - 20, y - max(0, top) - 20) for x, y in face.landmarks)
    moved = DetectedFace(face.box, points)
    assert np.allclose(DlibResnet().encode(cut, moved), DlibOnnx().encode(cut, moved), atol=1e-5)


def test_the_fast_way_is_the_default() -> None:
    assert isinstance(default_encoder(), DlibOnnx)


def test_an_import_that_calls_quit_becomes_an_error_and_dlib_takes_over() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _QUITS], capture_output=True, text=True, timeout=60, check=False
    )
    assert "IMPORT ERROR face_recognition calls quit() on import: install setuptools below 81" in done.stdout
    assert done.stdout.splitlines()[-1] == "BACKEND dlib"
    assert done.returncode == 0


def test_without_any_encoder_each_is_named() -> None:
    def absent() -> DlibResnet:
        raise ImportError("No module named 'dlib'")

    with pytest.raises(EncoderUnavailable, match="No module named 'dlib'"):
        default_encoder([absent])


def test_the_speakers_are_told_apart() -> None:
    encoder = models().encoder
    assert encoder is not None
    for name, expected in (("grid_a_1", MatchBand.SAME), ("grid_b", MatchBand.OTHER)):
        for picture in clip(name)[::7]:
            face = models().faces.detect(picture)[0]
            apart = encoder.distance(agent().template, encoder.encode(picture, face))
            assert encoder.band(apart) is expected


@pytest.mark.parametrize(
    ("distance", "band"),
    [
        (0.0, MatchBand.SAME),
        (0.499, MatchBand.SAME),
        (0.5, MatchBand.UNSURE),
        (0.6, MatchBand.UNSURE),
        (0.601, MatchBand.OTHER),
        (float("nan"), MatchBand.UNSURE),
        (float("inf"), MatchBand.UNSURE),
    ],
)
def test_bands(distance: float, band: MatchBand) -> None:
    assert bands.THRESHOLDS.band(distance) is band


def test_broken_numbers_are_no_distance() -> None:
    assert bands.distance([float("nan")] * 128, [0.0] * 128) == float("inf")
