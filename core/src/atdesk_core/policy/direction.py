"""Which way of a setting protects the agent more: said beside each field, and used by every merge.

A field of the policy without a direction fails a test: nobody can add one that a level may loosen.
"""

from dataclasses import dataclass
from enum import StrEnum


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
