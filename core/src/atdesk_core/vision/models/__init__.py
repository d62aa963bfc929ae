"""The model list, and the loader that trusts no file without its row.

A model is a file beside this module, or one inside an installed package (found without importing
that package: importing `face_recognition_models` can end the process). Nothing is downloaded.
"""

import hashlib
import tomllib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

_HERE = Path(__file__).parent


class ModelRefused(Exception):
    """A model that must not be loaded. The message names the file and the way out."""


class ModelRow(BaseModel):
    """One row of the model list.

    `package` is the installed package that holds the file; None for a file shipped here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    file: str
    purpose: str
    source: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    input: str
    output: str
    limits: str
    licence: str = ""
    licence_file: str | None = None
    package: str | None = None


def rows(path: Path = _HERE / "models.toml") -> tuple[ModelRow, ...]:
    """Every model of the list, in its order."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(ModelRow.model_validate(row) for row in table["model"])


@cache
def verified(name: str) -> Path:
    """The file of a model of the shipped list, checked once a process.

    Raises:
        ModelRefused: As `check` says.
    """
    row = next((row for row in rows() if row.name == name), None)
    if row is None:
        msg = f"model {name!r} is not in the model list; known are {', '.join(row.name for row in rows())}"
        raise ModelRefused(msg)
    return check(row)


def check(row: ModelRow, folder: Path = _HERE) -> Path:
    """The file of a row.

    Raises:
        ModelRefused: The row names no licence, the file is missing, or its sha256 is another one.
    """
    if not row.licence.strip():
        msg = f"model {row.name!r} has no licence in the model list: it is not loaded until it names one"
        raise ModelRefused(msg)
    path = _locate(row, folder)
    if not path.is_file():
        msg = f"model {row.name!r}: {path.name} is missing; install {row.package or 'atdesk-core'} again"
        raise ModelRefused(msg)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != row.sha256:
        msg = (
            f"model {row.name!r}: {path.name} has sha256 {found}, not {row.sha256}; install "
            f"{row.package or 'atdesk-core'} again"
        )
        raise ModelRefused(msg)
    return path


def is_present(row: ModelRow, folder: Path = _HERE) -> bool:
    """Whether there is a file of that name, whatever is in it."""
    try:
        return _locate(row, folder).is_file()
    except ModelRefused:
        return False


def _locate(row: ModelRow, folder: Path) -> Path:
    if row.package is None:
        return folder / row.file
    spec = find_spec(row.package)
    if spec is None or spec.origin is None:
        msg = f"model {row.name!r} needs the package {row.package}; install it"
        raise ModelRefused(msg)
    return Path(spec.origin).parent / row.file
