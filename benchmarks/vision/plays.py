"""Recordings through `replay`, in as many processes as there are cores. The documents are what is scored."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from rich.progress import track

from atdesk_core.policy import SitePolicy
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.worker import load_models, start
from benchmarks.desk import enrolled, play
from benchmarks.scoring import Document, Event

MOST_PROCESSES = 2
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Job:
    """One recording to be replayed.

    Attributes:
        name: Of the recording.
        video: The file.
        events: Its known timeline.
        photos: Folder of the agent's photos; None: `enrolment` is taken as it is.
        enrolment: None with no photos: nobody is matched.
        policy: What is checked; None: the built-in policy for one's own recordings.
    """

    name: str
    video: Path
    events: Sequence[Event] = ()
    photos: Path | None = None
    enrolment: Enrolment | None = None
    policy: SitePolicy | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """A recording and what was said of it."""

    name: str
    events: Sequence[Event]
    said: Document


def play_one(job: Job) -> Played:
    """In the worker: replay one recording."""
    models = load_models()
    person = job.enrolment
    if job.photos is not None:
        person = enrolled(sorted(job.photos.glob("*.jpg")), models)
    return Played(job.name, job.events, play(job.video, person, models, job.policy))


class Workers:
    """Processes with the models loaded, one for each core, two at most."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def play(self, jobs: Iterable[Job], what: str) -> list[Played]:
        """Replay them all, in their order."""
        return self.each(play_one, [(job,) for job in jobs], what)

    def each(
        self, function: Callable[..., Result], calls: Sequence[tuple[object, ...]], what: str
    ) -> list[Result]:
        """Call a function once for each set of arguments; the results in their order, progress on the way."""
        futures: list[Future[Result]] = [self._pool.submit(function, *call) for call in calls]
        for done in track(as_completed(futures), description=what, total=len(futures)):
            done.result()
        return [one.result() for one in futures]


@contextmanager
def workers() -> Iterator[Workers]:
    """The processes, for a `with` block."""
    count = min(MOST_PROCESSES, os.cpu_count() or 1)
    with ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=start) as pool:
        try:
            yield Workers(pool)
        finally:
            pool.shutdown(cancel_futures=True)
