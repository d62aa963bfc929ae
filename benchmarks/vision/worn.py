"""A mask, dark glasses, a headset, a hand at the chin: drawn on the enrolled agent of each real clip.

The scene photos show masks and headsets, but nobody in them can be enrolled. Here the agent is first seen
as enrolled, and then wears the thing: never absent, never somebody else. Drawn things are flat and sit
perfectly; they are no more than a first test.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from atdesk_core.runtime.replay import Script, replay
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.worker import load_models
from atdesk_sdk import DetectedFace
from benchmarks.figures import Figure, share_upper
from benchmarks.plain_loop import every_second
from benchmarks.vision.plays import Workers
from benchmarks.vision.seat import clips
from benchmarks.vision.slides import Slides, coded

BARE_S, WORN_S = 8, 16
"""How long the agent is seen without and then with the thing."""
Colour = tuple[int, int, int]
Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Head:
    """Where a face is, in pixels.

    Attributes:
        box: Left, top, right, bottom.
        eyes: The right eye and the left eye.
        nose: Its tip.
        mouth: Its middle.
        apart: Distance of the eyes.
    """

    box: tuple[int, int, int, int]
    eyes: tuple[Point, Point]
    nose: Point
    mouth: Point
    apart: int


def head(face: DetectedFace, picture: Pixels) -> Head:
    """From what the detector gives."""
    height, width = picture.shape[:2]
    box = face.box
    right, left, nose, mouth_right, mouth_left = (np.asarray(point) for point in face.landmarks)
    corners = (box.x * width, box.y * height, (box.x + box.width) * width, (box.y + box.height) * height)
    return Head(
        box=(round(corners[0]), round(corners[1]), round(corners[2]), round(corners[3])),
        eyes=(_point(right), _point(left)),
        nose=_point(nose),
        mouth=_point((mouth_right + mouth_left) / 2),
        apart=max(4, round(float(np.linalg.norm(right - left)))),
    )


def _point(place: Any) -> Point:
    return round(float(place[0])), round(float(place[1]))


def mask(picture: Pixels, at: Head) -> None:
    """From the bridge of the nose to below the chin."""
    left, _, right, bottom = at.box
    top = (at.eyes[0][1] + at.eyes[1][1] + 2 * at.nose[1]) // 4
    edge = [(left, top), (at.nose[0], top - at.apart // 6), (right, top), (right - at.apart // 4, bottom)]
    cv2.fillPoly(picture, [np.array([*edge, (left + at.apart // 4, bottom)], np.int32)], (205, 185, 130))


def glasses(picture: Pixels, at: Head) -> None:
    """Dark glasses."""
    size = (round(0.38 * at.apart), round(0.28 * at.apart))
    for eye in at.eyes:
        cv2.ellipse(picture, eye, size, 0, 0, 360, (25, 20, 20), -1, cv2.LINE_AA)
    cv2.line(picture, at.eyes[0], at.eyes[1], (25, 20, 20), max(2, at.apart // 12), cv2.LINE_AA)


def headset(picture: Pixels, at: Head) -> None:
    """A band over the head, two cushions, a microphone before the mouth."""
    left, top, right, bottom = at.box
    middle, ear = (left + right) // 2, (top + bottom) // 2
    thick, dark = max(3, at.apart // 6), (35, 35, 35)
    band = ((right - left) // 2, round(1.3 * (ear - top)))
    cv2.ellipse(picture, (middle, ear), band, 0, 180, 360, dark, thick, cv2.LINE_AA)
    for side in (left, right):
        cv2.ellipse(picture, (side, ear), (thick, 2 * thick), 0, 0, 360, dark, -1, cv2.LINE_AA)
    end = (at.mouth[0] - at.apart // 2, at.mouth[1] + at.apart // 6)
    cv2.line(picture, (left, ear), end, dark, max(2, thick // 2), cv2.LINE_AA)
    cv2.circle(picture, end, max(3, thick // 2), dark, -1, cv2.LINE_AA)


def hand(picture: Pixels, at: Head) -> None:
    """A hand over chin and half of the mouth, and the arm below it, in the colour of the cheek."""
    cheek = picture[at.nose[1] - 2 : at.nose[1] + 3, max(0, at.nose[0] - at.apart // 3) :][:, :5]
    skin = tuple(int(value) for value in 0.92 * np.median(cheek.reshape(-1, 3), axis=0))
    colour: Colour = (skin[0], skin[1], skin[2])
    palm = (at.mouth[0] + at.apart // 5, at.mouth[1] + at.apart // 3)
    elbow = (palm[0] + at.apart, palm[1] + 4 * at.apart)
    cv2.line(picture, palm, elbow, colour, round(0.6 * at.apart), cv2.LINE_AA)
    cv2.ellipse(picture, palm, (round(0.55 * at.apart), round(0.4 * at.apart)), 15, 0, 360, colour, -1)


THINGS: Final[Mapping[str, Callable[[Pixels, Head], None]]] = {
    "mask": mask,
    "dark glasses": glasses,
    "headset": headset,
    "hand at the chin": hand,
}
"""What is worn, and what draws it into a picture."""


@dataclass(frozen=True, slots=True)
class Worn:
    """One clip with one thing: the kinds of all findings, and the reasons of could_not_tell."""

    thing: str
    clip: str
    found: tuple[str, ...]
    could_not_tell: tuple[str, ...]


def measure(data: Path, workers: Workers, count: int | None = None) -> list[Worn]:
    """Every thing on every clip whose person could be enrolled."""
    enrolled = [one for one in clips(data) if one[2] is not None][:count]
    calls = [(name, video, person, thing) for name, video, person in enrolled for thing in THINGS]
    return workers.each(wear, calls, "Mask, glasses, headset, hand")


def wear(name: str, video: Path, person: Enrolment, thing: str) -> Worn:
    """In the worker: one clip, presence and match."""
    bare = list(islice(every_second(str(video)), BARE_S + WORN_S))
    pictures = [coded(one if at < BARE_S else drawn(one, thing)) for at, one in enumerate(bare)]
    said = replay(Slides(pictures), load_models(), Script("agent", person)).as_json()
    return Worn(
        thing,
        name,
        tuple(sorted({one["kind"] for one in said["findings"]})),
        tuple(sorted({one["reason"] for one in said["could_not_tell"]})),
    )


def drawn(picture: Pixels, thing: str) -> Pixels:
    """A copy with the thing on the largest face; the picture as it is when no face is found."""
    copy = np.ascontiguousarray(picture).copy()
    for face in load_models().faces.detect(picture)[:1]:
        THINGS[thing](copy, head(face, copy))
    return copy


def figures(worn: Sequence[Worn]) -> list[Figure]:
    """How often somebody who wears something was called absent, or another."""
    found: list[Figure] = []
    bound = "... share at most, 95 %"
    for kind in ("absent", "different_person"):
        wrong = [one for one in worn if kind in one.found]
        what = f"agent with mask, glasses, headset, hand at chin: {kind}"
        note = "; ".join(f"{one.thing}: {one.clip}" for one in wrong[:5])
        most = share_upper(len(wrong), len(worn)) if worn else None
        found += [
            Figure(what, len(wrong), "", len(worn), at_most=0, note=note),
            Figure(bound, most, "", len(worn)),
        ]
    return found


def detail(worn: Sequence[Worn]) -> dict[str, Any]:
    """Each thing with what was found, and the reasons of could_not_tell."""
    return {
        thing: {
            "n": sum(one.thing == thing for one in worn),
            "found": dict(Counter(kind for one in worn if one.thing == thing for kind in one.found)),
            "could_not_tell": dict(
                Counter(why for one in worn if one.thing == thing for why in one.could_not_tell)
            ),
        }
        for thing in THINGS
    }
