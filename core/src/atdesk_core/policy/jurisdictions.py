"""Presets: what a jurisdiction allows at the most, as readable TOML with its sources and its date.

A preset takes over another one and may only narrow it; `general` is the widest. A setting of which neither
speaks is at its most protective value. None of this is legal advice.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatch
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import Field, ValidationError

from atdesk_core.policy.direction import tightest
from atdesk_core.policy.levels import Level, LevelKind, parse_level
from atdesk_core.policy.model import describe
from atdesk_core.policy.rules import LookReason, Part
from atdesk_core.policy.settings import SETTINGS
from atdesk_sdk import ConfigError

GENERAL = "general"
_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


class PresetRefused(ConfigError):
    """A preset cannot be used as it stands: then nothing is looked at."""


class _File(Part):
    code: str = Field(min_length=2)
    name: str = Field(min_length=2)
    extends: str | None = None
    covers: tuple[str, ...] = ()
    as_of: date
    notice: str = Field(pattern="(?i)not legal advice.*signed off")
    sources: tuple[str, ...] = Field(min_length=1)
    purposes: bool = False
    caps: dict[str, Any]
    why: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preset:
    """One file.

    Attributes:
        code: ISO 3166 code of a country or of a part of one; `general` and `EU` beside these.
        name: In English.
        extends: The preset that this one narrows; None: what is not said is at its most protective.
        covers: Further codes that have this preset.
        as_of: When its sources were read.
        notice: That it is no legal advice.
        sources: Laws and authorities.
        purposes: Every rule that is switched on has to say what for; so for presets that narrow this one.
        caps: By path of the setting: what it says itself.
        whys: By path of the setting: reasons in plain English.
    """

    code: str
    name: str
    extends: str | None
    covers: tuple[str, ...]
    as_of: date
    notice: str
    sources: tuple[str, ...]
    purposes: bool
    caps: Mapping[str, object]
    whys: Mapping[str, str]


def parse_preset(text: str, where: str) -> Preset:
    """A preset from its file.

    Raises:
        PresetRefused: Names what is wrong: no TOML, an unknown field, a value out of bounds.
    """
    try:
        file = _File.model_validate(tomllib.loads(text))
        caps = parse_level(file.caps, LevelKind.JURISDICTION, file.code).values
    except tomllib.TOMLDecodeError as error:
        raise PresetRefused(f"the preset {where} is not TOML: {error}") from None
    except ValidationError as error:
        raise PresetRefused(f"the preset {where}: {describe(error)}") from None
    except ConfigError as error:
        raise PresetRefused(f"the preset {where}: {error}") from None
    own = [path for path in caps if not SETTINGS[path].direction.capped]
    if own:
        raise PresetRefused(f"the preset {where}: caps.{own[0]} is for a site to say, not for a preset")
    said = file.model_dump(exclude={"caps", "why"})
    return Preset(**said, caps=caps, whys=_whys(file.why, where))


def _whys(patterns: Mapping[str, str], where: str) -> dict[str, str]:
    """Reasons by path. A later line stands over an earlier one that is wider."""
    whys: dict[str, str] = {}
    for pattern, why in patterns.items():
        paths = [path for path in SETTINGS if fnmatch(path, pattern)]
        if not paths:
            raise PresetRefused(f"the preset {where}: why.{pattern} is no setting of the policy")
        whys |= dict.fromkeys(paths, why)
    return whys


class Presets:
    """All presets that were found together.

    Args:
        presets: Among them `general`.

    Raises:
        PresetRefused: One of them takes over a preset that is not there, or `general` is missing.
    """

    def __init__(self, presets: Iterable[Preset]) -> None:
        self.by_code = {one.code: one for one in presets}
        if GENERAL not in self.by_code:
            raise PresetRefused(f"there is no preset {GENERAL}: without it no place has limits")
        self._covered = {code: one for one in self.by_code.values() for code in one.covers}
        self._caps = {code: self._cap(one, ()) for code, one in self.by_code.items()}

    def preset_of(self, jurisdiction: str) -> Preset:
        """The preset of a place: its own, else its country's, else `general`.

        Raises:
            PresetRefused: That is no code: a typing error never ends in wider limits.
        """
        if jurisdiction.lower() == GENERAL:
            return self.by_code[GENERAL]
        code = jurisdiction.upper()
        if not _CODE.fullmatch(code):
            raise PresetRefused(f"{jurisdiction!r} is no jurisdiction: write an ISO code such as GB or US-IL")
        known = {**self.by_code, **self._covered}
        return known.get(code) or known.get(code[:2]) or self.by_code[GENERAL]

    def cap(self, jurisdiction: str) -> Level:
        """What a place allows at the most, as a level to merge.

        Raises:
            PresetRefused: That is no code.
        """
        preset = self.preset_of(jurisdiction)
        code = jurisdiction.upper() if jurisdiction.lower() != GENERAL else GENERAL
        name = code if code == preset.code else f"{code} ({preset.code})"
        return replace(self._caps[preset.code], name=name)

    def _cap(self, preset: Preset, seen: tuple[str, ...]) -> Level:
        if preset.code in seen:
            raise PresetRefused(f"the preset {preset.code} takes itself over")
        if preset.extends is None:
            return _level(preset, _strictest(preset.caps))
        base = self.by_code.get(preset.extends)
        if base is None:
            raise PresetRefused(f"the preset {preset.code} takes over {preset.extends}, which is not there")
        return _narrowed(self._cap(base, (*seen, preset.code)), preset)


def _strictest(caps: Mapping[str, object]) -> dict[str, object]:
    return {path: caps.get(path, one.strictest) for path, one in SETTINGS.items() if one.direction.capped}


def _narrowed(base: Level, preset: Preset) -> Level:
    values, whys = dict(base.values), dict(base.whys)
    for path, said in preset.caps.items():
        if path in values:
            values[path] = tightest(SETTINGS[path].direction, values[path], said)
            whys[path] = preset.whys.get(path, whys.get(path, ""))
    level = _level(preset, values)
    return replace(
        level,
        whys={**whys, **level.whys},
        sources=(*level.sources, *base.sources),
        asks_purpose=level.asks_purpose or base.asks_purpose,
    )


def _level(preset: Preset, values: dict[str, object]) -> Level:
    """With the reasons for a look that it forbids, so that a refusal can name the preset."""
    allowed = values["looks.reasons"]
    values["looks.preset_forbids"] = frozenset(LookReason) - allowed  # type: ignore[operator]  # a set of reasons
    whys = dict(preset.whys)
    if "looks.reasons" in whys:
        whys.setdefault("looks.preset_forbids", whys["looks.reasons"])
    return Level(LevelKind.JURISDICTION, preset.code, values, whys, preset.sources, preset.purposes)


def read_presets(folder: Traversable) -> Presets:
    """Every `*.toml` of a folder.

    Raises:
        PresetRefused: One of them cannot be used: none is.
    """
    paths = sorted(
        (path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda one: one.name
    )
    return Presets(parse_preset(path.read_text(encoding="utf-8"), path.name) for path in paths)


@cache
def shipped_presets() -> Presets:
    """The presets that come with atdesk."""
    return read_presets(files("atdesk_core.policy") / "presets")


def cap_of(jurisdiction: str) -> Level:
    """What the shipped preset of a place allows at the most; several places are several levels.

    Raises:
        PresetRefused: That is no code, or a preset cannot be used.
    """
    return shipped_presets().cap(jurisdiction)
