"""What has to outlive the process is put in place whole, for its owner alone."""

import os
from pathlib import Path

import pytest

from atdesk_sdk.durable import replace_file


def test_it_is_made_and_replaced_and_its_owner_alone_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "zoom.json"
    for content in (b"one", b"the other", b""):
        replace_file(path, content)
        assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["zoom.json"]


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "zoom.json"
    path.write_bytes(b"old")
    path.chmod(0o644)
    replace_file(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o600


def test_where_the_disk_takes_nothing_the_old_one_stands_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is tried again and again: it must not be filled with what was begun."""
    path = tmp_path / "zoom.json"
    replace_file(path, b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for _ in range(3):
        with pytest.raises(OSError, match="No space"):
            replace_file(path, b"new")
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"old", ["zoom.json"])


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        replace_file(tmp_path / "nowhere" / "zoom.json", b"new")
