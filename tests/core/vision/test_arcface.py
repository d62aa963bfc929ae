"""An encoder of the ArcFace kind: real ONNX files on real faces, and each way in which one is none."""

import asyncio
import hashlib
import math
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import onnx
import psutil  # type: ignore[import-untyped]  # its types are a package of their own
import pytest
from onnx import TensorProto, helper

from atdesk_core.runtime.pool import VisionPool
from atdesk_core.vision import worker
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.encoder import bands, build_encoder, space_of
from atdesk_core.vision.encoder.alignment import aligned, similarity
from atdesk_core.vision.encoder.arcface import ArcFace
from atdesk_core.vision.enrol import EnrolmentOutcome, Photo, Unfit, enrol
from atdesk_core.vision.matching import OTHER_ENCODER
from atdesk_core.vision.memory import Memory
from atdesk_core.vision.models import ModelRefused
from atdesk_core.vision.models.brought import BroughtEncoder
from atdesk_sdk.detector import Box, DetectedFace, MatchBand, Skipped
from tests.core.vision.footage import PLAN, agent, clip, jpeg, jpeg_frame, models, watch
from tests.core.vision.onnx_models import SIDE, broken, brought, looking, network, pixels

POINTS = ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041))
"""Where the five points of an aligned face lie in 112 x 112."""
SPEAKERS = {"same_above": 0.85, "other_below": 0.70}
"""Bands for the encoder of the tests, which tells these speakers apart by their looks."""
REAL = os.environ.get("ATDESK_ARCFACE_ONNX", "")


def face(points: Sequence[tuple[float, float]] = POINTS) -> DetectedFace:
    return DetectedFace(Box(0.0, 0.0, 1.0, 1.0, 0.9), tuple(points))


def vectors(encoder: ArcFace, name: str) -> list[Sequence[float]]:
    found = [(picture, models().faces.detect(picture)[0]) for picture in clip(name)[::5]]
    return [encoder.encode(picture, one) for picture, one in found]


@cache
def noise(side: int = SIDE) -> Pixels:
    return np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)


def test_points_in_place_leave_the_picture_as_it_is() -> None:
    square = aligned(noise(), POINTS, SIDE)
    assert square is not None
    assert np.array_equal(square, noise())


