"""dlib's ResNet run by onnxruntime: the same file, the same 128 numbers, for a tenth of the time.

dlib computes convolutions without a fast matrix library: 60 ms a face on one core, where onnxruntime
takes 4 ms for the same weights. dlib still finds the five points and aligns the face.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from atdesk_core.vision import models, onnx
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.encoder import bands
from atdesk_core.vision.encoder.dlib_network import SIDE_PX, as_onnx
from atdesk_sdk.detector import DetectedFace, MatchBand

_ROOM: Final = 0.25
"""Share of the face that dlib leaves round it."""
_MEAN: Final = (122.782, 117.001, 104.298)


class DlibOnnx:
    """`FaceEncoder`: 128 numbers, the same as `DlibResnet` gives.

    Raises:
        ImportError: dlib is not installed.
        ModelRefused: A file of weights is missing, or is another one.
    """

    name = bands.NAME
    backend = "face_recognition's network in onnxruntime"
    measure = "Euclidean distance"
    model_names = bands.MODELS
    thresholds = bands.THRESHOLDS

    def __init__(self) -> None:
        import dlib  # noqa: PLC0415 - only where the backend is built

        self._rectangle, self._chip = dlib.rectangle, dlib.get_face_chip
        self._points = dlib.shape_predictor(str(models.verified("dlib-landmarks-5")))
        self._session = onnx.opened(as_onnx(models.verified("dlib-resnet").read_bytes()))
        self._input = self._session.get_inputs()[0].name

    def encode(self, picture: Pixels, face: DetectedFace) -> Sequence[float]:
        """The vector of one face."""
        rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        points = self._points(rgb, self._rectangle(*bands.square(face)))
        chip = self._chip(rgb, points, size=SIDE_PX, padding=_ROOM)
        blob = cv2.dnn.blobFromImage(chip, 1 / 256, mean=_MEAN)
        (vectors,) = self._session.run(None, {self._input: blob})
        return tuple(float(value) for value in np.asarray(vectors)[0])

    def distance(self, template: Sequence[float], probe: Sequence[float]) -> float:
        """Euclidean."""
        return bands.distance(template, probe)

    def band(self, distance: float) -> MatchBand:
        """By the thresholds of `bands`."""
        return self.thresholds.band(distance)
