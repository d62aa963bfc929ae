"""The same models, asked once for each picture: many templates meet one picture, and it never changes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from atdesk_core.vision.pipeline import Models
from atdesk_sdk import Box, DetectedFace, FaceEncoder, MatchBand
from atdesk_sdk.detector import Picture

Found = TypeVar("Found")
Found_co = TypeVar("Found_co", covariant=True)


class _Finds(Protocol[Found_co]):
    name: str

    def detect(self, picture: Picture) -> Sequence[Found_co]: ...


class _Detector(Generic[Found]):
    """A detector that remembers, by size of the copy that it was shown."""

    def __init__(self, inner: _Finds[Found]) -> None:
        self.name = inner.name
        self.known: dict[tuple[int, ...], Sequence[Found]] = {}
        self._inner = inner

    def detect(self, picture: Picture) -> Sequence[Found]:
        if picture.shape not in self.known:
            self.known[picture.shape] = self._inner.detect(picture)
        return self.known[picture.shape]


class _Encoder:
    """`FaceEncoder` that remembers the vector of each face."""

    def __init__(self, inner: FaceEncoder) -> None:
        self.name = inner.name
        self.known: dict[tuple[tuple[int, ...], Box], Sequence[float]] = {}
        self._inner = inner

    def encode(self, picture: Picture, face: DetectedFace) -> Sequence[float]:
        key = (picture.shape, face.box)
        if key not in self.known:
            self.known[key] = self._inner.encode(picture, face)
        return self.known[key]

    def distance(self, template: Sequence[float], probe: Sequence[float]) -> float:
        return self._inner.distance(template, probe)

    def band(self, distance: float) -> MatchBand:
        return self._inner.band(distance)


def once(models: Models) -> tuple[Models, Callable[[], None]]:
    """The models, and what to call before the next picture.

    Raises:
        ValueError: There is no encoder among them.
    """
    if models.encoder is None:
        raise ValueError("an encoder is needed")
    faces, people = _Detector(models.faces), _Detector(models.people)
    encoder = _Encoder(models.encoder)

    def forget() -> None:
        faces.known.clear()
        people.known.clear()
        encoder.known.clear()

    return replace(models, faces=faces, people=people, encoder=encoder), forget
