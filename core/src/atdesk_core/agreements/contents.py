"""What a version says: the settings of one level, and of a site the jurisdictions it is signed for."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from atdesk_core.agreements.scopes import Scope, ScopeKind
from atdesk_core.agreements.versions import as_canonical
from atdesk_core.identity.signing import JSON
from atdesk_core.policy.levels import Level, LevelKind, parse_level
from atdesk_core.policy.settings import nested
from atdesk_sdk import ConfigError


@dataclass(frozen=True, slots=True)
class Content:
    """What one version says.

    Attributes:
        level: Its settings.
        jurisdictions: ISO codes for which a site's policy was signed; empty for other scopes.
    """

    level: Level
    jurisdictions: tuple[str, ...] = ()


def content_json(level: Level, jurisdictions: Sequence[str] = ()) -> str:
    """The content of a version, canonical."""
    tables = nested({path: _plain(value) for path, value in level.values.items()})
    return as_canonical({"policy": tables, "jurisdictions": sorted(jurisdictions)})


def parse_content(scope: Scope, text: str) -> Content:
    """Read what `content_json` wrote, and validate it against the model as it is today.

    Raises:
        ConfigError: It does not validate: names the field.
    """
    try:
        data = json.loads(text)
        tables, codes = data["policy"], tuple(data["jurisdictions"])
    except (ValueError, KeyError, TypeError):
        raise ConfigError(f"the signed policy of {scope} is no policy") from None
    return Content(parse_level(_mapping(scope, tables), level_kind(scope), scope.name or str(scope)), codes)


def level_kind(scope: Scope) -> LevelKind:
    """The level that a scope is."""
    return LevelKind(scope.kind.value)


def is_site(scope: Scope) -> bool:
    """Whether it is a site's: the only scope that is signed for jurisdictions."""
    return scope.kind is ScopeKind.SITE


def _mapping(scope: Scope, tables: object) -> Mapping[str, Any]:
    if not isinstance(tables, dict):
        raise ConfigError(f"the signed policy of {scope} is no policy")
    return tables


def _plain(value: object) -> JSON:
    """A setting as JSON has it; sets in their one order."""
    match value:
        case StrEnum():
            return value.value
        case BaseModel():
            return value.model_dump(mode="json")
        case frozenset():
            return sorted(str(one) for one in value)
        case tuple():
            return [_plain(one) for one in value]
        case bool() | int() | float() | str() | None:
            return value
        case _:
            raise TypeError(f"a setting of type {type(value).__name__} cannot be signed")
