"""Switches by name: each takes what its present value is like, and a mistake sets nothing."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from atdesk_sdk.simulating.switches import Switches, one_of


@dataclass(slots=True)
class _Rules(Switches):
    on: bool = False
    count: int = 0
    pause_s: float = 0.5
    words: str = "event"
    said: str = one_of("omitted", ["omitted", "unknown"])
    missing: set[str] = field(default_factory=set)
    held: list[str] = field(default_factory=list, init=False)


def test_each_switch_takes_what_it_is_like() -> None:
    rules = _Rules()
    rules.change({"on": True, "count": 3, "pause_s": 2, "words": "enum", "said": "unknown"})
    rules.change({"missing": ["a", "b", "a"]})
    assert rules == _Rules(True, 3, 2.0, "enum", "unknown", {"a", "b"})
    assert type(rules.pause_s) is float


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("colour", 1, "'colour' is no switch; there are count, missing, on, pause_s, said, words"),
        ("held", [], "'held' is no switch"),
        ("on", 1, "on takes bool, not int"),
        ("count", True, "count takes int, not bool"),
        ("count", 1.5, "count takes int, not float"),
        ("pause_s", True, "pause_s takes float, not bool"),
        ("pause_s", "2", "pause_s takes float, not str"),
        ("words", None, "words takes str, not NoneType"),
        ("missing", "a", "missing takes set, not str"),
        ("said", "nothing", "said is one of omitted, unknown"),
        ("said", 1, "said takes str, not int"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_set(name: str, value: Any, said: str) -> None:
    rules = _Rules()
    with pytest.raises(ValueError, match=said):
        rules.change({"count": 7, name: value})
    assert rules == _Rules()
