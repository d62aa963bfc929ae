"""Manifest and icons into a zip, once Microsoft's own schema has nothing against them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from atdesk_sdk.errors import ConfigError
from atdesk_teams.app_package.icons import COLOUR_PX, OUTLINE_PX, colour_icon, outline_icon, size_of
from atdesk_teams.app_package.manifest import COLOUR, OUTLINE, manifest, schema_name
from atdesk_teams.app_package.wanted import Wanted

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The same app gives the same zip, byte for byte."""


def build(facts: Mapping[str, Any], colour: Path | None = None, outline: Path | None = None) -> bytes:
    """The zip.

    Args:
        facts: Fields of `Wanted`.
        colour: PNG of 192 x 192; None: the one that is drawn.
        outline: PNG of 32 x 32, white on nothing; likewise.

    Raises:
        ConfigError: Names what is wrong, and the way out.
    """
    try:
        wanted = Wanted.model_validate(dict(facts))
    except ValidationError as error:
        raise ConfigError(f"no app package: {_first(error)}") from None
    about = manifest(wanted)
    _check(about, schema_name(wanted))
    return _zipped(
        {
            "manifest.json": json.dumps(about, indent=2).encode() + b"\n",
            COLOUR: _icon(colour, COLOUR_PX) if colour else colour_icon(),
            OUTLINE: _icon(outline, OUTLINE_PX) if outline else outline_icon(),
        }
    )


def schema(name: str) -> dict[str, Any]:
    """Microsoft's published schema of this version, such as `v1.19`."""
    text = files("atdesk_teams.app_package").joinpath(f"schemas/{name}.json").read_text(encoding="utf-8-sig")
    found: dict[str, Any] = json.loads(text)
    return found


def _check(about: Mapping[str, Any], version: str) -> None:
    """The last word is Microsoft's."""
    # It has no annotations, and takes a tenth of a second, for this command alone.
    from jsonschema import Draft4Validator  # type: ignore[import-untyped]  # noqa: PLC0415

    error = next(iter(Draft4Validator(schema(version)).iter_errors(dict(about))), None)
    if error is not None:
        where = ".".join(str(part) for part in error.absolute_path) or "the manifest"
        raise ConfigError(f"no app package: Microsoft's schema {version} refuses {where}: {error.message}")


def _icon(path: Path, side: int) -> bytes:
    try:
        png = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"no app package: the icon {path} cannot be read: {error.strerror}") from None
    size = size_of(png)
    if size != (side, side):
        found = f"{size[0]} x {size[1]} pixels" if size else "no PNG"
        raise ConfigError(
            f"no app package: the icon {path} is {found}, and has to be a PNG of {side} x {side}"
        )
    return png


def _zipped(content: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


_SAID: Final = {
    "public_url": "service.public_url has to begin with https:// (Teams shows no other page)",
    "privacy_url": "--privacy-url has to begin with https://",
    "terms_url": "--terms-url has to begin with https://",
    "client_id": 'client_id of [[sign_in]] provider = "teams" has to be a GUID, as Entra shows it',
    "app_id": "--app-id has to be a GUID",
    "bot_id": "bot_id of [[teams]] has to be a GUID, as the bot's registration shows it",
    "version": "--app-version has to be three numbers, such as 1.0.1",
    "name": "--name has to have 1 to 30 characters",
    "developer": "--developer has to have 1 to 32 characters",
}


def _first(error: ValidationError) -> str:
    one = error.errors(include_url=False, include_input=False)[0]
    field = str(one["loc"][0]) if one["loc"] else ""
    return _SAID.get(field, str(one["msg"]).removeprefix("Value error, "))
