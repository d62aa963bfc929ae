"""`atdesk teams package`: what the configuration says of the app, for the adapter, which knows manifests."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

from atdesk_core.cli.output import console
from atdesk_core.cli.setting import load_setting
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.sign_in_config import SignInTable
from atdesk_sdk import ConfigError

GROUP: Final = "atdesk.app_packages"
PLATFORM: Final = "teams"

Build = Callable[[dict[str, Any], Path | None, Path | None], bytes]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed; see `atdesk teams package --help`."""

    developer: str
    name: str
    version: str
    app_id: str
    privacy_url: str
    terms_url: str
    without_bot: bool
    effect: bool


def package_command(
    config_path: Path, out: Path, asked: Asked, icons: tuple[Path | None, Path | None]
) -> None:
    """Write the zip, and say what to do with it.

    Raises:
        ConfigError: Names what is missing or wrong, and the way out.
    """
    config, _ = load_setting(config_path)
    zipped = _builder()(facts_of(config, asked), *icons)
    _write(out, zipped)
    console().print(f"{out}: upload it in the Teams admin centre, Teams apps, Manage apps", markup=False)


def facts_of(config: Config, asked: Asked) -> dict[str, Any]:
    """Every field of the app."""
    if not config.service.public_url:
        raise ConfigError("no app package: set service.public_url to the https:// address of the pages")
    if asked.effect and not config.teams_effect.is_on:
        raise ConfigError(
            "no app package: the effect is off; `atdesk teams effect` shows what to accept first"
        )
    table, public = _sign_in(config), config.service.public_url
    return {
        "app_id": asked.app_id or _id_of(table, public, effect=asked.effect),
        "version": asked.version,
        "name": asked.name,
        "developer": asked.developer,
        "public_url": public,
        "privacy_url": asked.privacy_url or public,
        "terms_url": asked.terms_url or public,
        "client_id": table.client_id,
        "resource": table.resource or f"api://{table.client_id}",
        "bot_id": "" if asked.without_bot or asked.effect else _bot_id(config),
        "effect": asked.effect,
    }


def _sign_in(config: Config) -> SignInTable:
    found = next((one for one in config.sign_in if one.provider == "teams"), None)
    if found is None:
        raise ConfigError(
            'no app package: the page signs people in with Teams: add a [[sign_in]] with provider = "teams"'
        )
    return found


def _id_of(table: SignInTable, public: str, *, effect: bool) -> str:
    """Stays the same from one package to the next, so that Teams takes the next one for an update."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{public.rstrip('/')}#{table.client_id}#{effect}"))


def _bot_id(config: Config) -> str:
    ids = [getattr(table, "bot_id", None) for spec, table in config.adapters if spec.platform == PLATFORM]
    found = next((str(one) for one in ids if one), None)
    if found is None:
        raise ConfigError(
            "no app package: no [[teams]] has a bot_id, so there would be no cards and no notices: register "
            "a bot and write its id there, or pass --without-bot for the agent's page alone"
        )
    return found


def _builder() -> Build:
    found = {point.name: point for point in entry_points(group=GROUP)}
    if PLATFORM not in found:
        raise ConfigError("the Teams adapter is not installed: pip install atdesk-teams")
    build: Build = found[PLATFORM].load().build
    return build


def _write(out: Path, zipped: bytes) -> None:
    try:
        with out.open("xb") as file:
            file.write(zipped)
    except FileExistsError:
        raise ConfigError(f"{out} exists already, and is never overwritten: name another file") from None
    except OSError as error:
        raise ConfigError(f"{out} cannot be written: {error.strerror}") from None
