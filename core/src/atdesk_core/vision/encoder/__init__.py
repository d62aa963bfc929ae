"""Face encoders: the network of `face_recognition`, which is dlib's, in three ways, or the operator's own."""

from collections.abc import Callable, Sequence
from typing import Protocol

from atdesk_core.vision.encoder import bands
from atdesk_core.vision.encoder.dlib_onnx import DlibOnnx
from atdesk_core.vision.encoder.dlib_resnet import DlibResnet
from atdesk_core.vision.encoder.face_recognition_package import FaceRecognition
from atdesk_core.vision.encoder.thresholds import Thresholds
from atdesk_core.vision.models.brought import BroughtEncoder
from atdesk_sdk.detector import FaceEncoder


class EncoderUnavailable(Exception):
    """No encoder could be built. The message names each one and why."""


class Backend(FaceEncoder, Protocol):
    """A `FaceEncoder` that can be listed. Its `name` is that of the space its templates lie in.

    Attributes:
        backend: What computes the numbers, as people read it.
        measure: What its distance is.
    """

    backend: str
    measure: str

    @property
    def model_names(self) -> Sequence[str]:
        """The rows of the model list that it has loaded."""
        ...

    @property
    def thresholds(self) -> Thresholds:
        """Its three bands."""
        ...


def default_encoder(
    candidates: Sequence[Callable[[], Backend]] = (DlibOnnx, FaceRecognition, DlibResnet),
) -> Backend:
    """The first encoder that can be built. All give the same numbers, the first one by far the fastest.

    Raises:
        EncoderUnavailable: None can be.
        ModelRefused: A model file is missing, or is another one.
    """
    reasons = []
    for build in candidates:
        try:
            return build()
        except ImportError as error:
            reasons.append(str(error))
    raise EncoderUnavailable("no face encoder: " + "; ".join(reasons))


def build_encoder(brought: BroughtEncoder | None) -> Backend:
    """The operator's encoder where there is one, else the default. The one never stands in for the other.

    Raises:
        EncoderUnavailable: The default cannot be built.
        ModelRefused: A model, or its licence, is missing or is another one.
    """
    if brought is None:
        return default_encoder()
    from atdesk_core.vision.encoder.arcface import ArcFace  # noqa: PLC0415 - onnxruntime, where it is needed

    return ArcFace(brought)


def space_of(brought: BroughtEncoder | None) -> str:
    """Name of the space of templates that `build_encoder` would read, without loading anything."""
    return bands.NAME if brought is None else brought.space


__all__ = [
    "Backend",
    "DlibOnnx",
    "DlibResnet",
    "EncoderUnavailable",
    "FaceRecognition",
    "build_encoder",
    "default_encoder",
    "space_of",
]
