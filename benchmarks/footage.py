"""Footage that the benchmarks play: made once from the test material, kept in a folder that git ignores."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from atdesk_core.vision.decode import Pixels
from benchmarks.results import CACHE, CannotMeasure

# Ten runs of `make_scenarios.py --count 6` whose seeds do not overlap: 60 scenarios.
DESK_SEEDS = 60
PER_RUN = 6
FPS = 10.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A desk scenario with its known timeline.

    Attributes:
        video: The recording.
        enrol: Folder that holds the enrolled agent's photos and nothing else.
        seed: It was made with.
        agent: Who is enrolled.
        duration_s: Its length.
        events: What happens when; `start_s`, `end_s` and `label`. Other time shows the agent.
    """

    video: Path
    enrol: Path
    seed: int
    agent: str
    duration_s: float
    events: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        """Name of the file, without its ending."""
        return self.video.stem


def scenarios(data: Path, count: int | None = None) -> list[Scenario]:
    """The desk scenarios of seeds 1 to 60, or the first `count` of them. Makes those that are missing.

    Raises:
        CannotMeasure: They cannot be made.
    """
    return [_read(timeline) for timeline in timelines(data, "desk", count or DESK_SEEDS)]


def timelines(data: Path, kind: str, count: int) -> list[Path]:
    """The timelines (JSON, beside their videos) of seeds 1 to `count`. Makes those that are missing.

    Args:
        data: The test material.
        kind: "desk" or "activity".
        count: How many.

    Raises:
        CannotMeasure: They cannot be made.
    """
    folder = CACHE / kind
    wanted = {seed: folder / f"dev_{kind}_{seed:03d}.json" for seed in range(1, count + 1)}
    for first in range(1, count + 1, PER_RUN):
        if not all(wanted[seed].is_file() for seed in range(first, min(first + PER_RUN, count + 1))):
            _make(data, folder, first, kind)
    return list(wanted.values())


def _make(data: Path, folder: Path, first: int, kind: str) -> None:
    last = first + PER_RUN - 1
    print(f"making {kind} scenarios {first} to {last}: about half a minute, once", flush=True)
    script = str((data / "make_scenarios.py").resolve())
    wish = ["--out", str(folder), "--seed", str(first), "--count", str(PER_RUN), "--kind", kind]
    done = subprocess.run([sys.executable, script, *wish], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotMeasure(f"make_scenarios.py failed: {done.stderr.strip().splitlines()[-1:]}")


def _read(timeline: Path) -> Scenario:
    info = json.loads(timeline.read_text(encoding="utf-8"))
    photos = timeline.with_suffix("")
    photos.mkdir(exist_ok=True)
    for name in info["enrol_images"]:
        if not (photos / name).exists():
            shutil.copy(timeline.parent / name, photos / name)
    video = timeline.parent / info["video"]
    return Scenario(video, photos, info["seed"], info["agent"], info["duration_s"], tuple(info["events"]))


def pictures(video: Path) -> Iterator[Pixels]:
    """Every picture of a recording."""
    capture = cv2.VideoCapture(str(video))
    try:
        while True:
            whole, picture = capture.read()
            if not whole:
                return
            yield np.asarray(picture, np.uint8)
    finally:
        capture.release()


def write_video(path: Path, frames: Iterable[Pixels], fps: float = FPS, codec: str = "mp4v") -> Path:
    """Write a recording, whole or not at all.

    Raises:
        CannotMeasure: There is no such encoder, or nothing to write.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part, out = path.with_name(f"part-{path.name}"), None
    for frame in frames:
        if out is None:
            size = (frame.shape[1], frame.shape[0])
            out = cv2.VideoWriter(str(part), cv2.VideoWriter.fourcc(*codec), fps, size)
        if not out.isOpened():
            raise CannotMeasure(f"OpenCV has no encoder for {codec} here")
        out.write(frame)
    if out is None:
        raise CannotMeasure(f"there is no picture for {path.name}")
    out.release()
    return part.replace(path)


def long_recording(data: Path, least_s: float) -> tuple[Path, Path, float]:
    """Scenarios of one agent, one after the other, until they are long enough.

    Args:
        data: The test material.
        least_s: How long at least.

    Returns:
        The recording, the folder of the agent's photos, and the length in seconds.
    """
    everything = scenarios(data)
    agent = everything[0].agent
    parts: list[Scenario] = []
    for one in everything:
        if one.agent == agent and sum(part.duration_s for part in parts) < least_s:
            parts.append(one)
    length_s = sum(part.duration_s for part in parts)
    path = CACHE / f"long-{length_s:.0f}.mp4"
    if not path.is_file():
        print("joining scenarios to one long recording, once", flush=True)
        write_video(path, (frame for part in parts for frame in pictures(part.video)))
    return path, parts[0].enrol, length_s


def beginning(video: Path, seconds: float) -> Path:
    """The first seconds of a recording, as a recording."""
    path = video.with_name(f"{video.stem}-first-{seconds:g}.mp4")
    if not path.is_file():
        count = round(seconds * FPS)
        write_video(path, (frame for _, frame in zip(range(count), pictures(video), strict=False)))
    return path


def jpeg(picture: Pixels) -> bytes:
    """An enrolment photo from a picture of a recording."""
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 93])[1])


def to_and_fro(frames: list[Pixels], count: int) -> Iterator[Pixels]:
    """These frames forwards and backwards, `count` of them."""
    loop = frames + frames[-2:0:-1] if len(frames) > 2 else frames
    for number in range(count):
        yield loop[number % len(loop)]


def stretch(scenario: Scenario, label: str | None, margin_s: float = 0.5) -> list[Pixels]:
    """Pictures of the first event with a label, or (None) of the agent before the first event."""
    if label is None:
        begin, end = 0.0, float(scenario.events[0]["start_s"])
    else:
        event = next(one for one in scenario.events if one["label"] == label)
        begin, end = float(event["start_s"]), float(event["end_s"])
    first, last = round((begin + margin_s) * FPS), round((end - margin_s) * FPS)
    return [
        frame for number, frame in zip(range(last), pictures(scenario.video), strict=False) if number >= first
    ]
