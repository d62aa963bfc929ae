"""Base for the configuration of an adapter, and secrets by reference."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from atdesk_sdk.errors import ConfigError

_SCHEMES = ("env", "file", "keyring")


class AdapterConfig(BaseModel):
    """One table of the configuration file, such as `[[genesys]]`. Unknown keys are refused.

    Attributes:
        name: How logs, health and the directory call this connection; unique in the file.
        tenant: The organisation on the platform: the middle part of an `AccountRef`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    name: str
    tenant: str


def _known_scheme(reference: str) -> str:
    scheme, _, rest = reference.partition(":")
    if scheme not in _SCHEMES or not rest:
        raise ValueError(
            "a secret is given by reference: env:NAME, file:PATH or keyring:SERVICE/NAME, never in clear"
        )
    return reference


SecretRef = Annotated[str, AfterValidator(_known_scheme)]
"""Where a secret lies: `env:NAME`, `file:PATH` or `keyring:SERVICE/NAME`."""


def resolve_secret(reference: str) -> str:
    """Read the secret that a reference names.

    Raises:
        ConfigError: The variable, file or keyring entry is not there, or is empty. The message names
            the reference, never the value.
    """
    scheme, _, rest = reference.partition(":")
    value = {"env": _from_env, "file": _from_file, "keyring": _from_keyring}[scheme](rest)
    if not value:
        raise ConfigError(f"the secret {reference} is not set or empty")
    return value


def _from_env(name: str) -> str | None:
    return os.environ.get(name)


def _from_file(path: str) -> str | None:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"the secret file:{path} cannot be read: {error.strerror}") from None


def _from_keyring(rest: str) -> str | None:
    try:
        import keyring  # noqa: PLC0415  (optional: most sites use env or file)
    except ImportError:
        raise ConfigError(f"keyring:{rest} needs the package keyring: pip install keyring") from None
    service, _, name = rest.partition("/")
    found: str | None = keyring.get_password(service, name)
    return found
