"""A bounded memory for adapters that remember what went by: the oldest falls out. Pure."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

Value = TypeVar("Value")


def remember(memory: OrderedDict[str, Value], key: str, value: Value, most: int) -> None:
    """Keep `value` as the newest; of more than `most`, forget the oldest."""
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > most:
        memory.popitem(last=False)
