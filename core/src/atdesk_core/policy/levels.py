"""The levels that speak about a policy: jurisdictions, organisation, site, team, agent.

A level file is a policy file that says only what it wants to say; what it leaves out it leaves to the others.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from atdesk_core.policy.model import SitePolicy, describe
from atdesk_core.policy.settings import values_set
from atdesk_sdk import ConfigError

# Every level file is checked as a whole policy; these two are asked of the levels together.
_UNSAID: Mapping[str, str] = {"site": "unsaid", "accountable": "unsaid"}


class LevelKind(StrEnum):
    """From the widest to the nearest; `default` is what holds when nobody speaks."""

    DEFAULT = "default"
    JURISDICTION = "jurisdiction"
    ORGANISATION = "organisation"
    SITE = "site"
    TEAM = "team"
    AGENT = "agent"


RANKS: Mapping[LevelKind, int] = {kind: rank for rank, kind in enumerate(LevelKind)}


@dataclass(frozen=True, slots=True)
class Level:
    """What one level says.

    Attributes:
        kind: Which level.
        name: Of the site, team, preset ...; for people.
        values: By path of the setting; only what this level speaks of.
        whys: Reasons in plain English, by path; presets have them.
        sources: Laws and authorities that a preset goes by.
        asks_purpose: Whether a preset asks for the purpose of every rule that is switched on.
    """

    kind: LevelKind
    name: str
    values: Mapping[str, object]
    whys: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    asks_purpose: bool = False


def level_of(policy: SitePolicy, kind: LevelKind, name: str) -> Level:
    """What a policy file says as a level: the settings that stand in it."""
    return Level(kind, name, values_set(policy))


def parse_level(data: Mapping[str, Any], kind: LevelKind, name: str) -> Level:
    """A level from the tables of its file.

    Raises:
        ConfigError: An unknown key or a value out of bounds, each by its name.
    """
    if "site" in data and kind is not LevelKind.SITE:
        raise ConfigError(f"the policy of the {kind} {name}: site is for the policy of a site to say")
    try:
        policy = SitePolicy.model_validate({**_UNSAID, **data}, context={"level": kind})
    except ValidationError as error:
        raise ConfigError(f"the policy of the {kind} {name}: {describe(error)}") from None
    said = values_set(policy)
    return Level(
        kind, name, {path: value for path, value in said.items() if path not in _UNSAID or path in data}
    )


def load_level(path: Path, kind: LevelKind, name: str) -> Level:
    """Read a level file.

    Raises:
        ConfigError: Not readable, not TOML, an unknown key, a value out of bounds: each by its name.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"the policy file {path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the policy file {path} is not TOML: {error}") from None
    return parse_level(data, kind, name)
