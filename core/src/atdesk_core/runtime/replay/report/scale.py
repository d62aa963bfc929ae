"""Where things lie on the time line, in percent of its width, and where there is room for a label.

The page has no script, so it cannot measure itself. A label is given the least width of the whole line
at which it fits, one of a few steps, and the style sheet shows it from that width on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from atdesk_core.runtime.replay.report.amounts import clock

_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400)
_MOST_TICKS: Final = 10
_WIDTHS_PX: Final = (240, 320, 400, 480, 560, 640, 760, 880)
"""Widths of the line that the style sheet tells apart."""
_LETTER_PX: Final = 7.0
_AIR_PX: Final = 10.0


@dataclass(frozen=True, slots=True)
class Label:
    """A text on the line.

    Attributes:
        text: In words.
        x: Percent.
        anchor: `start`, `middle` or `end`, as SVG has it.
        shift: Pixels from `x`, away from what it stands beside.
        room: Class of the style sheet: from which width of the line it is shown.
    """

    text: str
    x: float
    anchor: str
    shift: int
    room: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its time."""

    x: float
    label: Label


@dataclass(frozen=True, slots=True)
class Scale:
    """Seconds of the recording to percent of the line."""

    duration_s: float

    def x(self, at_s: float) -> float:
        """Percent, 0..100."""
        return round(100 * min(max(at_s / self.duration_s, 0.0), 1.0), 3) if self.duration_s > 0 else 0.0

    def width(self, start_s: float, end_s: float) -> float:
        """Percent, 0..100."""
        return round(self.x(end_s) - self.x(start_s), 3)


def room(text: str, free: float) -> str | None:
    """The class of the least width at which a text fits into so many percent; None where it never does."""
    return room_for(_LETTER_PX * len(text) + _AIR_PX, free)


def room_for(pixels: float, free: float) -> str | None:
    """The same for a number of pixels."""
    if free <= 0:
        return None
    needed = pixels / (free / 100)
    width = next((one for one in _WIDTHS_PX if one >= needed), None)
    return None if width is None else f"from-{width}"


def ticks(scale: Scale) -> list[Tick]:
    """About ten round times; a narrow line shows each second or each fourth label."""
    step = next((one for one in _STEPS_S if scale.duration_s / one <= _MOST_TICKS), _STEPS_S[-1])
    return [_tick(scale, number, step) for number in range(int(scale.duration_s / step) + 1)]


def _tick(scale: Scale, number: int, step: int) -> Tick:
    at_s, spacing = number * step, scale.width(0, step)
    every = next(one for one in (4, 2, 1) if number % one == 0)
    text, x = clock(at_s), scale.x(at_s)
    return Tick(x, Label(text, x, "middle", 0, room(text, spacing * every) or "never"))


def beside(text: str, start: float, end: float, free: Sequence[float], shift: int = 5) -> Label | None:
    """A label after, or else before, what lies from `start` to `end`.

    Args:
        text: The label.
        start: Percent.
        end: Percent.
        free: From where to where there is nothing else, percent.
        shift: Pixels between the two.
    """
    after, before = room(text, free[1] - end), room(text, start - free[0])
    if after is not None:
        return Label(text, end, "start", shift, after)
    return None if before is None else Label(text, start, "end", -shift, before)


def inside(text: str, start: float, end: float) -> Label | None:
    """A label in the middle of a bar."""
    fits = room(text, end - start)
    return None if fits is None else Label(text, (start + end) / 2, "middle", 0, fits)
