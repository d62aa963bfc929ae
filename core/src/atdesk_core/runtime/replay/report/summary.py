"""The head of the page: in plain words, what was found, what was not, who was told, and what it rests on."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from atdesk_core.runtime.replay.outcome import BESIDE, ReplayedFlag, ReplayedNotice, ReplayOutcome, Stretch
from atdesk_core.runtime.replay.report import words
from atdesk_core.runtime.replay.report.amounts import clock, share, span
from atdesk_core.runtime.replay.report.lanes import SEAT, length_of, name_of
from atdesk_core.runtime.replay.report.moments import flag_after, flag_name, notice_name
from atdesk_core.runtime.replay.report.pictures import nobody_enrolled
from atdesk_core.runtime.replay.report.words import counted, say, whole
from atdesk_sdk import FindingKind, NoticeKind

_PRESENT: Final = SEAT[0]
_MOST_TOLD: Final = 4
_LEAST_S: Final = 1.0
_IN_PICTURES: Final = tuple(kind for kind in BESIDE if kind is not FindingKind.INPUT_IDLE)
"""What is looked for in pictures; silence is reported, or not."""
_OF_STATE: Final = frozenset({NoticeKind.MADE_AWAY, NoticeKind.RESTORED})
"""Notices that say no more than the state that was set."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the four things to know at a glance: its title, its sentences, and its class."""

    title: str
    lines: Sequence[str]
    look: str


def headline(outcome: ReplayOutcome) -> str:
    """The page in one sentence."""
    if not outcome.frames_analysed:
        return say("head_nothing")
    seat = [one for one in outcome.stretches if one.is_finding and one.what in SEAT]
    judged_s, present_s = length_of(seat), length_of([one for one in seat if one.what == _PRESENT])
    if not judged_s:
        return say("head_unknown" if outcome.stretches else "head_too_little")
    if not present_s:
        somebody = any(one.what == SEAT[2] for one in seat)
        return say("head_never_agent" if somebody else "head_never")
    if all(one.what == _PRESENT for one in seat):
        return say("head_always")
    return say("head_share", share=share(present_s, judged_s))


def facts(outcome: ReplayOutcome) -> list[Fact]:
    """The four things to know."""
    return [
        Fact(say("found"), list(_found(outcome)), "found"),
        Fact(say("unknown"), list(_unknown(outcome)), "unknown"),
        Fact(say("told"), list(_told(outcome)), "told"),
        Fact(say("rests"), list(_rests(outcome)), "rests"),
    ]


def _found(outcome: ReplayOutcome) -> Iterator[str]:
    if not outcome.frames_analysed:
        yield say("found_unlooked")
        return
    known = [one for one in outcome.stretches if one.is_finding and one.what != _PRESENT]
    for kind in (*SEAT[1:], *BESIDE):
        some = [one for one in known if one.what == kind]
        if some:
            yield _in_words(some)
    missed = [words.FOUND[kind.value] for kind in _IN_PICTURES if kind in outcome.asked - _kinds(known)]
    if missed:
        yield say("found_not", list=words.listed([words.begun_small(name) for name in missed]))
    elif not known:
        present = any(one.what == _PRESENT for one in outcome.stretches)
        yield say("found_nothing_else" if present else "found_nothing")


def _kinds(some: Sequence[Stretch]) -> set[str]:
    return {one.what for one in some}


def _in_words(some: Sequence[Stretch]) -> str:
    length, start = span(length_of(some)), clock(some[0].start_s)
    if len(some) == 1:
        return say("found_once", name=name_of(some[0]), span=length, start=start)
    return say(
        "found_often", name=name_of(some[0]), times=counted(len(some), "time"), span=length, start=start
    )


def _unknown(outcome: ReplayOutcome) -> Iterator[str]:
    known = [one for one in outcome.stretches if not one.is_finding]
    lengths: Counter[str] = Counter()
    for one in known:
        lengths[name_of(one)] += round((one.end_s - one.start_s) * 1000)
    parts = [say("unknown_part", name=name, span=span(ms / 1000)) for name, ms in lengths.most_common()]
    if len(parts) > 1:
        yield say("unknown_sum", span=span(length_of(known)), list=words.listed(parts))
    elif parts:
        yield say("unknown_one", span=span(length_of(known)), name=next(iter(lengths)))
    unjudged_s = unjudged(outcome)
    if unjudged_s >= _LEAST_S or not outcome.stretches:
        yield say("unjudged", span=span(unjudged_s))
    elif not parts:
        yield say("unknown_none")


def unjudged(outcome: ReplayOutcome) -> float:
    """Seconds for which nothing at all was said of the seat."""
    seat = [one for one in outcome.stretches if not one.is_finding or one.what in SEAT]
    return max(outcome.duration_s - length_of(seat), 0.0)


def _told(outcome: ReplayOutcome) -> Iterator[str]:
    flags, states = outcome.flags, outcome.states
    quiet = [one for one in outcome.notices if flag_after(one, outcome) is None and one.kind not in _OF_STATE]
    yield from (_flag(flag) for flag in flags[:_MOST_TOLD])
    if len(flags) > _MOST_TOLD:
        yield say("told_more_flags", flags=counted(len(flags) - _MOST_TOLD, "flag"))
    if states:
        set_to = [say("told_state", state=_state(state), at=clock(at_s)) for at_s, state in states]
        more = len(set_to) - _MOST_TOLD
        set_to[_MOST_TOLD:] = [counted(more, "change")] if more > 0 else []
        yield say("told_states", list=words.listed(set_to))
    if quiet:
        yield say("told_quiet", times=counted(len(quiet), "time"), list=_quiet(quiet))
    if not flags:
        yield say("told_none")


def _quiet(notices: Sequence[ReplayedNotice]) -> str:
    """What the agent alone was told: each kind once, with its first time."""
    first: dict[str, float] = {}
    for one in notices:
        first.setdefault(words.begun_small(notice_name(one)), one.at_s)
    return words.listed([say("told_at", name=name, at=clock(at_s)) for name, at_s in first.items()])


def _state(state: str) -> str:
    return words.plain(state).capitalize()


def _flag(flag: ReplayedFlag) -> str:
    name, at = flag_name(flag), clock(flag.raised_s)
    if flag.told_agent_s is None:
        return say("told_flag_alone", name=name, at=at)
    return say("told_flag", name=name, at=at, told=clock(flag.told_agent_s))


def _rests(outcome: ReplayOutcome) -> Iterator[str]:
    if not outcome.frames_analysed:
        yield say("rests_nothing")
        return
    opened = counted(outcome.frames_analysed, "picture")
    schedule = words.SCHEDULES.get(outcome.schedule, words.plain(outcome.schedule))
    yield say("rests_sum", opened=opened, schedule=schedule)
    compared = sum(one.match is not None for one in outcome.observations)
    if compared:
        yield say("rests_match", count=whole(compared))
    elif nobody_enrolled(outcome.observations):
        yield say("rests_nobody")
    else:
        yield say("rests_never")