@pytest.mark.parametrize("side", [64, 112, 224])
def test_a_turned_and_distant_face_comes_to_the_same_square(side: int) -> None:
    upright = np.asarray(cv2.GaussianBlur(noise(), (0, 0), 4), np.uint8)
    turn = cv2.getRotationMatrix2D((56, 56), 25, 2.0)
    turn[:, 2] += 100
    turned = np.asarray(cv2.warpAffine(upright, turn, (320, 320)), np.uint8)
    moved = [(float(x), float(y)) for x, y in np.asarray(POINTS) @ turn[:, :2].T + turn[:, 2]]
    square, expected = aligned(turned, moved, side), aligned(upright, POINTS, side)
    assert square is not None
    assert expected is not None
    inner = slice(side // 4, -side // 4)
    assert np.abs(square[inner, inner].astype(int) - expected[inner, inner]).max() <= 4


def test_mirrored_points_are_not_mirrored_back() -> None:
    """A similarity turns and scales; one that mirrors would make two faces out of one."""
    mirrored = np.asarray(POINTS) * (-1, 1)
    turn = similarity(mirrored, np.asarray(POINTS))
    assert turn is not None
    assert np.linalg.det(turn[:, :2]) > 0


@pytest.mark.parametrize("points", [((5.0, 5.0),) * 5, ((math.nan, 1.0), *POINTS[1:])])
def test_points_that_are_no_face_say_nothing_about_anybody(
    tmp_path: Path, points: Sequence[tuple[float, float]]
) -> None:
    encoder = ArcFace(brought(tmp_path, looking()))
    vector = encoder.encode(noise(), face(points))
    assert np.isnan(vector).all()
    good = encoder.encode(noise(), face())
    assert encoder.band(encoder.distance(good, vector)) is MatchBand.UNSURE


@pytest.mark.parametrize(("channels", "order"), [("rgb", (2, 1, 0)), ("bgr", (0, 1, 2))])
def test_the_input_is_what_the_settings_say(tmp_path: Path, channels: str, order: tuple[int, ...]) -> None:
    own = brought(
        tmp_path, pixels(48), input_size=48, input_mean=100.0, input_scale=50.0, input_channels=channels
    )
    square = aligned(noise(), POINTS, 48)
    assert square is not None
    expected = ((square.astype(float) - 100) / 50)[..., order].transpose(2, 0, 1).reshape(-1)
    assert np.allclose(ArcFace(own).encode(noise(), face()), expected / np.linalg.norm(expected), atol=1e-6)


def test_vectors_have_length_one_and_the_distance_is_one_minus_their_cosine(tmp_path: Path) -> None:
    encoder = ArcFace(brought(tmp_path, looking()))
    first, second = vectors(encoder, "grid_a_1")[0], vectors(encoder, "grid_b")[0]
    assert math.isclose(float(np.linalg.norm(first)), 1.0, rel_tol=1e-9)
    assert encoder.distance(first, first) == pytest.approx(0.0, abs=1e-9)
    assert encoder.distance(first, second) == pytest.approx(1 - np.dot(first, second))
    longer = [3 * value for value in first]
    assert encoder.distance(longer, second) == pytest.approx(encoder.distance(first, second))


@pytest.mark.parametrize(
    ("cosine", "band"),
    [
        (0.41, MatchBand.SAME),
        (0.39, MatchBand.UNSURE),
        (0.26, MatchBand.UNSURE),
        (0.24, MatchBand.OTHER),
        (-0.5, MatchBand.OTHER),
        (math.nan, MatchBand.UNSURE),
        (math.inf, MatchBand.UNSURE),
    ],
)
def test_the_three_bands_are_those_of_the_settings(tmp_path: Path, cosine: float, band: MatchBand) -> None:
    assert ArcFace(brought(tmp_path, looking(), same_above=0.40, other_below=0.25)).band(1 - cosine) is band


def test_broken_or_foreign_vectors_are_no_distance(tmp_path: Path) -> None:
    encoder = ArcFace(brought(tmp_path, looking()))
    good = [1.0, *[0.0] * 767]
    for bad in ([math.nan] * 768, [math.inf] * 768, [0.0] * 768, [1.0] * 128):
        assert encoder.distance(good, bad) == encoder.distance(bad, good) == math.inf


@pytest.mark.parametrize("number", [math.nan, math.inf, 0.0])
def test_a_model_with_broken_answers_is_doubt_in_the_pipeline(tmp_path: Path, number: float) -> None:
    encoder = ArcFace(brought(tmp_path, broken(number)))
    enrolled = replace(agent(), template=(1.0,) * 64, encoder=encoder.name)
    seen, _ = watch(list(clip("grid_b")[:6]), enrolment=enrolled, using=replace(models(), encoder=encoder))
    assert {one.match.band for one in seen if one.match} == {MatchBand.UNSURE}


def enrolled(encoder: ArcFace) -> EnrolmentOutcome:
    photos = [Photo(f"{n}.jpg", jpeg(clip("grid_a_2")[n])) for n in (0, 6, 12)]
    return enrol(photos, models().faces, encoder)


@pytest.mark.parametrize("number", [math.nan, math.inf, 0.0])
def test_photos_without_sound_numbers_are_refused(tmp_path: Path, number: float) -> None:
    outcome = enrolled(ArcFace(brought(tmp_path, broken(number))))
    assert outcome.enrolment is None
    assert {photo.unfit for photo in outcome.photos} == {Unfit.NO_NUMBERS}


def test_the_agent_is_matched_and_another_speaker_is_not(tmp_path: Path) -> None:
    encoder = ArcFace(brought(tmp_path, looking(), **SPEAKERS))
    using, made = replace(models(), encoder=encoder), enrolled(encoder).enrolment
    assert made is not None
    assert made.encoder == encoder.name
    for name, expected in (("grid_a_1", MatchBand.SAME), ("grid_b", MatchBand.OTHER)):
        seen, _ = watch(list(clip(name)[:6]), enrolment=made, using=using)
        assert {one.match.band for one in seen if one.match} == {expected}


def test_a_template_of_another_encoder_is_compared_with_nobody(tmp_path: Path) -> None:
    own = brought(tmp_path, looking(), **SPEAKERS)
    others = brought(tmp_path / "other", looking((1, 3, "h", "w")), **SPEAKERS)
    mine = enrolled(ArcFace(own)).enrolment
    assert mine is not None
    cases = (
        (agent(), ArcFace(own)),
        (mine, ArcFace(others)),
        (mine, build_encoder(None)),
    )
    for enrolment, encoder in cases:
        seen, _ = watch(
            list(clip("grid_b")[:4]), enrolment=enrolment, using=replace(models(), encoder=encoder)
        )
        assert [one.match for one in seen] == [None] * 4
        assert Skipped("match", OTHER_ENCODER) in seen[0].skipped


def test_the_space_of_templates_is_known_without_loading_anything(tmp_path: Path) -> None:
    own = brought(tmp_path, looking())
    assert space_of(own) == build_encoder(own).name
    assert space_of(None) == build_encoder(None).name == bands.NAME


@pytest.mark.parametrize("takes", [("n", 3, "h", "w"), (None, 3, None, None), (1, "c", SIDE, SIDE)])
def test_sides_that_are_left_open_are_taken(tmp_path: Path, takes: Sequence[int | str | None]) -> None:
    assert ArcFace(brought(tmp_path, looking(takes))).encode(noise(), face())


_FLAT = helper.make_node("Flatten", ["face"], ["vector"])
_NARROW = helper.make_node("ReduceMean", ["face"], ["vector"], axes=[2, 3], keepdims=0)
_SQUARE = helper.make_node("Relu", ["face"], ["vector"])
_NOT_OF_ITS_SIZE = helper.make_node("Reshape", ["face", "shape"], ["vector"])
_SEVEN = helper.make_tensor("shape", TensorProto.INT64, [2], [1, 7])


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (network([_FLAT], takes=(1, SIDE, SIDE, 3)), "takes face tensor.float. 1x112x112x3, not one float"),
        (network([_FLAT], takes=(1, 1, SIDE, SIDE)), "1x1x112x112, not one float input 1x3x112x112"),
        (network([_FLAT], takes=(1, 3, 96, 96)), "1x3x96x96, not one float input 1x3x112x112"),
        (network([_FLAT], takes=(8, 3, SIDE, SIDE)), "8x3x112x112"),
        (network([_FLAT], takes=(1, 37632)), "1x37632"),
        (network([_FLAT], kind=TensorProto.UINT8), r"tensor\(uint8\)"),
        (network([_FLAT], more_inputs=["more"]), "not one float input"),
        (network([_NARROW]), "gives 1x3 for a face, not one vector of 32 to 8192 numbers"),
        (network([_FLAT]), "gives 1x37632 for a face"),
        (network([_SQUARE]), "gives 1x3x112x112 for a face"),
        (network([_NOT_OF_ITS_SIZE], weights=[_SEVEN]), "does not run|cannot be loaded"),
        (b"", "cannot be loaded as an ONNX with its weights inside"),
        (b"\x08\x08rubbish", "cannot be loaded as an ONNX"),
    ],
)
def test_a_model_that_is_no_encoder_is_refused_at_load_by_name(
    tmp_path: Path, model: bytes, says: str
) -> None:
    with pytest.raises(ModelRefused, match=rf"model 'own': .*own\.onnx .*({says})"):
        ArcFace(brought(tmp_path, model))


