"""How often the engine is right on desk scenarios with a known timeline, and what it costs.

    python benchmarks/desk_scenarios.py FOLDER [--data ../shared/data] [--json OUT]

FOLDER holds what `make_scenarios.py --kind desk` wrote. With `--data` the real clips and scene photos
are played too. One analysed frame a second, virtual time, one thread. The functions are for import.
"""

import argparse
import csv
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from atdesk_core.judging import JudgingRules, Verdict, begin, verdict
from atdesk_core.judging import observe as judge
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.enrol import Photo, enrol
from atdesk_core.vision.memory import Enrolment, Memory, Plan
from atdesk_core.vision.pipeline import Models, observe
from atdesk_core.vision.worker import load_models, start
from atdesk_sdk.detector import Frame, Observation, PixelFormat

Timed = tuple[float, Pixels]
AWAY_GRACE_S = 5.0
OTHER_WITHIN_S = 6.0
BLOCKED = {"dark": "too_dark", "covered": "covered", "frozen": "frozen"}


@dataclass
class Stretch:
    """A time in which one verdict held."""

    kind: str
    start_s: float
    end_s: float
    decided_s: float


@dataclass
class Played:
    """A recording and what was said of it."""

    stretches: list[Stretch]
    observations: list[Observation]
    duration_s: float
    cpu_s: float


@dataclass
class Score:
    """Counts over many scenarios."""

    away_s: float = 0.0
    away_found_s: float = 0.0
    away_decided_after_s: list[float] = field(default_factory=list)
    false_absent: list[str] = field(default_factory=list)
    false_other: list[str] = field(default_factory=list)
    others: int = 0
    others_found_after_s: list[float] = field(default_factory=list)
    others_missed: list[str] = field(default_factory=list)
    blocked: Counter[str] = field(default_factory=Counter)
    blocked_right: Counter[str] = field(default_factory=Counter)
    blocked_wrong: list[str] = field(default_factory=list)
    present_s: float = 0.0
    present_found_s: float = 0.0
    duration_s: float = 0.0
    cpu_s: float = 0.0


def frames_of(path: Path, every_s: float = 1.0) -> Iterator[Timed]:
    """One frame every `every_s` seconds of a recording."""
    video = cv2.VideoCapture(str(path))
    rate = video.get(cv2.CAP_PROP_FPS) or 25.0
    number, due = 0, 0.0
    while video.grab():
        at = number / rate
        if at >= due - 1e-6:
            good, pixels = video.retrieve()
            if good:
                yield at, np.asarray(pixels, np.uint8)
            due += every_s
        number += 1
    video.release()


def enrolment_of(photos: Iterable[tuple[str, bytes]], models: Models) -> Enrolment | None:
    """A template from photos."""
    if models.encoder is None:
        return None
    return enrol([Photo(*photo) for photo in photos], models.faces, models.encoder).enrolment


def play(frames: Iterable[Timed], enrolment: Enrolment | None, models: Models) -> Played:
    """Judge a recording in virtual time."""
    state, memory, plan, rules = begin(0.0), Memory(), Plan(), JudgingRules()
    verdicts: list[Verdict] = [verdict(state)]
    observations: list[Observation] = []
    began, at = time.process_time(), 0.0
    for at, pixels in frames:
        frame = frame_of(pixels, at)
        observation, memory = observe(frame, memory, enrolment, plan, models)
        state = judge(state, observation, rules)
        observations.append(observation)
        if verdict(state) != verdicts[-1]:
            verdicts.append(verdict(state))
    cpu_s = time.process_time() - began
    return Played(stretches_of(verdicts, at + 1.0), observations, at + 1.0, cpu_s)


def frame_of(pixels: Pixels, at: float) -> Frame:
    """A raw frame at this time, without a copy."""
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels).data.cast("B")
    return Frame("replay", data, PixelFormat.BGR24, at, at, width, height, width * 3)


def stretches_of(verdicts: list[Verdict], end_s: float) -> list[Stretch]:
    """Each verdict from when it began to be so to when the next one did."""
    stretches: list[Stretch] = []
    for said in verdicts:
        kind = str(said.finding or said.reason)
        if stretches and stretches[-1].kind == kind:
            continue
        if stretches:
            stretches[-1].end_s = said.since
        stretches.append(Stretch(kind, said.since, end_s, said.decided_at))
    return stretches


def evaluate(video: Path, timeline: Mapping[str, Any], models: Models, score: Score) -> Played:
    """Play one scenario and add it to the score."""
    photos = [(name, (video.parent / name).read_bytes()) for name in timeline["enrol_images"]]
    played = play(frames_of(video), enrolment_of(photos, models), models)
    add(played, timeline, video.stem, score)
    return played


