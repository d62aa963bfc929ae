"""A template from photos of the agent. Each photo that is unfit is refused by name, with the reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from atdesk_core.vision import detail
from atdesk_core.vision.decode import Pixels, decode_bytes
from atdesk_core.vision.faces import asymmetry
from atdesk_core.vision.header import Unreadable
from atdesk_core.vision.matching import luma
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.quality import quality, thumbnail
from atdesk_sdk.detector import Box, DetectedFace, FaceDetector, FaceEncoder, MatchBand

_FACE_SCORE: Final = 0.75
_SECOND_FACE: Final = 0.35
"""A second face at least this wide against the largest makes it unclear who is to be enrolled."""
_LEAST_WIDTH_PX: Final = 48
_LEAST_LUMA: Final = 45.0
_MOST_ASYMMETRY: Final = 0.45
_DARK_PICTURE: Final = 40.0
"""Mean brightness of a picture below which it is the light that is missing, not the face."""


class Unfit(StrEnum):
    """Why a photo was refused, as a person reads it."""

    UNREADABLE = "does not decode: save it as JPEG or PNG"
    NO_FACE = "no face: take a photo from the front, with the whole face in it"
    TWO_FACES = "more than one face: only the agent may be in it"
    TOO_SMALL = "the face is too small: come closer, at least 48 pixels wide"
    TOO_DARK = "the face is too dark: turn to a lamp or a window"
    BLURRED = "the face is blurred: hold still and clean the lens"
    NO_NUMBERS = "the face encoder has no sound numbers for this face: take another photo"
    TURNED_AWAY = "the face is turned away: look at the camera"
    ANOTHER_PERSON = "does not show the same person as the other photos"
    NO_MAJORITY = "the photos show different people: leave out those that are not the agent"


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo: its file name, for the messages, and its bytes (JPEG or PNG)."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class PhotoOutcome:
    """What became of one photo. `unfit` is None when it went into the template."""

    name: str
    unfit: Unfit | None


@dataclass(frozen=True, slots=True)
class PhotoCheck:
    """What is seen in one photo before it is used.

    Attributes:
        unfit: All that speaks against it; empty when it is fit.
        face: The largest face; None when there is none.
    """

    unfit: tuple[Unfit, ...]
    face: Box | None


@dataclass(frozen=True, slots=True)
class EnrolmentOutcome:
    """What became of an enrolment.

    Attributes:
        enrolment: None when no photo was fit.
        photos: One outcome for each photo, in their order.
    """

    enrolment: Enrolment | None
    photos: tuple[PhotoOutcome, ...]


def enrol(photos: Sequence[Photo], faces: FaceDetector, encoder: FaceEncoder) -> EnrolmentOutcome:
    """Build a template: the mean of the vectors of all photos that are fit.

    Args:
        photos: At least one; three to five from different days are best.
        faces: Finds the face in each.
        encoder: Makes the vectors; the template can only be compared by the same one.
    """
    read = [_read(photo, faces, encoder) for photo in photos]
    vectors = {number: vector for number, vector in enumerate(read) if not isinstance(vector, Unfit)}
    strangers = _strangers(vectors, encoder)
    outcomes = tuple(
        PhotoOutcome(photo.name, outcome if isinstance(outcome, Unfit) else strangers.get(number))
        for number, (photo, outcome) in enumerate(zip(photos, read, strict=True))
    )
    kept = [vector for number, vector in vectors.items() if number not in strangers]
    if not kept:
        return EnrolmentOutcome(None, outcomes)
    template = tuple(float(value) for value in np.mean(np.asarray(kept, float), axis=0))
    return EnrolmentOutcome(Enrolment(template, encoder.name), outcomes)


def check(photo: Photo, faces: FaceDetector) -> PhotoCheck:
    """What speaks against a photo: for guidance while the camera is open. Nothing is compared or kept."""
    try:
        pixels = decode_bytes(photo.data).pixels
    except Unreadable:
        return PhotoCheck((Unfit.UNREADABLE,), None)
    found = _found(pixels, faces)
    dark = not found and quality(thumbnail(pixels), None).luma < _DARK_PICTURE
    unfit = (Unfit.TOO_DARK,) if dark else tuple(_against(pixels, found))
    return PhotoCheck(unfit, found[0].box if found else None)


def _read(photo: Photo, faces: FaceDetector, encoder: FaceEncoder) -> tuple[float, ...] | Unfit:
    try:
        pixels = decode_bytes(photo.data).pixels
    except Unreadable:
        return Unfit.UNREADABLE
    found = _found(pixels, faces)
    unfit = next(_against(pixels, found), None)
    if unfit is not None:
        return unfit
    vector = tuple(encoder.encode(pixels, found[0]))
    return vector if np.isfinite(vector).all() else Unfit.NO_NUMBERS


def _found(pixels: Pixels, faces: FaceDetector) -> list[DetectedFace]:
    """Certain faces, the largest first."""
    found = [face for face in faces.detect(pixels) if face.box.score >= _FACE_SCORE]
    return sorted(found, key=lambda face: -face.box.width)


def _against(pixels: Pixels, found: Sequence[DetectedFace]) -> Iterator[Unfit]:
    if not found:
        yield Unfit.NO_FACE
        return
    if len(found) > 1 and found[1].box.width >= _SECOND_FACE * found[0].box.width:
        yield Unfit.TWO_FACES
    if found[0].box.width * pixels.shape[1] < _LEAST_WIDTH_PX:
        yield Unfit.TOO_SMALL
    if luma(pixels, found[0]) < _LEAST_LUMA:
        yield Unfit.TOO_DARK
    if abs(asymmetry(found[0])) > _MOST_ASYMMETRY:
        yield Unfit.TURNED_AWAY
    if detail.detail(pixels, found[0].box) < detail.LEAST:
        yield Unfit.BLURRED


def _strangers(vectors: dict[int, tuple[float, ...]], encoder: FaceEncoder) -> dict[int, Unfit]:
    """The photos that do not agree with the one that agrees with most."""
    alike = {
        number: {
            other
            for other, theirs in vectors.items()
            if encoder.band(encoder.distance(vector, theirs)) is not MatchBand.OTHER
        }
        for number, vector in vectors.items()
    }
    group: set[int] = max(alike.values(), key=len, default=set())
    if 2 * len(group) <= len(vectors):
        return dict.fromkeys(vectors, Unfit.NO_MAJORITY)
    return {number: Unfit.ANOTHER_PERSON for number in vectors if number not in group}
