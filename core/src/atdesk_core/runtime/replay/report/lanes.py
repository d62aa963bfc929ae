"""The lanes of the time line: one for each thing that was found, with a bar for each time it held."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from atdesk_core.runtime.replay.outcome import BESIDE, ReplayOutcome, Stretch
from atdesk_core.runtime.replay.report import words
from atdesk_core.runtime.replay.report.amounts import clock, span
from atdesk_core.runtime.replay.report.scale import Label, Scale, beside, room_for
from atdesk_core.runtime.replay.report.words import counted, say
from atdesk_sdk import FindingKind

SEAT: Final = tuple(
    kind.value for kind in (FindingKind.PRESENT, FindingKind.ABSENT, FindingKind.DIFFERENT_PERSON)
)
UNKNOWN: Final = "unknown"
_NOTCHED_PX: Final = 16
"""A shorter bar has no room for the notch that says when the engine knew."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A time in a lane, in percent of the line.

    Attributes:
        x: Where it begins.
        width: How long it is.
        title: All of it in words.
        known: Where the engine knew; None where there is no room to show it.
        room: Class of the style sheet: from which width of the line `known` is shown.
        label: Its text, if there is room.
    """

    x: float
    width: float
    title: str
    known: float | None = None
    room: str = ""
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of the time line.

    Attributes:
        name: What it shows.
        note: How long in all.
        look: Class of the style sheet.
        alt: The lane in words.
        bars: In order of time.
    """

    name: str
    note: str
    look: str
    alt: str
    bars: Sequence[Bar]


def look_of(one: Stretch) -> str:
    """Class of the style sheet for a stretch."""
    if not one.is_finding:
        return UNKNOWN
    return one.what if one.what in SEAT else "beside"


def name_of(one: Stretch) -> str:
    """What a stretch is called."""
    if one.is_finding:
        return words.FOUND.get(one.what, words.plain(one.what))
    reason = words.REASONS.get(one.what)
    return reason.name if reason else words.plain(one.what)


def length_of(stretches: Sequence[Stretch]) -> float:
    """Seconds in all."""
    return sum(one.end_s - one.start_s for one in stretches)


def seat_lanes(outcome: ReplayOutcome, scale: Scale) -> list[Lane]:
    """Who was in the seat: always `present` and what could not be told, the rest where it occurs."""
    found = [one for one in outcome.stretches if one.is_finding]
    lanes = [_lane(kind, [one for one in found if one.what == kind], scale) for kind in SEAT]
    shown = [lane for kind, lane in zip(SEAT, lanes, strict=True) if lane.bars or kind == SEAT[0]]
    return [*shown, _unknown([one for one in outcome.stretches if not one.is_finding], scale)]


def beside_lanes(outcome: ReplayOutcome, scale: Scale) -> list[Lane]:
    """What was found beside who is in the seat."""
    found = [[one for one in outcome.stretches if one.is_finding and one.what == kind] for kind in BESIDE]
    return [_lane(some[0].what, some, scale) for some in found if some]


def _lane(kind: str, stretches: Sequence[Stretch], scale: Scale) -> Lane:
    name = words.FOUND[kind]
    look = kind if kind in SEAT else "beside"
    # A bar of `present` has hardly ever room beside it, and its length matters least.
    texts = ["" if kind == SEAT[0] else span(one.end_s - one.start_s) for one in stretches]
    bars = list(_bars(stretches, texts, scale))
    return Lane(name, _note(stretches), look, _alt(name, stretches), bars)


def _unknown(stretches: Sequence[Stretch], scale: Scale) -> Lane:
    name = say("lane_unknown")
    bars = list(_bars(stretches, [name_of(one) for one in stretches], scale))
    return Lane(name, _note(stretches), UNKNOWN, _alt(name, stretches), bars)


def _bars(stretches: Sequence[Stretch], texts: Sequence[str], scale: Scale) -> Iterator[Bar]:
    """Each with its text, if any, beside it. No two texts share a gap."""
    taken = 0.0
    nexts = [*(scale.x(one.start_s) for one in stretches), 100.0][1:]
    for one, text, until in zip(stretches, texts, nexts, strict=True):
        start, end = scale.x(one.start_s), scale.x(one.end_s)
        label = beside(text, start, end, (taken, until)) if text else None
        taken = until if label is not None and label.anchor == "start" else end
        yield _bar(one, scale, label)


def _bar(one: Stretch, scale: Scale, label: Label | None) -> Bar:
    title = say(
        "bar",
        name=name_of(one),
        start=clock(one.start_s),
        end=clock(one.end_s),
        known=clock(one.decided_s),
    )
    width = scale.width(one.start_s, one.end_s)
    fits = room_for(_NOTCHED_PX, width) if one.start_s < one.decided_s < one.end_s else None
    known = scale.x(one.decided_s) if fits else None
    return Bar(scale.x(one.start_s), width, title, known, fits or "", label)


def _note(stretches: Sequence[Stretch]) -> str:
    return span(length_of(stretches)) if stretches else say("never")


def _alt(name: str, stretches: Sequence[Stretch]) -> str:
    if not stretches:
        return say("lane_alt_never", lane=name)
    return say(
        "lane_alt",
        lane=name,
        times=counted(len(stretches), "time"),
        span=span(length_of(stretches)),
        start=clock(stretches[0].start_s),
        end=clock(stretches[0].end_s),
    )