def add(played: Played, timeline: Mapping[str, Any], name: str, score: Score) -> None:
    """Compare what was said with the timeline."""
    score.duration_s += played.duration_s
    score.cpu_s += played.cpu_s
    events = timeline["events"]
    for event in events:
        _add_event(played, event, name, score)
    for said in played.stretches:
        if said.kind == "absent" and not _near(said, events, {"away"}):
            score.false_absent.append(f"{name} {said.start_s:.1f}-{said.end_s:.1f}")
        if said.kind == "different_person" and not _near(said, events, {"other_person"}):
            score.false_other.append(f"{name} {said.start_s:.1f}-{said.end_s:.1f}")
    base = [at + 0.5 for at in range(int(timeline["duration_s"])) if _label(events, at + 0.5) is None]
    score.present_s += len(base)
    score.present_found_s += sum(_said_at(played, at) == "present" for at in base)


def _add_event(played: Played, event: Mapping[str, Any], name: str, score: Score) -> None:
    label, start_s, end_s = event["label"], event["start_s"], event["end_s"]
    where = f"{name} {start_s:.1f}-{end_s:.1f}"
    if label == "away":
        score.away_s += max(0.0, end_s - start_s - AWAY_GRACE_S)
        score.away_found_s += _covered(played, "absent", start_s + AWAY_GRACE_S, end_s)
        score.away_decided_after_s += _decided(played, "absent", start_s, end_s)[:1]
    if label == "other_person":
        score.others += 1
        found = _decided(played, "different_person", start_s, end_s)[:1]
        score.others_found_after_s += found
        if not found or found[0] > OTHER_WITHIN_S:
            score.others_missed.append(where)
    if label in BLOCKED:
        score.blocked[label] += 1
        said = _said_at(played, end_s - 0.5)
        score.blocked_right[label] += said == BLOCKED[label]
        if said != BLOCKED[label]:
            score.blocked_wrong.append(f"{where} {label}: {said}")


def _covered(played: Played, kind: str, start_s: float, end_s: float) -> float:
    shared = (min(end_s, s.end_s) - max(start_s, s.start_s) for s in played.stretches if s.kind == kind)
    return sum(max(0.0, seconds) for seconds in shared)


def _decided(played: Played, kind: str, start_s: float, end_s: float) -> list[float]:
    """How long after the start each such verdict was reached."""
    said = (s for s in played.stretches if s.kind == kind and s.start_s < end_s and s.end_s > start_s)
    return [s.decided_s - start_s for s in said if s.decided_s <= end_s]


def _near(said: Stretch, events: Iterable[Mapping[str, Any]], labels: set[str]) -> bool:
    """Whether it lies inside such an event, a frame's distance either way."""
    return any(
        event["label"] in labels
        and said.start_s >= event["start_s"] - 1.0
        and said.end_s <= event["end_s"] + 1.05
        for event in events
    )


def _label(events: Iterable[Mapping[str, Any]], at: float) -> str | None:
    return next((str(e["label"]) for e in events if e["start_s"] <= at < e["end_s"]), None)


def _said_at(played: Played, at: float) -> str:
    return next((s.kind for s in reversed(played.stretches) if s.start_s <= at), "no_signal")


def clip_frames(path: Path, least_s: float = 30.0) -> list[Timed]:
    """A short clip played forwards and backwards until it is long enough, one frame a second."""
    pictures = [pixels for _, pixels in frames_of(path, 0.0)]
    video = cv2.VideoCapture(str(path))
    rate = video.get(cv2.CAP_PROP_FPS) or 25.0
    video.release()
    loop = pictures + pictures[-2:0:-1] if len(pictures) > 2 else pictures
    seconds = max(least_s, len(pictures) / rate)
    # Slightly off the second, or a clip of three seconds would show the same three frames for ever.
    return [(float(at), loop[round(at * 1.07 * rate) % len(loop)]) for at in range(int(seconds))]


def still_frames(picture: Pixels, seconds: int = 8, seed: int = 0) -> list[Timed]:
    """A photo as a webcam would show it: a slow drift and sensor noise."""
    random = np.random.default_rng(seed)
    shrink = min(640 / picture.shape[1], 480 / picture.shape[0])
    small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    height, width = small.shape[:2]
    shots: list[Timed] = []
    for at in range(seconds):
        shift = np.array([[1.02, 0, 4 * np.sin(at / 2.0) - 5], [0, 1.02, 3 * np.sin(at / 3.0) - 4]])
        moved = cv2.warpAffine(small, shift, (width, height), borderMode=cv2.BORDER_REFLECT)
        noisy = moved.astype(np.float32) + random.normal(0, 3, moved.shape)
        shots.append((float(at), np.clip(noisy, 0, 255).astype(np.uint8)))
    return shots


