"""A model of the operator's own: refused without its sha256 and its licence, whatever else is right."""

import os
import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from atdesk_core.vision.models import ModelRefused
from atdesk_core.vision.models.brought import BroughtEncoder, contents, licence, row
from tests.core.vision.onnx_models import brought

MODEL = b"not opened here"
GIVEN = {"path": "own.onnx", "sha256": "a" * 64, "licence_file": "LICENCE.txt"}


def settings(**other: object) -> BroughtEncoder:
    return BroughtEncoder.model_validate(GIVEN | other)


def test_path_sha256_and_licence_are_all_that_is_needed() -> None:
    assert settings().name == "arcface"


@pytest.mark.parametrize("key", list(GIVEN))
@pytest.mark.parametrize("value", ["", None])
def test_without_one_of_them_it_is_refused_by_name(key: str, value: str | None) -> None:
    with pytest.raises(ValidationError, match=f"{key} not given: a model of your own is loaded only with"):
        BroughtEncoder.model_validate({other: GIVEN[other] for other in GIVEN if other != key})
    with pytest.raises(ValidationError, match=f"{key} not given"):
        settings(**{key: value})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sha": "a"}, "Extra inputs"),
        ({"sha256": "A" * 64}, "sha256"),
        ({"sha256": "a" * 63}, "sha256"),
        ({"name": "../own"}, "name"),
        (
            {"same_above": 0.2, "other_below": 0.2},
            r"other_below \(0.2\) must be less than same_above \(0.2\)",
        ),
        ({"same_above": 1.0}, "less than 1"),
        ({"other_below": -1.0}, "greater than -1"),
        ({"same_above": float("nan")}, "same_above"),
        ({"input_scale": 0}, "greater than 0"),
        ({"input_mean": float("inf")}, "input_mean"),
        ({"input_size": 16}, "greater than or equal to 32"),
        ({"input_channels": "gray"}, "'rgb' or 'bgr'"),
    ],
)
def test_a_setting_that_is_wrong_is_refused_by_name(change: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        settings(**change)


def test_every_setting_is_described() -> None:
    assert [name for name, field in BroughtEncoder.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "b" * 64},
        {"name": "other"},
        {"input_size": 128},
        {"input_mean": 127.0},
        {"input_scale": 128.0},
        {"input_channels": "bgr"},
    ],
)
def test_whatever_changes_the_numbers_makes_templates_unreadable(change: dict[str, object]) -> None:
    assert settings(**change).space != settings().space


def test_thresholds_and_places_leave_templates_readable() -> None:
    moved = settings(path="elsewhere.onnx", licence_file="L", same_above=0.5, other_below=0.1)
    assert moved.space == settings().space
    assert moved != settings()


def test_it_travels_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(settings())) == settings()  # noqa: S301 - our own
    assert len(pickle.dumps(settings())) < 1_000


def test_relative_paths_are_beside_the_configuration_and_absolute_ones_stay(tmp_path: Path) -> None:
    placed = settings(licence_file="/licences/own.txt").beside(tmp_path)
    assert (placed.path, placed.licence_file) == (tmp_path / "own.onnx", Path("/licences/own.txt"))


def test_what_is_in_order_is_read(tmp_path: Path) -> None:
    own = brought(tmp_path, MODEL)
    assert contents(own) == MODEL
    assert licence(own).startswith("Licence of the tests")
    assert row(own).licence == "Licence of the tests"


def test_a_changed_file_is_refused_with_both_sums(tmp_path: Path) -> None:
    own = brought(tmp_path, MODEL)
    own.path.write_bytes(MODEL + b"!")
    with pytest.raises(ModelRefused, match=rf"model 'own': .*own\.onnx has sha256 \w+, not {own.sha256}"):
        contents(own)


@pytest.mark.parametrize("which", ["path", "licence_file"])
def test_a_missing_file_is_refused_by_name(tmp_path: Path, which: str) -> None:
    own = brought(tmp_path, MODEL)
    gone: Path = getattr(own, which)
    gone.unlink()
    with pytest.raises(ModelRefused, match=rf"{gone.name} is missing: correct \[vision\.encoder\]"):
        contents(own)
    gone.mkdir()
    with pytest.raises(ModelRefused, match=f"{gone.name} is missing"):
        contents(own)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    own = brought(tmp_path, MODEL)
    own.path.unlink()
    os.mkfifo(own.path)
    with pytest.raises(ModelRefused, match=r"own\.onnx is missing"):
        contents(own)


@pytest.mark.parametrize(
    ("text", "why"),
    [(b"", "is empty"), (b" \n\t", "is empty"), (b"\xff\xfe\x00", "no text"), (b"x" * 1_000_001, "larger")],
)
def test_a_licence_without_a_text_is_none(tmp_path: Path, text: bytes, why: str) -> None:
    own = brought(tmp_path, MODEL)
    own.licence_file.write_bytes(text)
    with pytest.raises(ModelRefused, match=why):
        contents(own)
    assert row(own).licence == ""
