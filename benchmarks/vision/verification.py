"""Face verification as the product does it: `enrol` on clean photos, `observe` on other photos.

Each person's photos are cut in two halves. A template of three to five clean photos of one half meets
every photo of the other half, and the other way round, so that each photo is shown once to a template
of its own person that it is no part of. The template of the first half also meets every photo of
everybody else. A picture goes through the whole pipeline as the first of a stream: what the pipeline
will not compare (no face, too small, too dark, turned away) is an abstention or a failure to acquire, and
is counted.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import cv2
import numpy as np

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.enrol import EnrolmentOutcome, Photo, enrol
from atdesk_core.vision.memory import Enrolment, Memory, Plan
from atdesk_core.vision.models.brought import BroughtEncoder
from atdesk_core.vision.pipeline import Models, observe
from atdesk_core.vision.worker import load_models
from atdesk_sdk import FaceEncoder, Frame, Observation, PixelFormat
from benchmarks.results import CannotMeasure
from benchmarks.vision import material
from benchmarks.vision.conditions import CONDITIONS
from benchmarks.vision.material import Portrait
from benchmarks.vision.once import once
from benchmarks.vision.outcomes import Came, Outcome, Shown, by_shown, of_observation

MOST_ENROLLED, LEAST_ENROLLED = 5, 3


@dataclass(frozen=True, slots=True)
class Half:
    """One way to cut a person's photos: those that are enrolled, and those that are shown."""

    person: str
    enrolled: tuple[str, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A half with what came of its enrolment: the template, and why photos were refused."""

    half: Half
    template: Enrolment | None
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Templates:
    """Everything that is enrolled before pictures are shown.

    Attributes:
        halves: In the order of the people, the first half of each before the second.
        singles: Photo to the template of it alone, for the ready pairs.
    """

    halves: tuple[Enrolled, ...]
    singles: Mapping[str, Enrolment | None]

    def strangers_meet(self) -> Iterator[Enrolled]:
        """One half of each person whose template was made: the first."""
        met: set[str] = set()
        for one in self.halves:
            if one.template is not None and one.half.person not in met:
                met.add(one.half.person)
                yield one


def halves(person: str, photos: Sequence[Portrait]) -> tuple[Half, ...]:
    """The two ways to cut a person's photos; one where there are fewer than six."""
    names = tuple(one.name for one in photos)
    middle = max(LEAST_ENROLLED, len(names) // 2)
    cuts = [(names[:middle], names[middle:])]
    if len(names) - middle >= LEAST_ENROLLED:
        cuts.append((names[middle:], names[:middle]))
    return tuple(Half(person, mine[:MOST_ENROLLED], shown) for mine, shown in cuts)


def templates(data: Path, models: Models, people: int | None = None) -> Templates:
    """Enrol everybody.

    Args:
        data: The test material.
        models: With the encoder that is measured.
        people: Only the first so many, for a quick run.
    """
    known = material.by_person(material.portraits(data))
    cuts = [half for person, photos in [*known.items()][:people] for half in halves(person, photos)]
    firsts = dict.fromkeys(pair.first for pair in material.pairs(data)) if people is None else {}
    singles = {name: _enrolled(data, (name,), models).enrolment for name in firsts}
    return Templates(tuple(_half(data, cut, models) for cut in cuts), singles)


def _half(data: Path, cut: Half, models: Models) -> Enrolled:
    made = _enrolled(data, cut.enrolled, models)
    return Enrolled(cut, made.enrolment, tuple(str(one.unfit) for one in made.photos if one.unfit))


def _enrolled(data: Path, names: Sequence[str], models: Models) -> EnrolmentOutcome:
    return enrol([Photo(name, (data / name).read_bytes()) for name in names], models.faces, _encoder(models))


def _encoder(models: Models) -> FaceEncoder:
    if models.encoder is None:
        raise CannotMeasure("no face encoder is installed: see `atdesk doctor`")
    return models.encoder


@dataclass(frozen=True, slots=True)
class Shots:
    """Every outcome under one condition."""

    condition: str
    templates: tuple[Outcome, ...]
    pairs: tuple[Outcome, ...]


def show_all(data: Path, condition: str, enrolled: Templates, encoder: BroughtEncoder | None) -> Shots:
    """In the worker: show every photo, under one condition, to the templates that it has to meet."""
    own = {name: one for one in enrolled.halves for name in one.half.shown}
    pairs = [pair for pair in material.pairs(data) if pair.first in enrolled.singles]
    models = load_models(encoder)
    once_models, forget = once(models)
    shown: list[Outcome] = []
    paired: list[Outcome] = []
    for name in dict.fromkeys([*own, *(pair.second for pair in pairs)]):
        forget()
        look = _looker(_picture(data, name, condition, models), once_models)
        person = _person(name)
        if name in own:
            shown += _meets(person, own[name], enrolled, look)
        for pair in (one for one in pairs if one.second == name):
            kind = Shown.AGENT if pair.same else Shown.STRANGER
            paired += look(kind, _person(pair.first), person, enrolled.singles[pair.first])
    return Shots(condition, tuple(shown), tuple(paired))


def _person(name: str) -> str:
    """Whose photo it is: each person has a folder."""
    return Path(name).parent.name


Look = Callable[[Shown, str, str, Enrolment | None], list[Outcome]]


def _meets(person: str, own: Enrolled, enrolled: Templates, look: Look) -> list[Outcome]:
    outcomes = look(Shown.AGENT, person, person, own.template)
    for other in enrolled.strangers_meet():
        if other.half.person != person:
            outcomes += look(Shown.STRANGER, other.half.person, person, other.template)
    return outcomes


def _looker(picture: Pixels, models: Models) -> Look:
    height, width = picture.shape[:2]
    data = np.ascontiguousarray(picture).data.cast("B").toreadonly()
    frame = Frame("photo", data, PixelFormat.BGR24, 0.0, 0.0, width, height, width * 3)

    refused: list[tuple[Came, str]] = []

    def look(kind: Shown, whose: str, person: str, template: Enrolment | None) -> list[Outcome]:
        """Nobody is compared with a template that could not be made.

        A picture that is not compared with one template is compared with none: whose it is plays no part.
        """
        if template is None:
            return []
        came, why = refused[0] if refused else of_observation(seen(template))
        if why and not refused:
            refused.append((came, why))
        return [Outcome(kind, whose, person, came, why)]

    def seen(template: Enrolment) -> Observation:
        return observe(frame, Memory(), template, Plan(), models)[0]

    return look


def _picture(data: Path, name: str, condition: str, models: Models) -> Pixels:
    """The photo under a condition. A photo in which no face is found stays as large as it is."""
    read = cv2.imread(str(data / name))
    if read is None:
        raise CannotMeasure(f"{data / name} does not decode")
    picture = np.asarray(read, np.uint8)
    faces = models.faces.detect(picture)
    face_px = max((face.box.width * picture.shape[1] for face in faces), default=1.0)
    return CONDITIONS[condition](picture, face_px, crc32(name.encode()))


def document(
    enrolled: Templates, shots: Sequence[Shots], groups: Mapping[str, frozenset[str]]
) -> dict[str, Any]:
    """Everything that was counted."""
    return {
        "people": len({one.half.person for one in enrolled.halves}),
        "enrolment": enrolment_counts(enrolled),
        "conditions": {one.condition: by_shown(one.templates) for one in shots},
        "pairs": {one.condition: by_shown(one.pairs) for one in shots},
        "groups": {
            group: {one.condition: by_shown(one.templates, members) for one in shots}
            for group, members in groups.items()
        },
    }


def enrolment_counts(enrolled: Templates) -> dict[str, Any]:
    """Failures to enrol, and photos that were refused with the reason."""
    photos = [name for one in enrolled.halves for name in one.half.enrolled]
    refused = Counter(why.partition(":")[0] for one in enrolled.halves for why in one.refused)
    return {
        "tried": len(enrolled.halves),
        "failed": sum(one.template is None for one in enrolled.halves),
        "photos": len(photos),
        "refused": refused.total(),
        "why": dict(refused.most_common()),
    }