def test_weights_beside_the_file_are_refused_since_its_sha256_does_not_cover_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = onnx.load_model_from_string(broken(1.0))
    onnx.save_model(whole, tmp_path / "own.onnx", save_as_external_data=True, location="own.bin")
    monkeypatch.chdir(tmp_path)
    model = (tmp_path / "own.onnx").read_bytes()
    with pytest.raises(ModelRefused, match="cannot be loaded as an ONNX with its weights inside"):
        ArcFace(brought(tmp_path, model))


def test_it_takes_no_thread_of_its_own(tmp_path: Path) -> None:
    process = psutil.Process()
    ArcFace(brought(tmp_path, looking()))
    before = process.num_threads()
    kept = ArcFace(brought(tmp_path, looking()))
    kept.encode(noise(), face())
    assert process.num_threads() == before


def test_a_worker_process_uses_the_operators_encoder(tmp_path: Path) -> None:
    own = brought(tmp_path, looking(), **SPEAKERS)
    made = enrolled(ArcFace(own)).enrolment
    job = worker.Job.of(jpeg_frame(jpeg(clip("grid_a_1")[0]), 5.0), Memory(), made, PLAN)
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawned, initializer=worker.begin, initargs=(own,)) as pool:
        there, _ = pool.submit(worker.measure, job, own).result(timeout=60)
    assert there == worker.measure(job, own)[0]
    assert there.match is not None
    assert there.match.band is MatchBand.SAME


async def test_a_refused_model_ends_the_start_of_the_pool_with_its_message(tmp_path: Path) -> None:
    own = brought(tmp_path, looking())
    own.path.unlink()

    async def nobody(_agent_id: str) -> None:
        return None

    pool = VisionPool(1, nobody, encoder=own)
    try:
        with pytest.raises(ModelRefused, match=r"own\.onnx is missing"):
            await asyncio.wait_for(pool.start(), 60)
    finally:
        await pool.aclose()


@pytest.mark.skipif(not REAL, reason="ATDESK_ARCFACE_ONNX does not name an ArcFace-type ONNX of your own")
def test_a_trained_model_tells_the_speakers_apart_with_the_default_thresholds(tmp_path: Path) -> None:
    (tmp_path / "LICENCE.txt").write_text("As it came with the model.\n")
    sha = hashlib.sha256(Path(REAL).read_bytes()).hexdigest()
    encoder = ArcFace(
        BroughtEncoder(path=Path(REAL), sha256=sha, licence_file=tmp_path / "LICENCE.txt", name="real")
    )
    made = enrolled(encoder).enrolment
    assert made is not None
    for name, expected in (("grid_a_1", MatchBand.SAME), ("grid_b", MatchBand.OTHER)):
        apart = [encoder.distance(made.template, vector) for vector in vectors(encoder, name)]
        assert {encoder.band(one) for one in apart} == {expected}
