"""The parts of the benchmark, one after the other, and the card that a full run writes."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from atdesk_core.vision.worker import start
from benchmarks.figures import Figure
from benchmarks.results import CannotMeasure, Options, Result, machine
from benchmarks.vision import activity, after, card, cost, faces, scenes, seat, steps, worn
from benchmarks.vision.called import by_label
from benchmarks.vision.checks import everything
from benchmarks.vision.plays import Workers, workers

NOTES = (
    "Policy: the defaults with every check on, laptop as the one banned class. One analysed frame a second.",
    "Bounds of shares are exact and two-sided (Clopper-Pearson), 95 %; `at most` is one-sided. Fewer than "
    "20 cases: not measurable. The bounds take cases as independent. They are not: photos of a few people, "
    "a few photos shown several times, four agents in sixty scenarios. Notes tell how many are different.",
    "Faces: a rate of matches is a share of the comparisons made; what was not found or not compared is "
    "told apart. The people are celebrities on press photos, not staff before a webcam.",
    "An event is called by a finding that covers part of it, its first and last 1.05 s apart; it is found "
    "when that was also decided before it was over.",
    "Frames a second and agents a core are counted in processor time of one pinned process, JPEG in memory.",
)


@dataclass(frozen=True, slots=True)
class Part:
    """What one part measured.

    Attributes:
        figures: To read.
        detail: Everything else that was counted; JSON.
        took_s: How long it ran.
    """

    figures: tuple[Figure, ...]
    detail: Mapping[str, Any]
    took_s: float = 0.0


def _faces(options: Options, pool: Workers) -> Part:
    quick = options.scenarios is not None
    counted = faces.measure(options.data, pool, None, quick=quick)
    found, backends = faces.figures(counted), [counted]
    brought = faces.read_encoder(options.encoder)
    if brought is not None:
        backends.append(faces.measure(options.data, pool, brought, quick=quick))
        found += [Figure(f"the encoder that was brought: {brought.name}", None), *faces.figures(backends[1])]
    return Part(tuple(found), {"backends": backends})


def _seat(options: Options, pool: Workers) -> Part:
    watched = seat.measure(options.data, pool, everything(), options.scenarios)
    return Part(tuple(seat.figures(watched)), seat.detail(watched))


def _activity(options: Options, pool: Workers) -> Part:
    jobs = activity.jobs(options.data, everything(), options.scenarios)
    played = pool.play(jobs, "Activity scenarios")
    shown, counts = activity.events(options.data, played), steps.counted(one.said for one in played)
    badly = after.measure(options.data, pool, options.scenarios and 5 * options.scenarios)
    found = [
        *activity.figures(shown),
        *after.figures(badly),
        *steps.figures(counts, "activity, every check"),
    ]
    detail = {"labels": by_label(shown), "after": by_label(badly), "steps": counts.as_json()}
    return Part(tuple(found), detail)


def _scenes(options: Options, pool: Workers) -> Part:
    count = None if options.scenarios is None else 5 * options.scenarios
    events = scenes.measure(options.data, pool, everything(), count)
    return Part(tuple(scenes.figures(events)), {"labels": by_label(events)})


def _worn(options: Options, pool: Workers) -> Part:
    seen = worn.measure(options.data, pool, options.scenarios)
    return Part(tuple(worn.figures(seen)), {"things": worn.detail(seen)})


def _cost(options: Options, _pool: Workers) -> Part:
    measured = cost.measure(options.data, options.scenarios)
    return Part(tuple(cost.figures(measured)), asdict(measured))


PARTS: Mapping[str, Callable[[Options, Workers], Part]] = {
    "faces": _faces,
    "seat": _seat,
    "activity": _activity,
    "scenes": _scenes,
    "worn": _worn,
    "cost": _cost,
}
"""Name to what runs. `cost` comes last: by then the other processes have nothing to do."""


def run_parts(options: Options) -> Result:
    """Measure what was asked for, and write the card after a full run.

    Raises:
        CannotMeasure: There is no such part, or something that it needs is not there.
    """
    options.footage()
    unknown = sorted(set(options.parts) - set(PARTS))
    if unknown:
        raise CannotMeasure(f"vision has no part {', '.join(unknown)}; it has {', '.join(PARTS)}")
    wanted = [name for name in PARTS if name in (options.parts or PARTS)]
    faces.read_encoder(options.encoder)
    if "cost" in wanted:
        cost.check()
    start()
    with workers() as pool:
        done = {name: _timed(PARTS[name], options, pool) for name in wanted}
    notes = [*NOTES, write_card(done, options), _took(done)]
    figures = tuple(one for part in done.values() for one in part.figures)
    return Result("vision", figures, tuple(notes), {name: part.detail for name, part in done.items()})


def _timed(part: Callable[[Options, Workers], Part], options: Options, pool: Workers) -> Part:
    began = time.perf_counter()
    measured = part(options, pool)
    return Part(measured.figures, measured.detail, time.perf_counter() - began)


def _took(done: Mapping[str, Part]) -> str:
    each = ", ".join(f"{name} {part.took_s / 60:.1f}" for name, part in done.items())
    return f"Took {sum(part.took_s for part in done.values()) / 60:.1f} minutes: {each}."


def write_card(done: Mapping[str, Part], options: Options) -> str:
    """Write the card and the figures behind it after a full run; what became of it, in words."""
    if len(done) < len(PARTS) or options.scenarios is not None:
        return "No model card was written: only a full run, of all parts and all scenarios, writes one."
    measured = {
        "machine": machine(),
        "parts": {
            name: {"figures": [asdict(one) for one in part.figures], "detail": part.detail}
            for name, part in done.items()
        },
    }
    path = options.card or Path("docs/model-card.md")
    card.write(measured, path)
    return f"The model card is {path}, the figures behind it {card.figures_beside(path)}."
