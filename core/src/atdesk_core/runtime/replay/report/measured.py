"""How often each step of vision ran, and why it did not: a strip below the time line, and a table."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import floor
from typing import Final

from atdesk_core.runtime.replay.outcome import ReplayOutcome
from atdesk_core.runtime.replay.report import words
from atdesk_core.runtime.replay.report.amounts import clock, share
from atdesk_core.runtime.replay.report.pictures import STEPS, Pictures, obstacle_name, ran, why_not
from atdesk_core.runtime.replay.report.scale import Scale
from atdesk_core.runtime.replay.report.words import counted, say, whole

_MOST_COLUMNS: Final = 240
_LEAST_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a strip: `share` (0..1) of the pictures at that time had the step run.

    `x` and `width` are percent of the line.
    """

    x: float
    width: float
    share: float
    title: str


@dataclass(frozen=True, slots=True)
class Strip:
    """One step along the time line. `alt` is the strip in words."""

    name: str
    note: str
    alt: str
    columns: Sequence[Column]


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step in the table: in how many pictures it ran, and (how many, why) for the others."""

    name: str
    asks: str
    ran: str
    share: str
    whys: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Bin:
    """Some pictures in a row, for one step."""

    number: int
    ran: int
    whys: Counter[str]

    @property
    def all(self) -> int:
        return self.ran + self.whys.total()

    @property
    def looks(self) -> tuple[float, frozenset[str]]:
        return self.ran / self.all, frozenset(self.whys)


def strips(outcome: ReplayOutcome, scale: Scale) -> list[Strip]:
    """One for each step."""
    return [_strip(step, outcome.observations, scale) for step in STEPS]


def step_rows(outcome: ReplayOutcome) -> list[StepRow]:
    """One for each step."""
    return [_row(step, outcome.observations) for step in STEPS]


def _row(step: str, pictures: Pictures) -> StepRow:
    done = sum(ran(one, step) for one in pictures)
    left_out = [one for one in pictures if not ran(one, step)]
    whys = Counter(why_not(one, step) for one in left_out if one.obstacle is None)
    blocked = Counter(obstacle_name(one) for one in left_out if one.obstacle is not None)
    if blocked:
        whys[say("blocked", list=words.listed([name for name, _ in blocked.most_common()]))] = blocked.total()
    listed = [(whole(count), why) for why, count in whys.most_common()]
    return StepRow(words.STEPS[step], words.ASKS[step], whole(done), share(done, len(pictures)), listed)


def _strip(step: str, pictures: Pictures, scale: Scale) -> Strip:
    done = sum(ran(one, step) for one in pictures)
    name, everything = words.STEPS[step], counted(len(pictures), "picture")
    alt = say("strip_alt", step=name, ran=whole(done), all=everything)
    note = say("of", part=whole(done), all=whole(len(pictures)))
    return Strip(name, note, alt, list(_columns(step, pictures, scale)))


def _columns(step: str, pictures: Pictures, scale: Scale) -> Iterator[Column]:
    """Neighbours that are alike are one column, so that a long recording stays a small page."""
    wide_s = max(_LEAST_S, scale.duration_s / _MOST_COLUMNS)
    bins = [
        _bin(step, number, list(some))
        for number, some in groupby(pictures, key=lambda one: floor(one.received_at / wide_s))
    ]
    while bins:
        run = _alike(bins)
        bins = bins[len(run) :]
        yield _column(run, wide_s, scale)


def _bin(step: str, number: int, pictures: Pictures) -> _Bin:
    whys = Counter(why_not(one, step) for one in pictures if not ran(one, step))
    return _Bin(number, len(pictures) - whys.total(), whys)


def _alike(bins: Sequence[_Bin]) -> Sequence[_Bin]:
    """The beginning of these, as long as nothing changes and no time is left out."""
    first, count = bins[0], 1
    while count < len(bins) and bins[count].looks == first.looks:
        if bins[count].number != first.number + count:
            break
        count += 1
    return bins[:count]


def _column(run: Sequence[_Bin], wide_s: float, scale: Scale) -> Column:
    start_s, end_s = run[0].number * wide_s, (run[-1].number + 1) * wide_s
    done, everything = sum(one.ran for one in run), sum(one.all for one in run)
    whys = sum((one.whys for one in run), Counter[str]())
    parts = {
        "start": clock(start_s),
        "end": clock(min(end_s, scale.duration_s)),
        "ran": whole(done),
        "all": counted(everything, "picture"),
    }
    reasons = [say("bin_why", count=whole(count), why=why) for why, count in whys.most_common()]
    title = say("bin_not", **parts, whys=words.listed(reasons)) if reasons else say("bin_ran", **parts)
    return Column(scale.x(start_s), scale.width(start_s, end_s), round(done / everything, 3), title)
