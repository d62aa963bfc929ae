"""`atdesk replay`, as it is typed, over footage that lies in the repo."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from atdesk_core.ledger import LedgerKind
from atdesk_core.session import RecordKind
from tests.core.cli.typed import Said, in_a_process, typed

DATA = Path(__file__).parents[1] / "vision" / "data"
FOOTAGE = Path(__file__).parents[3] / "examples" / "demo" / "footage"


def replay(folder: Path, *arguments: str | Path) -> Said:
    return typed(folder, "replay", *arguments)


def frames_of(clip: Path) -> list[np.ndarray]:
    video = cv2.VideoCapture(str(clip))
    frames: list[np.ndarray] = []
    while True:
        whole, frame = video.read()
        if not whole:
            return frames
        frames.append(frame)


def write(path: Path, frames: list[np.ndarray]) -> None:
    out = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10, (360, 288))
    for frame in frames:
        out.write(frame)
    out.release()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody speaks for 12 s, then it is dark for 10 s: noise of a sensor throughout."""
    folder = tmp_path_factory.mktemp("story")
    chance = np.random.default_rng(1)
    clip = frames_of(DATA / "grid_a_1.mp4")
    seated = [clip[(number * 2) % len(clip)] for number in range(120)]
    dark = [(frame * 0.04).astype(np.uint8) for frame in seated[:100]]
    noisy = [
        np.clip(frame + chance.normal(0, 2.5, frame.shape), 0, 255).astype(np.uint8)
        for frame in [*seated, *dark]
    ]
    write(folder / "story.mp4", noisy)
    (folder / "photos").mkdir()
    other = frames_of(DATA / "grid_a_2.mp4")
    for number in (0, 30, 60):
        big = cv2.resize(other[number], None, fx=2, fy=2)
        cv2.imwrite(str(folder / "photos" / f"{number}.jpg"), big)
    return folder


@pytest.fixture(scope="module")
def outcome(story: Path) -> dict[str, Any]:
    out, report = story / "out.json", story / "report.html"
    arguments = ("--enrol", story / "photos", "--json", out, "--report", report)
    done = in_a_process(story, "replay", story / "story.mp4", *arguments)
    assert done.status == 0, done.err
    read: dict[str, Any] = json.loads(out.read_text())
    return read


def test_it_says_what_was_seen_when(outcome: dict[str, Any]) -> None:
    (present,) = outcome["findings"]
    assert present["kind"] == "present"
    assert present["start_s"] == 0
    assert 11 <= present["end_s"] <= 14
    assert outcome["could_not_tell"][-1]["reason"] == "too_dark"
    assert outcome["flags"] == []
    assert outcome["states"] == []


def test_the_document_has_the_fields_of_the_design(outcome: dict[str, Any]) -> None:
    assert set(outcome) == {
        "schedule",
        "frames_read",
        "frames_analysed",
        "duration_s",
        "setup_s",
        "wall_s",
        "cpu_s",
        "findings",
        "could_not_tell",
        "flags",
        "states",
        "steps",
    }
    assert outcome["schedule"] == "continuous"
    assert outcome["frames_read"] == 220
    assert 20 <= outcome["frames_analysed"] <= 23
    assert outcome["duration_s"] == 22.0
    assert set(outcome["findings"][0]) == {"kind", "start_s", "end_s", "decided_s", "confidence", "evidence"}


def test_the_report_is_one_page_without_a_picture_or_anything_from_elsewhere(
    story: Path, outcome: dict[str, Any]
) -> None:
    page = (story / "report.html").read_text()
    assert "<svg" in page
    assert "At the desk" in page
    assert "too dark" in page
    assert not any(word in page for word in ("<img", "http://", "https://", "<script", "base64"))
    assert outcome["findings"]


def test_the_policys_own_schedule_looks_rarely(story: Path) -> None:
    out = story / "policy.json"
    done = replay(story, story / "story.mp4", "--json", out, "--schedule", "policy")
    assert done.status == 0, done.err
    assert json.loads(out.read_text())["frames_analysed"] < 12


def test_what_is_confirmed_is_confirmed_by_frames_that_were_measured_anew(tmp_path: Path) -> None:
    """Vision leaves out what cannot change an answer; a judging that begins anew has no answer yet."""
    policy, out = tmp_path / "policy.toml", tmp_path / "out.json"
    policy.write_text(
        'site = "own"\naccountable = "A. Person"\n'
        "[absence]\nagent_first_s = 5\nmin_flag_s = 15\n[different_person]\nagent_first_s = 5\n"
    )
    events = tmp_path / "events.jsonl"
    events.write_text('{"at_s": 80, "paused": true}\n')  # the agent of the film takes a break at its end
    arguments = ("--enrol", FOOTAGE, "--json", out, "--policy", policy, "--events", events)
    done = replay(tmp_path, FOOTAGE / "film.mp4", *arguments)
    assert done.status == 0, done.err
    read = json.loads(out.read_text())
    assert [state["state"] for state in read["states"]] == ["away", "available"]
    assert [flag["kind"] for flag in read["flags"]] == ["absent", "different_person"]
    assert all(flag["raised_s"] >= flag["told_agent_s"] + 5 for flag in read["flags"])


def test_events_beside_the_picture_are_taken(story: Path) -> None:
    events, out = story / "events.jsonl", story / "events.json"
    events.write_text('{"at_s": 6, "paused": true}\n')
    done = replay(story, story / "story.mp4", "--json", out, "--events", events)
    assert done.status == 0, done.err
    read = json.loads(out.read_text())
    assert read["frames_analysed"] <= 7
    assert read["could_not_tell"][-1]["reason"] == "stream_paused"


def test_what_cannot_be_used_is_named_in_one_line(tmp_path: Path, story: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("this is no video")
    empty = tmp_path / "photos"
    empty.mkdir()
    events = tmp_path / "events.jsonl"
    events.write_text('{"at_s": 1, "presence": "asleep"}')
    video = story / "story.mp4"
    for arguments, says in (
        ((text, "--json", tmp_path / "o"), "no video that can be decoded"),
        ((tmp_path / "none.mp4", "--json", tmp_path / "o"), "there is no such file"),
        ((video, "--json", tmp_path / "o", "--enrol", empty), "there is no photo in it"),
        ((video, "--json", tmp_path / "o", "--events", events), "line 1"),
        ((video, "--json", tmp_path / "o", "--policy", text), "is not TOML"),
    ):
        done = replay(tmp_path, *arguments)
        assert done.status == 2
        assert says in done.err.replace("\n", " ")


def test_everything_that_a_session_records_has_its_place_in_the_log() -> None:
    assert {kind.value for kind in RecordKind} <= {kind.value for kind in LedgerKind}
