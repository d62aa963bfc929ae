"""dlib's ResNet called directly, with the same weights as `face_recognition` and without importing it."""

from collections.abc import Sequence

import numpy as np

from atdesk_core.vision import models
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.encoder import bands
from atdesk_sdk.detector import DetectedFace, MatchBand


class DlibResnet:
    """`FaceEncoder`: 128 numbers.

    Raises:
        ImportError: dlib is not installed.
        ModelRefused: A file of weights is missing, or is another one.
    """

    name = bands.NAME
    backend = "dlib"
    measure = "Euclidean distance"
    model_names = bands.MODELS
    thresholds = bands.THRESHOLDS

    def __init__(self) -> None:
        import dlib  # noqa: PLC0415 - only where the backend is built

        self._rectangle = dlib.rectangle
        self._points = dlib.shape_predictor(str(models.verified("dlib-landmarks-5")))
        self._net = dlib.face_recognition_model_v1(str(models.verified("dlib-resnet")))

    def encode(self, picture: Pixels, face: DetectedFace) -> Sequence[float]:
        """The vector of one face."""
        rgb = np.ascontiguousarray(picture[..., ::-1])
        points = self._points(rgb, self._rectangle(*bands.square(face)))
        return tuple(float(value) for value in self._net.compute_face_descriptor(rgb, points, 1))

    def distance(self, template: Sequence[float], probe: Sequence[float]) -> float:
        """Euclidean."""
        return bands.distance(template, probe)

    def band(self, distance: float) -> MatchBand:
        """By the thresholds of `bands`."""
        return self.thresholds.band(distance)
