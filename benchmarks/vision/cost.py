"""What it costs, one core: a minute of video, frames a second, agents a core, and a worker's memory.

CPU of a minute of video is taken from outside the process, as in `benchmarks.cpu`, and all that is
compared runs in turn in the same run. Frames a second are counted in a pinned child in its own processor
time, on JPEG pictures in memory.
"""

import importlib.util
import json
import tempfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks import children, footage
from benchmarks.cpu import START_S, Loop, per_minute
from benchmarks.figures import Figure
from benchmarks.plain_loop import every_second
from benchmarks.results import CannotMeasure
from benchmarks.vision.slides import coded
from benchmarks.vision.worker_memory import FRAMES

LEAST_S = 300.0
"""Length of the recording whose minutes are counted."""
MIX_DESKS, MIX_ACTIVITIES = 4, 1
"""Recordings of the mix: four desks and one that goes from photo to photo, twelve minutes in all."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What was measured.

    Attributes:
        per_minute: Seconds of CPU a minute of video, by what ran.
        length_s: Of that video.
        rates: See `loops.Rates`.
        memory: See `worker_memory.work`.
    """

    per_minute: dict[str, float]
    length_s: float
    rates: dict[str, float]
    memory: dict[str, Any]


def check() -> None:
    """Ask for what is needed before anything else runs for minutes.

    Raises:
        CannotMeasure: `face_recognition` is not installed.
    """
    if importlib.util.find_spec("face_recognition") is None:
        raise CannotMeasure("the plain loop needs the package face_recognition: see the README")


def measure(data: Path, count: int | None = None) -> Cost:
    """Run each thing in its child, one after the other.

    Args:
        data: The test material.
        count: Only so many scenarios, for a quick run.

    """
    whole, photos, length_s = _recording(data, count)
    short = footage.beginning(whole, START_S)
    with tempfile.TemporaryDirectory() as folder:
        taken = {}
        for loop in _loops(photos, Path(folder) / "out.json"):
            print(f"cost: {loop.name}", flush=True)
            taken[loop.name] = per_minute(loop, whole, short)
        return Cost(taken, length_s, _rates(data, Path(folder), count), _memory(whole, Path(folder)))


def _recording(data: Path, count: int | None) -> tuple[Path, Path, float]:
    if count is None:
        return footage.long_recording(data, LEAST_S)
    first = footage.scenarios(data, 1)[0]
    return first.video, first.enrol, first.duration_s


def _loops(photos: Path, out: Path) -> tuple[Loop, ...]:
    photo = str(min(photos.glob("*.jpg")))

    def ours(name: str, *more: str) -> Loop:
        wish = ("--enrol", str(photos), "--json", str(out), *more)
        return Loop(
            name,
            lambda video: children.atdesk("replay", str(video), *wish),
            lambda _printed: int(json.loads(out.read_text(encoding="utf-8"))["frames_analysed"]),
        )

    def child(name: str, module: str, what: str, argument: str) -> Loop:
        return Loop(
            name,
            lambda video: children.python("-m", module, what, str(video), argument),
            lambda printed: int(json.loads(printed)["pictures"]),
        )

    return (
        ours("presence and match"),
        ours("every check", "--all-checks"),
        child("gating off", "benchmarks.vision.loops", "ungated", str(photos)),
        child("plain loop", "benchmarks.plain_loop", "match", photo),
        child("decoding", "benchmarks.plain_loop", "decode", photo),
    )


def _rates(data: Path, folder: Path, count: int | None) -> dict[str, float]:
    print("cost: frames a second", flush=True)
    desks = footage.scenarios(data, min(count or MIX_DESKS, MIX_DESKS))
    timelines = footage.timelines(data, "activity", min(count or MIX_ACTIVITIES, MIX_ACTIVITIES))
    sources: list[tuple[str, str | None]] = [(str(one.video), str(one.enrol)) for one in desks]
    sources += [(str(one.with_suffix(".mp4")), None) for one in timelines]
    file = folder / "mix.json"
    file.write_text(json.dumps(sources), encoding="utf-8")
    command = children.python("-m", "benchmarks.vision.loops", "rates", str(file))
    rates: dict[str, float] = json.loads(
        children.measure(command, children.one_core(), children.ONE_THREAD).out
    )
    return rates


def _memory(video: Path, folder: Path) -> dict[str, Any]:
    for number, picture in enumerate(islice(every_second(str(video)), FRAMES)):
        (folder / f"{number:03d}.jpg").write_bytes(coded(picture))
    command = children.python("-m", "benchmarks.vision.worker_memory", str(folder))
    told: dict[str, Any] = json.loads(children.measure(command, children.one_core(), children.ONE_THREAD).out)
    return told


def figures(cost: Cost) -> list[Figure]:
    """The figures of the children."""
    return [*_minutes(cost), *_throughput(cost.rates), *_held(cost.memory)]


def _minutes(cost: Cost) -> list[Figure]:
    taken, unit = cost.per_minute, "s a minute"
    ours, note = taken["presence and match"], f"recording of {cost.length_s / 60:.1f} min"
    return [
        Figure("CPU of presence and match", ours, unit, None, at_most=0.5, note=note),
        Figure("CPU with every check on", taken["every check"], unit, None),
        Figure("CPU with gating off, every step on each frame", taken["gating off"], unit, None),
        Figure("CPU of the plain loop with face_recognition", taken["plain loop"], unit, None),
        Figure("CPU of decoding alone", taken["decoding"], unit, None),
        Figure("plain loop / presence and match", taken["plain loop"] / ours, "x", None, at_least=15.0),
        Figure("gating off / presence and match", taken["gating off"] / ours, "x", None),
    ]


def _throughput(rates: dict[str, float]) -> list[Figure]:
    unit, frames = "frames/s", int(rates["frames"])
    cpu_ms = f"{1000 / rates['mix']:.1f} ms a frame, {frames} frames"
    checked_ms = f"{1000 / rates['mix_checked']:.1f} ms a frame, {frames} frames"
    return [
        Figure("decode and thumbnail alone, one core", rates["floor"], unit, None),
        Figure("quiet desk, presence and match", rates["quiet"], unit, None, at_least=250.0),
        Figure("quiet desk, every check on", rates["quiet_checked"], unit, None),
        Figure("nothing skipped, every check on", rates["due"], unit, None),
        Figure("every step forced, things by one model", rates["forced"], unit, None),
        Figure("every step forced on each frame", rates["forced_meals"], unit, None, at_least=15.0),
        Figure("agents a core, presence and match", rates["mix"], "", None, at_least=60.0, note=cpu_ms),
        Figure(
            "agents a core, every check on", rates["mix_checked"], "", None, at_least=60.0, note=checked_ms
        ),
    ]


def _held(memory: dict[str, Any]) -> list[Figure]:
    frames, unit = memory["frames"], "MB"
    return [
        Figure("vision worker, all models loaded", memory["loaded_mb"], unit, None, at_most=400.0),
        Figure(f"... after {frames} frames", memory["after_mb"], unit, None, at_most=400.0),
        Figure("... models loaded more than once", 0 if memory["loaded_once"] else 1, "", None, at_most=0),
    ]
