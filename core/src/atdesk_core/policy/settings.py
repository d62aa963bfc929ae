"""Every setting by its path, such as `looks.max_frames`: what merge, diff and explain walk over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from atdesk_core.policy.direction import Direction, Safer
from atdesk_core.policy.model import SitePolicy
from atdesk_core.policy.rules import Part


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of the policy.

    Attributes:
        path: Dotted, as the TOML file nests it.
        title: A few words for people, in English.
        description: What it is, in English.
        direction: Which way protects, and the unit.
        default: What holds when no level speaks; None where there is no default.
        strictest: The most protective value there is: what a preset means when it does not speak.
        bounds: (least, most) of a number.
    """

    path: str
    title: str
    description: str
    direction: Direction
    default: object
    strictest: object
    bounds: tuple[float, float] | None = None

    @property
    def part(self) -> str:
        """The table it stands in; empty for the head of the file."""
        return self.path.rpartition(".")[0]


def _settings(model: type[Part], prefix: str = "") -> Iterator[Setting]:
    for name, info in model.model_fields.items():
        path = f"{prefix}{name}"
        if isinstance(info.annotation, type) and issubclass(info.annotation, Part):
            yield from _settings(info.annotation, f"{path}.")
        else:
            yield _setting(path, info)


def _setting(path: str, info: FieldInfo) -> Setting:
    direction = next((one for one in info.metadata if isinstance(one, Direction)), None)
    if direction is None:
        raise TypeError(f"the setting {path} does not say which way protects the agent")
    default = None if info.is_required() else info.default
    low, high = _bound(info, "ge"), _bound(info, "le")
    return Setting(
        path,
        info.title or "",
        info.description or "",
        direction,
        default,
        _strictest(direction, info),
        bounds=None if low is None or high is None else (low, high),
    )


def _strictest(direction: Direction, info: FieldInfo) -> object:
    if direction.safer is Safer.FIRST:
        return info.annotation(direction.order[0]) if info.annotation else None
    if direction.safer is Safer.MORE:
        return _all_members(info)
    if direction.safer is Safer.FEWER:
        return () if get_origin(info.annotation) is tuple else frozenset()
    return {
        Safer.LOWER: _bound(info, "ge"),
        Safer.HIGHER: _bound(info, "le"),
        Safer.OFF: False,
        Safer.ON: True,
    }.get(direction.safer)


def _bound(info: FieldInfo, side: str) -> Any:
    return next((getattr(one, side) for one in info.metadata if hasattr(one, side)), None)


def _all_members(info: FieldInfo) -> frozenset[object]:
    (kind,) = get_args(info.annotation)
    return frozenset(kind) if issubclass(kind, StrEnum) else frozenset()


SETTINGS: Mapping[str, Setting] = {one.path: one for one in _settings(SitePolicy)}
"""All settings in the order of the model."""


def value_at(policy: SitePolicy, path: str) -> object:
    """The value of a setting."""
    value: object = policy
    for name in path.split("."):
        value = getattr(value, name)
    return value


def values_set(policy: SitePolicy) -> dict[str, object]:
    """The settings that were said in a file, by path; what is left at its default is not among them."""
    return dict(_set_in(policy, ""))


def _set_in(part: Part, prefix: str) -> Iterator[tuple[str, object]]:
    for name in type(part).model_fields:
        if name not in part.model_fields_set:
            continue
        value = getattr(part, name)
        if isinstance(value, Part):
            yield from _set_in(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def nested(values: Mapping[str, object]) -> dict[str, Any]:
    """Paths to the tables of a file: `{"looks.max_s": 5}` becomes `{"looks": {"max_s": 5}}`."""
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *parents, name = path.split(".")
        table = tree
        for parent in parents:
            table = table.setdefault(parent, {})
        table[name] = value
    return tree
