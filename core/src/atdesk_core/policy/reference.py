"""The table of all settings for `docs/policy.md`: `python -m atdesk_core.policy.reference` prints it."""

from collections.abc import Iterator
from enum import StrEnum

from atdesk_core.policy.direction import Safer
from atdesk_core.policy.settings import SETTINGS, Setting

_SAFER = {
    Safer.LOWER: "the lower",
    Safer.HIGHER: "the higher",
    Safer.OFF: "false",
    Safer.ON: "true",
    Safer.FEWER: "what all levels list",
    Safer.MORE: "what any level lists",
    Safer.NEAREST: "the level nearest to the agent",
}
_HEAD = "| setting | what it is | default | unit, bounds | what wins |\n|---|---|---|---|---|\n"


def reference() -> str:
    """One row for each setting, as Markdown."""
    return _HEAD + "\n".join(_rows()) + "\n"


def _rows() -> Iterator[str]:
    for path, setting in SETTINGS.items():
        cells = (f"`{path}`", setting.description, _default(setting), _bounds(setting), _wins(setting))
        yield f"| {' | '.join(cells)} |"


def _wins(setting: Setting) -> str:
    if setting.direction.safer is Safer.FIRST:
        return "the first of " + ", ".join(setting.direction.order)
    return _SAFER[setting.direction.safer]


def _bounds(setting: Setting) -> str:
    if setting.bounds is None:
        return ""
    low, high = setting.bounds
    return f"{setting.direction.unit}, {_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return f"{value:g}" if value < 1e5 else f"{value:.0f}"


def _default(setting: Setting) -> str:
    value = setting.default
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, frozenset | tuple):
        words = sorted(map(str, value)) if isinstance(value, frozenset) else list(map(str, value))
        return ", ".join(words) or "none"
    return value.value if isinstance(value, StrEnum) else "none"


if __name__ == "__main__":
    print(reference(), end="")  # noqa: T201  (what it is for)
