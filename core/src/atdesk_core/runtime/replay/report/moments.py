"""What the agent was told, what state was set, and what a lead would have seen: when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from atdesk_core.runtime.replay.outcome import ReplayedFlag, ReplayedNotice, ReplayOutcome
from atdesk_core.runtime.replay.report import words
from atdesk_core.runtime.replay.report.amounts import clock, span
from atdesk_core.runtime.replay.report.lanes import Bar, Lane
from atdesk_core.runtime.replay.report.scale import Label, Scale, beside, inside
from atdesk_core.runtime.replay.report.words import say

_CLEAR_PX: Final = 12
"""From the middle of a mark to the text beside it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened at a time; `until_s` is when what follows from it does.

    `title` is all of it in words, `text` what stands beside it if there is room.
    """

    at_s: float
    until_s: float
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment in a lane.

    Attributes:
        x: Percent of the line.
        wait: How far it is to what follows from it, percent; 0 for none.
        title: All of it in words.
        label: Its text, if there is room.
    """

    x: float
    wait: float
    title: str
    label: Label | None


@dataclass(frozen=True, slots=True)
class Moments:
    """A lane of moments. `look` is the class of the style sheet, `alt` the lane in words."""

    name: str
    note: str
    look: str
    alt: str
    marks: Sequence[Mark]


def flag_name(flag: ReplayedFlag) -> str:
    """What a flag is about."""
    return words.FOUND.get(flag.kind, words.plain(flag.kind))


def notice_name(notice: ReplayedNotice) -> str:
    """What a notice is about."""
    names = {**words.FOUND, **words.NOTICES}
    return names.get(notice.kind, words.plain(notice.kind).capitalize())


def flag_after(notice: ReplayedNotice, outcome: ReplayOutcome) -> ReplayedFlag | None:
    """The flag that came of a notice; None where it came to none."""
    if notice.lead_sees_s is None:
        return None
    return next(
        (one for one in outcome.flags if (one.kind, one.told_agent_s) == (notice.kind, notice.at_s)), None
    )


def state_name(state: str) -> str:
    """What a state is called."""
    return words.STATES.get(state, words.plain(state).capitalize())


def told_lane(outcome: ReplayOutcome, scale: Scale) -> Moments | None:
    """When the agent was told, with the time that the agent had before a lead would see it."""
    told = [_told(one, flag_after(one, outcome)) for one in outcome.notices]
    return _lane("told", say("lane_told"), told, scale)


def flag_lane(outcome: ReplayOutcome, scale: Scale) -> Moments | None:
    """When a lead would have seen a flag."""
    return _lane("flag", say("lane_flags"), [_flag(one) for one in outcome.flags], scale)


def state_lane(outcome: ReplayOutcome, scale: Scale) -> Lane | None:
    """The states that the engine set, each until the next."""
    states = outcome.states
    if not states:
        return None
    ends = [at_s for at_s, _ in states[1:]] + [outcome.duration_s]
    bars = [_state(state, at_s, end_s, scale) for (at_s, state), end_s in zip(states, ends, strict=True)]
    name, note = say("lane_state"), words.counted(len(states), "change")
    alt = say("marks_alt", lane=name, list=words.listed([bar.title for bar in bars]))
    return Lane(name, note, "state", alt, bars)


def _told(notice: ReplayedNotice, flag: ReplayedFlag | None) -> Moment:
    name, at = notice_name(notice), clock(notice.at_s)
    if flag is None:
        return Moment(notice.at_s, notice.at_s, say("mark", name=name, at=at), at)
    title = say("wait", name=name, start=at, end=clock(flag.raised_s))
    return Moment(notice.at_s, flag.raised_s, title, span(flag.raised_s - notice.at_s))


def _flag(flag: ReplayedFlag) -> Moment:
    at = clock(flag.raised_s)
    return Moment(flag.raised_s, flag.raised_s, say("mark", name=flag_name(flag), at=at), at)


def _state(state: str, at_s: float, end_s: float, scale: Scale) -> Bar:
    title = say("state_bar", name=state_name(state), start=clock(at_s), end=clock(end_s))
    label = inside(words.plain(state).capitalize(), scale.x(at_s), scale.x(end_s))
    return Bar(scale.x(at_s), scale.width(at_s, end_s), title, label=label)


def _lane(look: str, name: str, moments: Sequence[Moment], scale: Scale) -> Moments | None:
    if not moments:
        return None
    moments = sorted(moments, key=lambda one: one.at_s)
    alt = say("marks_alt", lane=name, list=words.listed([one.title for one in moments]))
    return Moments(name, words.counted(len(moments), "time"), look, alt, list(_marks(moments, scale)))


def _marks(moments: Sequence[Moment], scale: Scale) -> Iterator[Mark]:
    """Each with its text beside it, unless it lies within the wait of another. No two texts share a gap."""
    taken = waiting = 0.0
    nexts = [*(scale.x(one.at_s) for one in moments), 100.0][1:]
    for one, until in zip(moments, nexts, strict=True):
        start, end = scale.x(one.at_s), scale.x(one.until_s)
        within = start < waiting
        label = None if within else beside(one.text, start, end, (taken, until), _CLEAR_PX)
        waiting = max(waiting, end)
        taken = until if label is not None and label.anchor == "start" else end
        yield Mark(start, round(end - start, 3), one.title, label)
