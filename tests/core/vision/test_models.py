"""No model without its licence and its exact bytes."""

from pathlib import Path

import pytest

from atdesk_core.vision import models
from atdesk_core.vision.models import ModelRefused, ModelRow, check


def _row(**other: object) -> ModelRow:
    return models.rows()[0].model_copy(update=other)


@pytest.mark.parametrize("name", [row.name for row in models.rows()])
def test_every_listed_model_is_there_with_its_licence(name: str) -> None:
    assert models.verified(name).is_file()


def test_the_licence_texts_are_shipped() -> None:
    folder = Path(models.__file__).parent
    for row in models.rows():
        assert (
            row.licence_file is None
            or "Permission is hereby granted" in (folder / row.licence_file).read_text()
        )


def test_a_row_without_a_licence_is_refused() -> None:
    with pytest.raises(ModelRefused, match="'yunet' has no licence"):
        check(_row(licence=" "))


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / models.rows()[0].file).write_bytes(b"something else")
    with pytest.raises(ModelRefused, match="sha256"):
        check(models.rows()[0], tmp_path)


@pytest.mark.parametrize(
    ("row", "why"),
    [(_row(file="gone.onnx"), "gone.onnx is missing"), (_row(package="no_such_package"), "no_such_package")],
)
def test_a_missing_file_or_package_is_named(row: ModelRow, why: str) -> None:
    with pytest.raises(ModelRefused, match=why):
        check(row)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ModelRefused, match="yunet, centernet, nanodet-g"):
        models.verified("nobody")
