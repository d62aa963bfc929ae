"""Children of `cost`, each in a process of its own, pinned to one core. What they print is JSON.

    python -m benchmarks.vision.loops ungated VIDEO PHOTOS
    python -m benchmarks.vision.loops rates FILE

`ungated` runs every step on one frame a second of a recording. `rates` measures frames a second of
processor time on JPEG pictures in memory, made of the recordings that FILE names.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from atdesk_core.vision.decode import Pixels, decode_frame
from atdesk_core.vision.faces import YuNet
from atdesk_core.vision.memory import Enrolment, Memory, Plan
from atdesk_core.vision.pipeline import Models, observe
from atdesk_core.vision.quality import thumbnail
from atdesk_core.vision.worker import load_models, start
from atdesk_sdk import DetectedFace, Frame, PixelFormat
from benchmarks.desk import enrolled
from benchmarks.plain_loop import every_second
from benchmarks.vision.checks import everything
from benchmarks.vision.mix import Mix
from benchmarks.vision.slides import coded

FRAMES = 300
FORCED_FRAMES = 60
_SIDE_PX = 640

Step = Callable[[Frame], object]


@dataclass(frozen=True, slots=True)
class Rates:
    """Frames a second of processor time, one core, 640x480 JPEG in memory.

    Attributes:
        floor: Decode and thumbnail alone.
        quiet: Somebody sits at the desk; presence and match.
        quiet_checked: The same with every check on.
        due: Nothing left out because an earlier frame has answered it; every check on.
        forced: Likewise, and faces at 640 and the person detector on each frame; things by one model.
        forced_meals: Likewise, and the second model for things too, which a hint calls for.
        mix: The scenario mix, presence and match.
        mix_checked: The scenario mix, every check on.
        frames: How many frames stand behind each of the two mixes.
    """

    floor: float
    quiet: float
    quiet_checked: float
    due: float
    forced: float
    forced_meals: float
    mix: float
    mix_checked: float
    frames: int


class AtFullSize(YuNet):
    """The face detector without its small copy.

    Attributes:
        picture: The one that was searched last.
    """

    picture: Pixels

    def detect(self, picture: Pixels) -> Sequence[DetectedFace]:
        """See `YuNet`."""
        self.picture = picture
        return self._search(picture, _SIDE_PX)


def ungated(video: str, photos: str) -> dict[str, Any]:
    """Every step on every frame, one a second."""
    start()
    models = load_models()
    step = forced(enrolled(sorted(Path(photos).glob("*.jpg")), models), models)
    count = 0
    for count, picture in enumerate(every_second(video), 1):
        step(_frame(coded(picture), count))
    return {"pictures": count}


def due(person: Enrolment | None, models: Models) -> Step:
    """The pipeline with nothing left out because an earlier frame has answered it, every check on."""
    memory, plan = Memory(), replace(Plan().fresh(), objects_s=0.0, company=True)

    def step(frame: Frame) -> None:
        nonlocal memory
        _, memory = observe(frame, memory, person, plan, models)

    return step


def forced(person: Enrolment | None, models: Models) -> Step:
    """All models on one frame: what the pipeline leaves out is run by hand, on the same picture."""
    faces = AtFullSize()
    models = replace(models, faces=faces)
    memory, plan = Memory(), replace(Plan().fresh(), objects_s=0.0, company=True)

    def step(frame: Frame) -> None:
        nonlocal memory
        # Without the outcome of the last frame no smaller copy is searched first, and nothing is carried on.
        seen, memory = observe(frame, replace(memory, outcome="", run=0), person, plan, models)
        if seen.people is None:
            models.people.detect(faces.picture)
        if seen.objects is None and models.objects is not None:
            models.objects.detect(faces.picture)
        if seen.match is None and models.encoder is not None:
            for face in faces.detect(faces.picture)[:1]:
                models.encoder.encode(faces.picture, face)

    return step


def rates(file: str) -> dict[str, Any]:
    """See `Rates`. The file holds [[video, folder of photos or null], ...]; the first is the quiet desk."""
    start()
    models = load_models()
    mix = Mix(json.loads(Path(file).read_text(encoding="utf-8")), models)
    quiet, person = mix.quiet(FRAMES), mix.people[0]
    some = list(islice(cycle(mix.recordings[0]), FORCED_FRAMES))
    return asdict(
        Rates(
            floor=_a_second(_floor, quiet),
            quiet=mix.replayed([quiet], [person], None),
            quiet_checked=mix.replayed([quiet], [person], everything()),
            due=_a_second(due(person, models), some),
            forced=_a_second(forced(person, replace(models, meals=None)), some),
            forced_meals=_a_second(forced(person, models), some),
            mix=mix.replayed(mix.recordings, mix.people, None),
            mix_checked=mix.replayed(mix.recordings, mix.people, everything()),
            frames=sum(map(len, mix.recordings)),
        )
    )


def _a_second(step: Step, pictures: Sequence[bytes]) -> float:
    frames = [_frame(picture, number) for number, picture in enumerate(pictures)]
    began = time.process_time()
    for frame in frames:
        step(frame)
    return len(frames) / (time.process_time() - began)


def _floor(frame: Frame) -> None:
    thumbnail(decode_frame(frame).pixels)


def _frame(picture: bytes, number: int) -> Frame:
    return Frame("loop", memoryview(picture), PixelFormat.JPEG, float(number), float(number))


COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {"ungated": ungated, "rates": rates}

if __name__ == "__main__":
    print(json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:])))
