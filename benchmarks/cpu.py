"""CPU of a replay, measured from outside the process, beside the plain loop and beside decoding alone.

Each command runs twice: on the whole recording and on its first seconds. The difference is what the rest
of the recording cost; start-up, loading of models and enrolment are in both and so in neither figure.
"""

import importlib.util
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import children, footage
from benchmarks.figures import Figure, median
from benchmarks.results import CannotMeasure, Options, Result

LEAST_S = 600.0
START_S = 5.0

NOTES = (
    "CPU is user and system time of the child process as the kernel counts it (wait4), pinned to one core; "
    "what the same command takes on the first 5 s (start-up, models, enrolment) is taken off.",
    "ours: `atdesk replay RECORDING --enrol PHOTOS --json OUT`, one frame a second, reading included.",
    "plain loop: face_locations, face_encodings and compare_faces of face_recognition on one frame a second, "
    "default settings. Both loops and decoding run in turn, in the same run.",
)


@dataclass(frozen=True, slots=True)
class Loop:
    """One of the things that are compared: its command for a video, its pictures from what it printed."""

    name: str
    command: Callable[[Path], list[str]]
    analysed: Callable[[str], int]


def run(options: Options) -> Result:
    """Measure.

    Raises:
        CannotMeasure: `face_recognition` is not installed.
    """
    if importlib.util.find_spec("face_recognition") is None:
        raise CannotMeasure("the plain loop needs the package face_recognition: see the README")
    whole, photos, length_s = footage.long_recording(options.footage(), LEAST_S)
    short = footage.beginning(whole, START_S)
    with tempfile.TemporaryDirectory() as folder:
        loops = _loops(photos, Path(folder) / "out.json")
        taken: dict[str, list[float]] = {loop.name: [] for loop in loops}
        for _ in range(options.repeats or 2):
            for loop in loops:
                taken[loop.name].append(per_minute(loop, whole, short))
    return Result("cpu", _figures(taken, length_s), NOTES, {"seconds_a_minute": taken, "length_s": length_s})


def _loops(photos: Path, out: Path) -> tuple[Loop, ...]:
    photo = str(min(photos.glob("*.jpg")))

    def plain(what: str) -> Loop:
        return Loop(
            what,
            lambda video: children.python("-m", "benchmarks.plain_loop", what, str(video), photo),
            lambda printed: int(json.loads(printed)["pictures"]),
        )

    def replay(video: Path) -> list[str]:
        return children.atdesk("replay", str(video), "--enrol", str(photos), "--json", str(out))

    def analysed(_printed: str) -> int:
        return int(json.loads(out.read_text(encoding="utf-8"))["frames_analysed"])

    return (Loop("ours", replay, analysed), plain("match"), plain("decode"))


def per_minute(loop: Loop, whole: Path, short: Path) -> float:
    """CPU seconds a minute of video, at one analysed frame a second.

    Args:
        loop: What runs, each time in a process of its own.
        whole: A recording.
        short: Its beginning, whose cost is taken off.
    """
    core = children.one_core()
    took: list[tuple[float, int]] = []
    for video in (whole, short):
        spent = children.measure(loop.command(video), core, children.ONE_THREAD)
        took.append((spent.cpu_s, loop.analysed(spent.out)))
    return (took[0][0] - took[1][0]) / (took[0][1] - took[1][1]) * 60


def _figures(taken: dict[str, list[float]], length_s: float) -> tuple[Figure, ...]:
    ours, plain, decoding = (median(taken[name]) for name in ("ours", "match", "decode"))
    ratios = [a / b for a, b in zip(taken["match"], taken["ours"], strict=True)]
    n, unit = len(ratios), "s a minute"
    return (
        Figure("replay", ours, unit, n, at_most=1.0, note=f"recording of {length_s / 60:.1f} min"),
        Figure("plain loop with face_recognition", plain, unit, n),
        Figure("decoding alone", decoding, unit, n),
        Figure("plain loop / replay", median(ratios), "x", n, at_least=7.0, note="median of the runs"),
    )
