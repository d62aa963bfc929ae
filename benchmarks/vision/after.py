"""People seen badly, after an enrolled agent was seen in the same seat: each photo once, after a real clip.

Where nobody is enrolled nothing can end in `different_person`. Here the agent is first matched, and then the
picture shows somebody from behind, asleep, with a mask or a headset. It is another person than the enrolled
one, so who shows a face may rightly be called so, as one of the photos asleep does: `different_person` is
counted where a face hardly shows, without a target, and each photo that is called so has to be looked at.
Each label is counted by itself, and a label of few photos is not measurable.
"""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from atdesk_core.runtime.replay import Script, replay
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.worker import load_models
from benchmarks.figures import Figure
from benchmarks.plain_loop import every_second
from benchmarks.vision import material
from benchmarks.vision.called import Seen, labelled, seen, wrongly
from benchmarks.vision.material import Scene
from benchmarks.vision.plays import Workers
from benchmarks.vision.seat import clips
from benchmarks.vision.slides import Slides, coded, still

BARE_S, BADLY_S = 8, 16
"""How long the enrolled agent is seen, and then the photo."""
SEEN_BADLY: Final = ("from_behind", "asleep_at_desk", "mask", "agent_headset", "headphones")
"""Somebody is there, but the face is hidden, turned away or partly covered."""
FACELESS: Final = ("from_behind", "asleep_at_desk")
"""Those of them that hardly show a face to compare."""


def measure(data: Path, workers: Workers, count: int | None = None) -> list[Seen]:
    """Every such photo, each after another clip as far as the clips go."""
    enrolled = [(video, person) for _, video, person in clips(data) if person is not None]
    shown = [scene for scene in material.scenes(data) if scene.label in SEEN_BADLY][:count]
    calls = [(data, scene, *enrolled[at % len(enrolled)], at) for at, scene in enumerate(shown)]
    return workers.each(show, calls, "Seen badly after an enrolled agent")


def show(data: Path, scene: Scene, video: Path, person: Enrolment, seed: int) -> Seen:
    """In the worker: one photo after one clip, presence and match."""
    before = [coded(picture) for picture in islice(every_second(str(video)), BARE_S)]
    slides = Slides([*before, *still(data / scene.name, BADLY_S, seed)])
    said = replay(slides, load_models(), Script("agent", person)).as_json()
    begin = float(len(before))
    event = {"start_s": begin, "end_s": begin + BADLY_S, "label": scene.label, "photo": scene.name}
    return seen(scene.name, said, event, scene.tags)


def figures(events: Sequence[Seen]) -> list[Figure]:
    """One row for each label and kind."""
    after = "after an enrolled agent"
    return [
        *(wrongly(f"{one} {after}, called absent", events, labelled(one), "absent") for one in SEEN_BADLY),
        *(
            wrongly(f"{one} {after}, called different_person", events, labelled(one), "different_person")
            for one in FACELESS
        ),
    ]
