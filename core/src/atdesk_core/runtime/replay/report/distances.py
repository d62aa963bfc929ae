"""The comparisons with the enrolled agent: how far apart, when, and in which of the three bands."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from atdesk_core.runtime.replay.outcome import ReplayOutcome
from atdesk_core.runtime.replay.report import words
from atdesk_core.runtime.replay.report.amounts import clock, span_of
from atdesk_core.runtime.replay.report.scale import Scale
from atdesk_core.runtime.replay.report.words import counted, say
from atdesk_sdk import Match, MatchBand

HEIGHT_PX: Final = 96
_EDGE_PX: Final = 8
_STEPS: Final = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
_MOST_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Point:
    """One comparison: `x` in percent of the line, `y` in pixels from the top."""

    x: float
    y: float
    band: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the distance axis, `y` in pixels from the top."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Band:
    """A band of the encoder: its class, and where it lies, in pixels from the top."""

    look: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Distances:
    """The plot. `key` says for each band that occurs: its class, and how often and how far in words."""

    name: str
    note: str
    alt: str
    height: int
    key: Sequence[tuple[str, str]]
    points: Sequence[Point]
    lines: Sequence[Line]
    bands: Sequence[Band]


def distances(outcome: ReplayOutcome, scale: Scale) -> Distances | None:
    """The plot; None when nothing was compared. A distance that is no number is not in it."""
    matches = [(one.received_at, one.match) for one in outcome.observations if one.match is not None]
    known = [(at_s, match) for at_s, match in matches if isfinite(match.distance)]
    if not known:
        return None
    limits = outcome.bands or (0.0, 0.0)
    step, most = _axis(max(*(match.distance for _, match in known), *limits))
    points = [_point(at_s, match, most, scale) for at_s, match in known]
    lines = [Line(_y(step * number, most), f"{step * number:g}") for number in range(round(most / step) + 1)]
    key = _key([match for _, match in known], outcome.bands)
    note = counted(len(known), "comparison")
    alt = say("match_alt", comparisons=note, list=words.listed([text for _, text in key]))
    bands = _bands(outcome.bands, most) if outcome.bands else ()
    return Distances(say("lane_match"), note, alt, HEIGHT_PX, key, points, lines, bands)


def _bands(limits: tuple[float, float], most: float) -> list[Band]:
    """The two outer bands; between them is what is looked at again."""
    same, other = (_y(limit, most) for limit in limits)
    top, floor = _y(most, most), _y(0.0, most)
    return [
        Band("same", same, round(floor - same, 1)),
        Band("other", top, round(other - top, 1)),
    ]


def _axis(furthest: float) -> tuple[float, float]:
    """Step and end of the axis: round, and with at most three lines above zero."""
    step = next((one for one in _STEPS if furthest / one <= _MOST_LINES), furthest)
    count = 1
    while step * count < furthest:
        count += 1
    return step, step * count


def _y(distance: float, most: float) -> float:
    """Nearer is lower."""
    inner = HEIGHT_PX - 2 * _EDGE_PX
    return round(_EDGE_PX + inner * (1 - distance / most), 1)


def _point(at_s: float, match: Match, most: float, scale: Scale) -> Point:
    band = words.BANDS[match.band.value]
    title = say("point", at=clock(at_s), distance=f"{match.distance:.2f}", band=band)
    return Point(scale.x(at_s), _y(max(match.distance, 0.0), most), match.band.value, title)


def _key(matches: Sequence[Match], limits: tuple[float, float] | None) -> list[tuple[str, str]]:
    found = [(band, [one.distance for one in matches if one.band is band]) for band in MatchBand]
    return [
        (
            band.value,
            say(
                "match_key",
                band=_named(band.value, limits),
                count=counted(len(numbers), "time"),
                range=span_of(numbers, 2),
            ),
        )
        for band, numbers in found
        if numbers
    ]


def _named(band: str, limits: tuple[float, float] | None) -> str:
    """A band with its limits, where they are known."""
    if limits is None:
        return words.BANDS[band]
    low, high = (f"{limit:.2f}" for limit in limits)
    return say(f"band_{band}", band=words.BANDS[band], low=low, high=high)