def jpeg(pixels: Pixels) -> bytes:
    """An enrolment photo from a frame."""
    return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 93])[1].tobytes())


def clip_enrolment(frames: list[Timed], models: Models) -> Enrolment | None:
    """From the first, a middle and the last third of a clip."""
    picked = [frames[number * (len(frames) - 1) // 4][1] for number in (0, 1, 2)]
    return enrolment_of([(f"{n}.jpg", jpeg(pixels)) for n, pixels in enumerate(picked)], models)


def real_clips(data: Path, models: Models) -> list[str]:
    """Every clip with one person in it: what was said other than present."""
    lines = []
    for row in _rows(data, "clip", "one_person_present"):
        frames = clip_frames(data / row["path"])
        for enrolment in (clip_enrolment(frames, models), None):
            played = play(frames, enrolment, models)
            lines.append(f"{row['path']:32s} enrolled={enrolment is not None!s:5s} {_said(played)}")
    return lines


def changed_people(data: Path, models: Models) -> list[str]:
    """Person A for 20 s, then person B in another room for 20 s."""
    rows = _rows(data, "clip", "one_person_present")
    lines = []
    for first, second in zip(rows, rows[5:] + rows[:5], strict=True):
        if first["identity"] == second["identity"]:
            continue
        agent = clip_frames(data / first["path"], 20.0)[:20]
        other = [
            (at + 20.0, _sized(pixels, agent)) for at, pixels in clip_frames(data / second["path"], 20.0)[:20]
        ]
        played = play(agent + other, clip_enrolment(agent, models), models)
        lines.append(f"{first['identity']:20s} then {second['identity']:20s} {_said(played)}")
    return lines


def _sized(pixels: Pixels, like: list[Timed]) -> Pixels:
    height, width = like[0][1].shape[:2]
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def scenes(data: Path, models: Models) -> list[str]:
    """Scene photos shown for eight seconds each, nobody enrolled."""
    labels = (
        "from_behind",
        "asleep_at_desk",
        "mask",
        "headphones",
        "agent_headset",
        "empty_room",
        "dark",
        "agent_at_desk",
    )
    lines = []
    for label in labels:
        for row in _rows(data, "scene", label):
            picture = cv2.imread(str(data / row["path"]))
            played = play(still_frames(np.asarray(picture, np.uint8)), None, models)
            lines.append(f"{label:15s} {row['path'][7:]:40s} {_said(played)}")
    return lines


def _rows(data: Path, kind: str, label: str) -> list[dict[str, str]]:
    with (data / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["kind"] == kind and row["label"] == label]


def _said(played: Played) -> str:
    return " ".join(
        f"{s.kind}[{s.start_s:.0f}-{s.end_s:.0f}]@{s.decided_s:.0f}" for s in played.stretches[1:]
    )


def report(score: Score) -> list[str]:
    """The figures, in lines."""
    decided = sorted(score.away_decided_after_s)
    minutes = score.duration_s / 60
    return [
        f"{score.duration_s / 3600:.2f} h, cpu {score.cpu_s / minutes:.2f} s a minute",
        f"away beyond {AWAY_GRACE_S:.0f} s: {score.away_found_s:.1f} of {score.away_s:.1f} s found absent"
        f" = {score.away_found_s / max(score.away_s, 1e-9):.4f}",
        f"absent decided after {decided[:1]}..{decided[-1:]} s, n={len(decided)}",
        f"false absent {len(score.false_absent)} {score.false_absent}",
        f"false different_person {len(score.false_other)} {score.false_other}",
        f"other_person {score.others}, found after at most {sorted(score.others_found_after_s)[-3:]} s",
        f"other_person missed or late {score.others_missed}",
        f"blocked {dict(score.blocked)} right {dict(score.blocked_right)} wrong {score.blocked_wrong}",
        f"present {score.present_found_s:.0f} of {score.present_s:.0f} s",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    start()
    models, score = load_models(), Score()
    for timeline in sorted(given.folder.glob("*.json")):
        info = json.loads(timeline.read_text(encoding="utf-8"))
        played = evaluate(given.folder / info["video"], info, models, score)
        if given.verbose:
            print(timeline.stem, _said(played))
    lines = report(score)
    if given.data:
        lines += [
            *real_clips(given.data, models),
            *changed_people(given.data, models),
            *scenes(given.data, models),
        ]
    print("\n".join(lines))
    if given.json:
        given.json.write_text(json.dumps(vars(score), indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
