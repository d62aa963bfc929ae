"""An encoder of the ArcFace kind over an ONNX that the operator brings. Unit vectors, 1 - cosine."""

import math
from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np

from atdesk_core.vision import onnx
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.encoder.alignment import aligned
from atdesk_core.vision.encoder.thresholds import Thresholds
from atdesk_core.vision.models import ModelRefused
from atdesk_core.vision.models.brought import BroughtEncoder, contents
from atdesk_sdk.detector import DetectedFace, MatchBand

_LEAST_NUMBERS: Final = 32
_MOST_NUMBERS: Final = 8192
"""A model that gives fewer tells classes apart, and one that gives more is no encoder of faces."""


class ArcFace:
    """`FaceEncoder`. One thread.

    Args:
        settings: Which model, and how it is fed.

    Raises:
        ModelRefused: The file or its licence is not in order, or the model is none of this kind.
    """

    def __init__(self, settings: BroughtEncoder) -> None:
        self.name = settings.space
        self.backend = settings.name
        self.measure = "1 - cosine"
        self.model_names = (settings.name,)
        self.thresholds = Thresholds(1 - settings.same_above, 1 - settings.other_below)
        self._settings = settings
        self._session = _session(settings)
        self._input = _input_name(settings, self._session)
        self._numbers = self._tried()

    def encode(self, picture: Pixels, face: DetectedFace) -> Sequence[float]:
        """The unit vector of one face; all NaN where the face or the model's answer is broken."""
        square = aligned(picture, face.landmarks, self._settings.input_size)
        vector = None if square is None else _unit(self._run(square).reshape(-1))
        return (math.nan,) * self._numbers if vector is None else tuple(float(value) for value in vector)

    def distance(self, template: Sequence[float], probe: Sequence[float]) -> float:
        """1 - cosine, 0..2; infinite where a number is broken."""
        first, second = _unit(np.asarray(template, float)), _unit(np.asarray(probe, float))
        if first is None or second is None or first.shape != second.shape:
            return math.inf
        return 1.0 - float(first @ second)

    def band(self, distance: float) -> MatchBand:
        """By the thresholds of the settings."""
        return self.thresholds.band(distance)

    def _run(self, square: Pixels) -> "np.ndarray[Any, np.dtype[np.float64]]":
        settings = self._settings
        blob = cv2.dnn.blobFromImage(
            square,
            1 / settings.input_scale,
            mean=(settings.input_mean,) * 3,
            swapRB=settings.input_channels == "rgb",
        )
        return np.asarray(self._session.run(None, {self._input: blob})[0], np.float64)

    def _tried(self) -> int:
        """How many numbers it gives, by its answer to a grey square."""
        side = self._settings.input_size
        try:
            shape = self._run(np.full((side, side, 3), 127, np.uint8)).shape
        except Exception as error:  # onnxruntime has no class of its own for what a model may fail with
            raise _refused(self._settings, f"does not run: {_first_line(error)}") from None
        if len(shape) != 2 or shape[0] != 1 or not _LEAST_NUMBERS <= shape[1] <= _MOST_NUMBERS:
            wanted = f"one vector of {_LEAST_NUMBERS} to {_MOST_NUMBERS} numbers"
            raise _refused(self._settings, f"gives {_written(shape)} for a face, not {wanted}")
        return int(shape[1])


def _session(settings: BroughtEncoder) -> Any:
    options = onnx.options()
    options.log_severity_level = 4  # a refusal is told once, by us
    # Weights beside the file would not be covered by its sha256, and would be looked for in whatever
    # folder the process runs in. A file is never a folder, so none are found.
    options.add_session_config_entry(
        "session.model_external_initializers_file_folder_path", str(settings.path)
    )
    data = contents(settings)
    try:
        return onnx.opened(data, options)
    except Exception as error:  # as above
        why = f"cannot be loaded as an ONNX with its weights inside: {_first_line(error)}"
        raise _refused(settings, why) from None


def _input_name(settings: BroughtEncoder, session: Any) -> str:
    """The one input, if it takes one square of three colours. A side that is left open is a name or None."""
    takes, side = session.get_inputs(), settings.input_size
    wanted = (1, 3, side, side)
    for one in takes:
        fits = len(one.shape) == 4 and all(
            not isinstance(size, int) or size in (want, -1)
            for size, want in zip(one.shape, wanted, strict=True)
        )
        if len(takes) > 1 or one.type != "tensor(float)" or not fits:
            why = f"takes {one.name} {one.type} {_written(one.shape)}, not one float input {_written(wanted)}"
            raise _refused(settings, why)
    return str(takes[0].name)


def _unit(
    vector: "np.ndarray[Any, np.dtype[np.float64]]",
) -> "np.ndarray[Any, np.dtype[np.float64]] | None":
    """Length 1; None when there is no such thing."""
    length = float(np.linalg.norm(vector))
    return vector / length if math.isfinite(length) and length > 0 else None


def _refused(settings: BroughtEncoder, why: str) -> ModelRefused:
    return ModelRefused(f"model {settings.name!r}: {settings.path} {why}")


def _written(shape: Sequence[object]) -> str:
    return "x".join("?" if size is None else str(size) for size in shape) or "one number"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
