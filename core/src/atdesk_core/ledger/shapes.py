"""Shapes of the values that a row of the decision log may hold: codes, ids, hashes, numbers. Pure.

Two manners of refusal. What our own code says has to fit, or the row is refused: that is a fault in the
code. What comes from outside (an adapter's reason, a number on a forged card) is replaced by `WITHHELD`
where it does not fit, since nobody's message may keep the log from being written.
"""

import math
import re
from collections.abc import Callable, Iterable

Value = str | float | bool | None
"""What a row may hold: a code or id, a number, yes or no, nothing."""

WITHHELD = "withheld"
"""Stands for a text from outside that is not one of the words known: it might hold a name."""

Shape = Callable[[Value], Value]
"""Gives the value that is kept; raises `ValueError` when it does not fit. Never asked about None."""


def words(*allowed: Iterable[str] | str) -> Shape:
    """One of these words. An enum may stand for its values."""
    known = _flat(allowed)

    def fit(value: Value) -> Value:
        if value not in known or not isinstance(value, str):
            raise ValueError(f"is none of {', '.join(sorted(known))}")
        return str(value)

    return fit


def told(*allowed: Iterable[str] | str) -> Shape:
    """One of these words; anything else came from outside and is withheld."""
    known = _flat(allowed)
    return lambda value: str(value) if isinstance(value, str) and value in known else WITHHELD


def pattern(form: str, what: str) -> Shape:
    """A text of this form."""
    match = re.compile(form).fullmatch

    def fit(value: Value) -> Value:
        if not isinstance(value, str) or not match(value):
            raise ValueError(f"is no {what}")
        return str(value)

    return fit


def told_pattern(form: str) -> Shape:
    """A text of this form; anything else came from outside and is withheld."""
    match = re.compile(form).fullmatch
    return lambda value: str(value) if isinstance(value, str) and match(value) else WITHHELD


def number(value: Value) -> Value:
    """A finite number: a time, a share, an amount."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("is no finite number")
    return value


def count(value: Value) -> Value:
    """How many: a whole number, not below zero."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("is no count")
    return value


def yes_no(value: Value) -> Value:
    """True or False."""
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def _flat(allowed: Iterable[Iterable[str] | str]) -> frozenset[str]:
    return frozenset(str(word) for one in allowed for word in ((one,) if isinstance(one, str) else one))
