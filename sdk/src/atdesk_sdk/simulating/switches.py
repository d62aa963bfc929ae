"""Switches that are set by name from outside: faults, and what a platform's documentation leaves open."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import Field, field, fields
from typing import Any


class Switches:
    """Base of a dataclass each of whose fields is a switch, of the type of its present value.

    A field with `init=False` is no switch. One that is made by `one_of` has those values alone.
    """

    __slots__ = ()

    def change(self, wanted: Mapping[str, object]) -> None:
        """Set switches by name: all that are wanted, or none where one of them cannot be.

        Whole seconds do for a switch that has fractions, and a list for one that has a set.

        Raises:
            ValueError: A name that is no switch, or a value that it cannot have.
        """
        mine: Any = self  # a dataclass, as each subclass is
        known = {one.name: one for one in fields(mine) if one.init}
        found = {}
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"{name!r} is no switch; there are {', '.join(sorted(known))}")
            found[name] = _fitting(known[name], getattr(self, name), value)
        for name, value in found.items():
            setattr(self, name, value)


def one_of(default: str, choices: Collection[str]) -> Any:
    """A switch that has a few values.

    Args:
        default: The one at the start.
        choices: All of them.
    """
    return field(default=default, metadata={"choices": frozenset(choices)})


def _fitting(switch: Field[Any], present: object, value: object) -> object:
    if isinstance(present, set) and isinstance(value, list | set):
        return {str(item) for item in value}
    if isinstance(present, float) and type(value) is int:
        return float(value)
    if type(value) is not type(present):
        raise ValueError(f"{switch.name} takes {type(present).__name__}, not {type(value).__name__}")
    choices = switch.metadata.get("choices")
    if choices is not None and value not in choices:
        raise ValueError(f"{switch.name} is one of {', '.join(sorted(choices))}")
    return value
