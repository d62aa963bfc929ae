"""Who is in the seat, and who is beside it: desk scenarios and real clips with every check on.

The scenarios run a second time with presence and match alone, the configuration whose cost has a bound:
somebody else in the seat must be found as soon there.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from atdesk_core.policy import SitePolicy
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.worker import load_models
from benchmarks import footage
from benchmarks.desk import false_events, in_the_seat, real_clips, somebody_else
from benchmarks.figures import Figure
from benchmarks.scoring import Score, add
from benchmarks.vision import company, steps
from benchmarks.vision.plays import Job, Played, Workers


@dataclass(frozen=True, slots=True)
class Watched:
    """Everything that was replayed.

    Attributes:
        checked: Desk scenarios, every check on.
        plain: The same, presence and match alone.
        clips: Real clips, every check on.
    """

    checked: Sequence[Played]
    plain: Sequence[Played]
    clips: Sequence[Played]


@cache
def clips(data: Path) -> Sequence[tuple[str, Path, Enrolment | None]]:
    """Each real clip with one person, with that person enrolled and without: name, file, template."""
    return real_clips(data, load_models())


def measure(data: Path, workers: Workers, policy: SitePolicy, count: int | None = None) -> Watched:
    """Replay them all.

    Args:
        data: The test material.
        workers: Where it runs.
        policy: With every check on.
        count: Only so many scenarios, for a quick run.
    """
    desks = footage.scenarios(data, count)
    plain = [Job(one.name, one.video, one.events, photos=one.enrol) for one in desks]
    checked = [replace(job, policy=policy) for job in plain]
    real = [
        Job(name, video, enrolment=template, policy=policy)
        for name, video, template in clips(data)[: count and 2 * count]
    ]
    return Watched(
        workers.play(checked, "Desk scenarios, every check"),
        workers.play(plain, "Desk scenarios, presence and match"),
        workers.play(real, "Real clips"),
    )


def figures(watched: Watched) -> list[Figure]:
    """The figures of these recordings."""
    real = _score(watched.clips)
    return [
        *in_the_seat(_score(watched.checked), "scenarios"),
        *false_events(real, "real clips"),
        *company.figures(watched.checked),
        *company.things_in_quiet([*watched.checked, *watched.clips]),
        *_presence_and_match(_score(watched.plain)),
        *steps.figures(steps.counted(one.said for one in watched.plain), "presence and match"),
        *steps.figures(steps.counted(one.said for one in watched.checked), "every check"),
    ]


def detail(watched: Watched) -> dict[str, Any]:
    """For the document."""
    parts = {"checked": watched.checked, "plain": watched.plain, "clips": watched.clips}
    return {
        name: {
            "score": asdict(_score(played)),
            "steps": steps.counted(one.said for one in played).as_json(),
        }
        for name, played in parts.items()
    }


def _presence_and_match(score: Score) -> list[Figure]:
    """The swap of persons in the configuration whose cost has a bound."""
    where = "presence and match alone"
    found, *more = somebody_else(score)
    return [replace(found, what=f"{found.what}, {where}"), *more, *false_events(score, f"scenarios, {where}")]


def _score(played: Sequence[Played]) -> Score:
    score = Score()
    for one in played:
        add(score, one.name, one.said, one.events)
    return score
