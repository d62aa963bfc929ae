"""The `face_recognition` package over YuNet's boxes. It is imported here and nowhere else."""

import warnings
from collections.abc import Sequence
from types import ModuleType

import numpy as np

from atdesk_core.vision import models
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.encoder import bands
from atdesk_sdk.detector import DetectedFace, MatchBand


class FaceRecognition:
    """`FaceEncoder`: 128 numbers, the same as `DlibResnet` gives.

    Raises:
        ImportError: The package is missing or does not import; the message says what to do.
        ModelRefused: A file of weights is missing, or is another one.
    """

    name = bands.NAME
    backend = "face_recognition"
    measure = "Euclidean distance"
    model_names = bands.MODELS
    thresholds = bands.THRESHOLDS

    def __init__(self) -> None:
        # The package loads these files as it is imported: one that is missing or changed is refused before.
        for name in bands.MODELS:
            models.verified(name)
        self._package = _imported()

    def encode(self, picture: Pixels, face: DetectedFace) -> Sequence[float]:
        """The vector of one face."""
        left, top, right, bottom = bands.square(face)
        rgb = np.ascontiguousarray(picture[..., ::-1])
        vectors = self._package.face_encodings(rgb, [(top, right, bottom, left)], 1, "small")
        return tuple(float(value) for value in vectors[0])

    def distance(self, template: Sequence[float], probe: Sequence[float]) -> float:
        """Euclidean."""
        return bands.distance(template, probe)

    def band(self, distance: float) -> MatchBand:
        """By the thresholds of `bands`."""
        return self.thresholds.band(distance)


def _imported() -> ModuleType:
    try:
        with warnings.catch_warnings():
            # It imports pkg_resources, which warns that it is going away.
            warnings.simplefilter("ignore")
            import face_recognition  # noqa: PLC0415 - costly, and may end the process: see below
    except SystemExit as quit_:
        # Without pkg_resources (setuptools 82 and later) it calls quit(), with exit status 0.
        msg = "face_recognition calls quit() on import: install setuptools below 81, or remove the package"
        raise ImportError(msg) from quit_
    package: ModuleType = face_recognition
    return package
