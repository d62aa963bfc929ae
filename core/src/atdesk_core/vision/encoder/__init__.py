"""Face encoders. The default is dlib's ResNet, through `face_recognition` where that is installed."""

from collections.abc import Callable, Sequence

from atdesk_core.vision.encoder.dlib_resnet import DlibResnet
from atdesk_core.vision.encoder.face_recognition_package import FaceRecognition
from atdesk_sdk.detector import FaceEncoder


class EncoderUnavailable(Exception):
    """No encoder could be built. The message names each one and why."""


def default_encoder(
    candidates: Sequence[Callable[[], FaceEncoder]] = (FaceRecognition, DlibResnet),
) -> FaceEncoder:
    """The first encoder that can be built. All of them give the same numbers.

    Raises:
        EncoderUnavailable: None can be.
    """
    reasons = []
    for build in candidates:
        try:
            return build()
        except ImportError as error:
            reasons.append(str(error))
    raise EncoderUnavailable("no face encoder: " + "; ".join(reasons))


__all__ = ["DlibResnet", "EncoderUnavailable", "FaceRecognition", "default_encoder"]
