"""A face encoder that the operator brings: its settings, and the check before a byte of it is used.

`[vision.encoder]` of the configuration is read into `BroughtEncoder`. The same object travels to the
vision processes, so it is small, immutable and picklable. Nothing heavy is imported here.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from atdesk_core.vision.models import ModelRefused, ModelRow

_NEEDED: Final = ("path", "sha256", "licence_file")
_LARGEST_BYTES: Final = 1_000_000_000
_LONGEST_LICENCE_BYTES: Final = 1_000_000
_ALIGNMENT: Final = 1
"""Number of the way in which a face is aligned (`encoder.alignment`)."""


class BroughtEncoder(BaseModel):
    """`[vision.encoder]`: an ONNX of the ArcFace kind in place of the encoder that comes with atdesk."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    path: Path = Field(description="The ONNX file, with its weights inside.")
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Of that file, in lower case.")
    licence_file: Path = Field(description="Text of the licence under which you use the model.")
    name: str = Field(
        "arcface",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        description="How lists, logs and templates call it.",
    )
    same_above: float = Field(
        0.40, gt=-1, lt=1, description="Cosine above which two faces are the same person."
    )
    other_below: float = Field(
        0.25, gt=-1, lt=1, description="Cosine below which they are two. Between the two: look again."
    )
    input_size: int = Field(112, ge=32, le=512, description="Side of the face's square, pixels.")
    input_mean: float = Field(127.5, ge=0, le=255, description="Taken from each value of 0..255.")
    input_scale: float = Field(127.5, gt=0, le=255, description="What is left is divided by this.")
    input_channels: Literal["rgb", "bgr"] = Field("rgb", description="Order of the three colours.")

    @model_validator(mode="before")
    @classmethod
    def _nothing_left_out(cls, data: Any) -> Any:
        missing = [key for key in _NEEDED if isinstance(data, dict) and not data.get(key)]
        if missing:
            raise ValueError(
                f"{' and '.join(missing)} not given: a model of your own is loaded only with its path, its "
                "sha256 and the text of its licence"
            )
        return data

    @model_validator(mode="after")
    def _bands_in_order(self) -> Self:
        if self.other_below >= self.same_above:
            raise ValueError(
                f"other_below ({self.other_below:g}) must be less than same_above ({self.same_above:g}): "
                "what lies between them is looked at again"
            )
        return self

    @property
    def space(self) -> str:
        """Name of the space that its templates lie in.

        Whatever changes the numbers of a face changes the name, the file's bytes first of all: a
        template made before cannot be read by mistake. The thresholds are not part of it.
        """
        made_by = [
            self.sha256,
            self.input_size,
            self.input_mean,
            self.input_scale,
            self.input_channels,
            _ALIGNMENT,
        ]
        return f"{self.name}@{hashlib.sha256(json.dumps(made_by).encode()).hexdigest()[:12]}"

    def beside(self, folder: Path) -> "BroughtEncoder":
        """The same with paths that are relative to a folder, such as that of the configuration."""
        paths = {"path": folder / self.path, "licence_file": folder / self.licence_file}
        return self.model_copy(update=paths)


def contents(encoder: BroughtEncoder) -> bytes:
    """The bytes of the model, once its licence and its sha256 are in order.

    The model is loaded from these bytes, not from the file: what was checked is what runs.

    Raises:
        ModelRefused: The licence or the file cannot be read, or the sha256 is another one.
    """
    licence(encoder)
    data = _read(encoder, encoder.path, _LARGEST_BYTES)
    found = hashlib.sha256(data).hexdigest()
    if found != encoder.sha256:
        msg = (
            f"model {encoder.name!r}: {encoder.path} has sha256 {found}, not {encoder.sha256}: bring the "
            "file that was checked, or check this one and enter its sha256 under [vision.encoder]"
        )
        raise ModelRefused(msg)
    return data


def licence(encoder: BroughtEncoder) -> str:
    """The text of the licence.

    Raises:
        ModelRefused: It cannot be read, is no text, or is empty.
    """
    try:
        text = _read(encoder, encoder.licence_file, _LONGEST_LICENCE_BYTES).decode("utf-8").strip()
    except UnicodeDecodeError:
        msg = f"model {encoder.name!r}: the licence {encoder.licence_file} is no text in UTF-8"
        raise ModelRefused(msg) from None
    if not text:
        msg = f"model {encoder.name!r}: the licence {encoder.licence_file} is empty: put its text there"
        raise ModelRefused(msg)
    return text


def row(encoder: BroughtEncoder) -> ModelRow:
    """The model as a row of the model list, whether or not it would be loaded.

    Its licence is named by the first line of the text; empty where that cannot be read.
    """
    side = encoder.input_size
    return ModelRow(
        name=encoder.name,
        file=str(encoder.path),
        purpose="Numbers of one face, for the comparison with the enrolled agent",
        source=f"your own: {encoder.path}",
        licence=_licence_named(encoder),
        licence_file=str(encoder.licence_file),
        sha256=encoder.sha256,
        input=(
            f"{encoder.input_channels.upper()} face, {side}x{side}, aligned by five points, "
            f"(value - {encoder.input_mean:g}) / {encoder.input_scale:g}"
        ),
        output="a vector; 1 - cosine",
        limits="Not measured by atdesk: measure it, and its thresholds, on your own people",
    )


def _licence_named(encoder: BroughtEncoder) -> str:
    try:
        return licence(encoder).splitlines()[0].strip()
    except ModelRefused:
        return ""


def _read(encoder: BroughtEncoder, path: Path, most: int) -> bytes:
    try:
        if not path.is_file():  # a pipe or a device would be read for ever
            msg = f"model {encoder.name!r}: {path} is missing: correct [vision.encoder] in the configuration"
            raise ModelRefused(msg)
        if path.stat().st_size > most:
            msg = f"model {encoder.name!r}: {path} is larger than {most:,} bytes: is it the right file?"
            raise ModelRefused(msg)
        return path.read_bytes()
    except OSError as error:
        msg = f"model {encoder.name!r}: {path} cannot be read: {error.strerror}"
        raise ModelRefused(msg) from None
