"""Pictures with somebody in them who is not the agent, made from the clips, and eyes of a script."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import NoReturn

import cv2
import numpy as np

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.redaction import Eyes, Redacted, redact
from atdesk_sdk.detector import Box, DetectedFace, FaceEncoder, MatchBand
from tests.core.vision.footage import clip, models, room

Place = tuple[int, int, int, int]
"""Left, top, right, bottom: pixels."""


@cache
def eyes() -> Eyes:
    """The real ones, loaded once."""
    return Eyes.of(models())


SMALLEST = (160, 128)
"""Size of the first copy of a 640 x 512 picture that a face detector is given."""


class ScriptedFaces:
    """Finds in the smallest copy what the script says: one entry for each look, the last one for ever."""

    name = "scripted"

    def __init__(self, *looks: Sequence[DetectedFace]) -> None:
        self._looks = list(looks)

    def detect(self, picture: Pixels) -> Sequence[DetectedFace]:
        if picture.shape[1::-1] != SMALLEST:
            return ()
        return self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]


class ScriptedBodies:
    """Finds these in the whole picture and in its mirror image, and nothing in its quarters."""

    name = "scripted"

    def __init__(self, *found: Box) -> None:
        self._found = found

    def detect(self, picture: Pixels) -> Sequence[Box]:
        return self._found if picture.shape == (512, 640, 3) else ()


NOBODY = ScriptedBodies()


def in_smallest(face: DetectedFace) -> DetectedFace:
    """A face of a 640 x 512 picture as it is found in the smallest copy."""
    return replace(face, landmarks=tuple((x / 4, y / 4) for x, y in face.landmarks))


class Breaking:
    """A model of any kind that fails."""

    name = "breaking"

    def __init__(self, error: Exception) -> None:
        self._error = error

    def detect(self, picture: Pixels) -> NoReturn:
        raise self._error

    def encode(self, picture: Pixels, face: DetectedFace) -> NoReturn:
        raise self._error


def agent_picture() -> Pixels:
    """The agent, from the front."""
    return clip("grid_a_1")[3]


def stranger_picture() -> Pixels:
    """Somebody else, from the front."""
    return clip("grid_b")[3]


def side_by_side(left: Pixels, right: Pixels) -> Pixels:
    """The middle of two pictures, 640 x 512: two people close to the camera."""
    return np.ascontiguousarray(np.hstack([left[:, 160:480], right[:, 160:480]]))


def head(picture: Pixels) -> Pixels:
    """Head and shoulders, 240 x 300."""
    return picture[130:430, 200:440]


def behind(picture: Pixels, of: Pixels, width: int, left: int, top: int) -> Pixels:
    """With somebody's head and shoulders, so many pixels wide, put into the picture."""
    small = cv2.resize(head(of), (width, round(width * 1.25)), interpolation=cv2.INTER_AREA)
    tall, wide = min(small.shape[0], 512 - top), min(small.shape[1], 640 - left)
    result = picture.copy()
    result[top : top + tall, max(left, 0) : left + wide] = small[:tall, max(-left, 0) : wide]
    return result


def agent_in_room() -> Pixels:
    """The agent before the drawn room."""
    picture = room().copy()
    picture[130:512, 200:440] = agent_picture()[130:512, 200:440]
    return picture


def face_of(picture: Pixels) -> DetectedFace:
    """The largest face that the usual detector finds."""
    return max(models().faces.detect(picture), key=lambda face: face.box.area)


def pixels_of(face: DetectedFace, picture: Pixels) -> Place:
    """The box of a face."""
    height, width = picture.shape[:2]
    box = face.box
    return (
        round(box.x * width),
        round(box.y * height),
        round((box.x + box.width) * width),
        round((box.y + box.height) * height),
    )


def cut_out(picture: Pixels, place: Place) -> Pixels:
    """That part of the picture."""
    left, top, right, bottom = place
    return picture[max(0, top) : bottom, max(0, left) : right]


def kept(before: Pixels, after: Pixels, place: Place) -> float:
    """Share of the pixels of a place that are as they were."""
    same = (cut_out(before, place) == cut_out(after, place)).all(axis=2)
    return float(same.mean())


def encoder() -> FaceEncoder:
    """The real one."""
    loaded = models().encoder
    assert loaded is not None
    return loaded


def redacted(
    picture: Pixels,
    enrolment: Enrolment | None = None,
    using: Eyes | None = None,
    *,
    background: bool = False,
) -> Redacted:
    """The picture, which there has to be."""
    outcome = redact(picture, enrolment, using or eyes(), background=background)
    assert isinstance(outcome, Redacted), outcome
    return outcome


def likeness(before: Pixels, after: Pixels, face: DetectedFace) -> MatchBand:
    """How alike the encoder finds what is at the face's place in two pictures."""
    judge = encoder()
    return judge.band(judge.distance(judge.encode(before, face), judge.encode(after, face)))
