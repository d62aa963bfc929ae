"""Hypothesis strategies: whatever a level may say."""

from enum import StrEnum
from typing import Any, get_args

from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from atdesk_core.policy import Level, LevelKind, MeetingRule, SitePolicy
from atdesk_core.policy.direction import Safer
from atdesk_core.policy.rules import Part
from atdesk_core.policy.settings import SETTINGS

HEAD = {"site": "home", "accountable": "A. Person"}
_WORDS = ("water", "phone", "lead", "book", "tv", "other")
_THINGS = ("book", "tv", "laptop")


def info_of(path: str) -> FieldInfo:
    """The field of the model behind a path."""
    *parts, name = path.split(".")
    model: type[Part] = SitePolicy
    for part in parts:
        inner = model.model_fields[part].annotation
        assert isinstance(inner, type)
        assert issubclass(inner, Part)
        model = inner
    return model.model_fields[name]


def bound(info: FieldInfo, side: str) -> Any:
    return next((getattr(one, side) for one in info.metadata if hasattr(one, side)), None)


def values_of(path: str) -> st.SearchStrategy[Any]:
    """Any value that the model takes there."""
    info, direction = info_of(path), SETTINGS[path].direction
    if path == "meetings":
        meeting = st.builds(MeetingRule, id=st.sampled_from("abc"), purpose=st.sampled_from(("one", "two")))
        return st.lists(meeting, max_size=3, unique_by=lambda one: one.id).map(tuple)
    match direction.safer:
        case Safer.LOWER | Safer.HIGHER:
            return _numbers(info)
        case Safer.OFF | Safer.ON:
            return st.booleans()
        case Safer.FIRST:
            assert info.annotation is not None
            return st.sampled_from([info.annotation(one) for one in direction.order])
        case Safer.NEAREST:
            return st.sampled_from(("some", "other"))
        case Safer.FEWER | Safer.MORE:
            return _sets(path, info)


def _numbers(info: FieldInfo) -> st.SearchStrategy[Any]:
    low, high = bound(info, "ge"), bound(info, "le")
    if info.annotation is int:
        return st.integers(low, high)
    numbers = st.floats(low, high, allow_nan=False)
    return numbers if info.annotation is float else st.none() | numbers


def _sets(path: str, info: FieldInfo) -> st.SearchStrategy[Any]:
    inner = get_args(info.annotation)[0]
    if inner is not str and issubclass(inner, StrEnum):
        return st.frozensets(st.sampled_from(list(inner)))
    words = st.sampled_from(_THINGS if path == "banned_object.classes" else _WORDS)
    if get_args(info.annotation)[1:]:
        return st.lists(words, max_size=3, unique=True).map(tuple)
    return st.frozensets(words, max_size=3)


@st.composite
def levels(draw: st.DrawFn, kind: LevelKind, names: str = "abc") -> Level:
    """A level that speaks of a few settings."""
    paths = draw(st.lists(st.sampled_from(sorted(SETTINGS)), unique=True, max_size=12))
    values = {path: draw(values_of(path)) for path in paths}
    if kind is LevelKind.SITE:
        values |= HEAD
    return Level(kind, draw(st.sampled_from(names)), values)


@st.composite
def stacks(draw: st.DrawFn) -> list[Level]:
    """Levels as they come together: some jurisdictions, a site, and perhaps the others."""
    found = draw(st.lists(levels(LevelKind.JURISDICTION), max_size=3, unique_by=lambda one: one.name))
    found.append(draw(levels(LevelKind.SITE)))
    for kind in (LevelKind.ORGANISATION, LevelKind.TEAM, LevelKind.AGENT):
        found.extend(draw(st.lists(levels(kind), max_size=1)))
    return draw(st.permutations(found))
