"""The scenario mix as JPEG pictures in memory, one a second: what a core has to do for many agents."""

from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np

from atdesk_core.policy import SitePolicy
from atdesk_core.runtime.replay import Script, replay
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.pipeline import Models
from benchmarks.desk import enrolled
from benchmarks.plain_loop import every_second
from benchmarks.vision.slides import Slides, coded

QUIET_S = 6.0
"""Every desk scenario begins with the agent at the desk for at least this long."""


class Mix:
    """Recordings, taken apart.

    Args:
        sources: Video and folder of the agent's photos; None for the folder where nobody is enrolled.
        models: Loaded.

    Attributes:
        recordings: Pictures of each, one a second.
        people: Who is enrolled in each.
    """

    def __init__(self, sources: Sequence[tuple[str, str | None]], models: Models) -> None:
        self._first = sources[0][0]
        self._models = models
        self.recordings = [[coded(picture) for picture in every_second(video)] for video, _ in sources]
        self.people = [_person(photos, models) for _, photos in sources]

    def quiet(self, count: int) -> list[bytes]:
        """Somebody at the desk: the first seconds of the first recording, to and fro, a second apart."""
        capture = cv2.VideoCapture(self._first)
        fps = round(capture.get(cv2.CAP_PROP_FPS))
        read = (capture.read()[1] for _ in range(round(QUIET_S * fps)))
        pictures = [coded(np.asarray(picture, np.uint8)) for picture in read]
        capture.release()
        order = [number for first in range(fps) for number in _there_and_back(first, len(pictures), fps)]
        return [pictures[number] for number in islice(cycle(order), count)]

    def replayed(
        self,
        recordings: Sequence[Sequence[bytes]],
        people: Sequence[Enrolment | None],
        policy: SitePolicy | None,
    ) -> float:
        """Frames a second of processor time, through the whole engine."""
        frames, cpu_s = 0, 0.0
        for pictures, person in zip(recordings, people, strict=True):
            outcome = replay(Slides(pictures), self._models, Script("agent", person, policy))
            frames, cpu_s = frames + outcome.frames_analysed, cpu_s + outcome.cpu_s
        return frames / cpu_s


def _person(photos: str | None, models: Models) -> Enrolment | None:
    return enrolled(sorted(Path(photos).glob("*.jpg")), models) if photos else None


def _there_and_back(first: int, count: int, step: int) -> list[int]:
    """Every `step`-th picture from `first`; each other time backwards, so that no two in a row jump."""
    forwards = list(range(first, count, step))
    return forwards[::-1] if first % 2 else forwards
