"""Frames, what is measured in them, and the protocols of the things that measure.

An observation holds numbers and boxes: no opinion, no embedding, no picture. What a window of
observations amounts to is decided elsewhere (`atdesk_sdk.findings`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable


class PixelFormat(StrEnum):
    """How the bytes of a frame are to be read."""

    JPEG = "jpeg"
    BGR24 = "bgr24"
    RGB24 = "rgb24"
    GRAY8 = "gray8"


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of one look, as it came from a video source.

    Attributes:
        look_id: The look it was opened for. A frame of a closed or foreign look is dropped and counted.
        data: The bytes, read-only. `numpy.frombuffer(frame.data, numpy.uint8)` does not copy.
        width: Pixels; 0 for JPEG, where the picture itself says it.
        height: Pixels; 0 for JPEG.
        stride: Bytes from one row to the next; 0 for JPEG.
        pixel_format: How to read `data`.
        occurred_at: The platform's clock, seconds since the epoch. Orders frames of one source only.
        received_at: The engine's clock, seconds since the epoch. Measures windows.
    """

    look_id: str
    data: memoryview
    pixel_format: PixelFormat
    occurred_at: float
    received_at: float
    width: int = 0
    height: int = 0
    stride: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of the picture (0..1, origin top left) with the detector's score (0..1)."""

    x: float
    y: float
    width: float
    height: float
    score: float

    @property
    def area(self) -> float:
        """Share of the picture that the box covers, 0..1."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class SeenObject:
    """A thing that an object model found.

    Attributes:
        label: One of the model's classes, in its own words (COCO: "cell phone", "cup", ...).
        box: Where, with the model's score.
        still: It lies or stands: it has not moved since it was first seen, while the agent has. Nobody
            holds it. A detector, which sees one picture, leaves this as it is.
    """

    label: str
    box: Box
    still: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """A face-like pattern.

    Attributes:
        box: Where.
        width_px: Width in pixels of the full picture: small faces are not matched.
        asymmetry: (nose.x - middle of the eyes.x) / distance of the eyes. Near 0 is frontal, beyond
            about 0.7 is a profile. A coarse frontal test, nothing finer.
    """

    box: Box
    width_px: int
    asymmetry: float


class MatchBand(StrEnum):
    """Which of the encoder's three bands the distance to the enrolled template falls into."""

    SAME = "same"
    UNSURE = "unsure"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Match:
    """Outcome of one 1:1 comparison of a face with the template of the enrolled agent.

    Attributes:
        face: Index into `Observation.faces`.
        band: The encoder's own thresholds applied to `distance`.
        distance: In the encoder's own measure; smaller is more alike.
    """

    face: int
    band: MatchBand
    distance: float


@dataclass(frozen=True, slots=True)
class Quality:
    """What a small grey copy of the picture tells.

    Attributes:
        luma: Mean brightness, 0..255.
        contrast: Standard deviation of the brightness.
        sharpness: Variance of the Laplacian.
        change: Mean absolute difference to the previous analysed picture, 0..255; None for the first.
    """

    luma: float
    contrast: float
    sharpness: float
    change: float | None = None


class Obstacle(StrEnum):
    """Why one picture by itself cannot be judged.

    Each value is a reason of `could_not_tell`, but for `unreadable`, which counts as `no_signal`.
    `virtual_background`: nobody is in the picture, and the background is one that is put behind people,
    or a room without any noise: it would look the same with somebody in the seat.
    """

    TOO_DARK = "too_dark"
    COVERED = "covered"
    FROZEN = "frozen"
    BLURRED = "blurred"
    VIRTUAL_BACKGROUND = "virtual_background"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step that was not run on this picture, and why."""

    step: str
    why: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What the detectors measured in one frame.

    Attributes:
        look_id: The look the frame belongs to.
        occurred_at: As in the frame.
        received_at: As in the frame.
        quality: Of the whole picture; None when it could not be decoded.
        obstacle: Why the picture is no evidence of anything; None when it is usable.
        faces: Largest first. Empty when none was found or no search was made (see `skipped`).
        people: Bodies found, largest first; None when the person detector did not run.
        match: Outcome of the comparison; None when none was made.
        moved: Whether the view itself has shifted against the scene in which the agent was last seen.
        seat: Which of `faces` is followed as the one in the seat; None when none is. Everybody else is
            counted, never compared and never followed.
        objects: What the object model found; None when it did not run.
        skipped: The steps that were not run.
    """

    look_id: str
    occurred_at: float
    received_at: float
    quality: Quality | None = None
    obstacle: Obstacle | None = None
    faces: tuple[Face, ...] = ()
    people: tuple[Box, ...] | None = None
    match: Match | None = None
    moved: bool = False
    skipped: tuple[Skipped, ...] = ()
    seat: int | None = None
    objects: tuple[SeenObject, ...] | None = None


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """A face as a detector gives it: box and score, and five points in pixels.

    Attributes:
        box: In fractions of the picture.
        landmarks: Right eye, left eye, nose, right and left corner of the mouth: (x, y) in pixels
            of the picture that was given.
    """

    box: Box
    landmarks: tuple[tuple[float, float], ...]


# Detectors take pictures as arrays. The sdk does not import numpy, so the type is named here.
Picture = Any
"""A `numpy.ndarray`, height x width x 3, uint8, BGR."""


@runtime_checkable
class FaceDetector(Protocol):
    """Finds faces. Must be usable from one thread of a worker process."""

    name: str

    def detect(self, picture: Picture) -> Sequence[DetectedFace]:
        """Faces in the picture, any order."""
        ...


@runtime_checkable
class FaceEncoder(Protocol):
    """Turns a face into a vector and says which band a distance falls into."""

    name: str

    def encode(self, picture: Picture, face: DetectedFace) -> Sequence[float]:
        """The template vector of one face. It never leaves the worker except into the encrypted store."""
        ...

    def distance(self, template: Sequence[float], probe: Sequence[float]) -> float:
        """How unlike two vectors are; smaller is more alike."""
        ...

    def band(self, distance: float) -> MatchBand:
        """The backend's own thresholds."""
        ...


@runtime_checkable
class PersonDetector(Protocol):
    """Finds bodies, faces turned away or hidden included."""

    name: str

    def detect(self, picture: Picture) -> Sequence[Box]:
        """Bodies in the picture with their scores, any order."""
        ...


@runtime_checkable
class ObjectDetector(Protocol):
    """Finds things, and bodies, by the classes that it was trained on."""

    name: str
    labels: Sequence[str]

    def detect(self, picture: Picture) -> Sequence[SeenObject]:
        """Things in the picture with their scores, any order."""
        ...
