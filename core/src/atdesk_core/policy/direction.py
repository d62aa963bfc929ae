"""Which way of a setting protects the agent more: said beside each field, and used by every merge.

A field of the policy without a direction fails a test: nobody can add one that a level may loosen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Safer(StrEnum):
    """What makes a value the more protective one of two."""

    LOWER = "lower"
    HIGHER = "higher"
    OFF = "off"
    ON = "on"
    FEWER = "fewer"
    MORE = "more"
    FIRST = "first"
    NEAREST = "nearest"


@dataclass(frozen=True, slots=True)
class Direction:
    """How a field is merged, and how it is written for people.

    Attributes:
        safer: `lower`, `higher`: the number. `off`, `on`: the switch. `fewer`: what all sides list. `more`:
            what any side lists. `first`: the earlier one in `order`. `nearest`: it says who and why and
            loosens nothing, so the level nearest to the agent says it.
        unit: Of a number: s, days, frames, ...
        order: Values from the most to the least protective one, for `first`.
        capped: Whether a preset has to speak of it; no for a site's own lists, texts and dates.
    """

    safer: Safer
    unit: str = ""
    order: tuple[str, ...] = ()
    capped: bool = True


OFF = Direction(Safer.OFF)
ON = Direction(Safer.ON)
FEWER = Direction(Safer.FEWER)
MORE = Direction(Safer.MORE)
OWN_LIST = Direction(Safer.FEWER, capped=False)
OWN_WORDS = Direction(Safer.NEAREST, capped=False)


def lower(unit: str) -> Direction:
    """A number whose smaller value protects more."""
    return Direction(Safer.LOWER, unit)


def higher(unit: str) -> Direction:
    """A number whose greater value protects more."""
    return Direction(Safer.HIGHER, unit)


def first_of(*order: str) -> Direction:
    """One of a closed list, from the most to the least protective."""
    return Direction(Safer.FIRST, order=order)


def tightest(direction: Direction, upper: Any, value: Any) -> Any:
    """The more protective of what the levels above came to and what this level says."""
    if direction.safer is Safer.FIRST:
        return min(upper, value, key=lambda one: direction.order.index(str(one)))
    return _TIGHTEST[direction.safer](upper, value)


def gives_more(direction: Direction, value: Any, than: Any) -> bool:
    """Whether a value allows anything that the other one does not."""
    return direction.safer is not Safer.NEAREST and bool(tightest(direction, than, value) != value)


def _or_never(value: float | None) -> float:
    return float("-inf") if value is None else value


def _common(upper: Any, value: Any) -> Any:
    """What both list. Of a meeting that both list, the nearer level's words stand."""
    if isinstance(value, frozenset):
        return upper & value
    listed = {_name(one) for one in upper}
    return tuple(one for one in value if _name(one) in listed)


def _name(one: Any) -> str:
    return one if isinstance(one, str) else one.id


_TIGHTEST: Mapping[Safer, Callable[[Any, Any], Any]] = {
    Safer.LOWER: min,
    Safer.HIGHER: lambda upper, value: max(upper, value, key=_or_never),
    Safer.OFF: lambda upper, value: upper and value,
    Safer.ON: lambda upper, value: upper or value,
    Safer.FEWER: _common,
    Safer.MORE: lambda upper, value: upper | value,
    Safer.NEAREST: lambda _upper, value: value,
}
