"""Every scene photo by itself, for five to eight seconds, as a webcam would show it. Nobody is enrolled."""

import random
from pathlib import Path

from atdesk_core.policy import SitePolicy
from atdesk_core.runtime.replay import Script, replay
from atdesk_core.vision.worker import load_models
from benchmarks.figures import Figure
from benchmarks.vision import material
from benchmarks.vision.activity import NOBODY, alone, badly, things
from benchmarks.vision.called import Seen, but, never, seen
from benchmarks.vision.material import Scene
from benchmarks.vision.plays import Workers
from benchmarks.vision.slides import Slides, still

LEAST_S, MOST_S = 5, 8
"""How long a photo is shown."""


def measure(data: Path, workers: Workers, policy: SitePolicy, count: int | None = None) -> list[Seen]:
    """What was said of each photo.

    Args:
        data: The test material.
        workers: Where it runs.
        policy: What is checked.
        count: Only so many photos, for a quick run.
    """
    shown = material.scenes(data)[:: _step(len(material.scenes(data)), count)]
    calls = [(data, scene, number, policy) for number, scene in enumerate(shown)]
    return workers.each(show, calls, "Scene photos")


def _step(there: int, wanted: int | None) -> int:
    return max(1, there // wanted) if wanted else 1


def show(data: Path, scene: Scene, seed: int, policy: SitePolicy) -> Seen:
    """In the worker: one photo before the whole engine."""
    seconds = random.Random(seed).randint(LEAST_S, MOST_S)  # noqa: S311 - a length, no secret
    slides = Slides(still(data / scene.name, seconds, seed))
    said = replay(slides, load_models(), Script("agent", None, policy)).as_json()
    event = {"start_s": 0.0, "end_s": float(seconds), "label": scene.label, "photo": scene.name}
    return seen(scene.name, said, event, scene.tags)


def figures(events: list[Seen]) -> list[Figure]:
    """The figures of the photos shown by themselves."""
    return [
        *things(events, "photos"),
        *never("somebody there, called absent, photos", events, but(*NOBODY), "absent"),
        *badly(events, "photos"),
        *alone(events, "photos"),
    ]
