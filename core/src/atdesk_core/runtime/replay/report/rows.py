"""The table of all that was found, in order of time, each row with its reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atdesk_core.runtime.replay.outcome import ReplayedFlag, ReplayedNotice, ReplayOutcome, Stretch
from atdesk_core.runtime.replay.report import words
from atdesk_core.runtime.replay.report.amounts import clock, share, span
from atdesk_core.runtime.replay.report.lanes import UNKNOWN, look_of, name_of
from atdesk_core.runtime.replay.report.moments import flag_after, flag_name, notice_name, state_name
from atdesk_core.runtime.replay.report.reasons import why
from atdesk_core.runtime.replay.report.words import say

_AT_ONCE_S = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        start_s: For the order, seconds.
        when: From when to when.
        length: How long; empty for a moment.
        look: Class of the style sheet.
        what: What it is called.
        note: Beside the name, smaller; may be empty.
        known: How long after its beginning the engine knew; empty for a moment.
        why: The reasons.
    """

    start_s: float
    when: str
    length: str
    look: str
    what: str
    note: str
    known: Sequence[str]
    why: str


def rows(outcome: ReplayOutcome) -> list[Row]:
    """All rows, in order of time."""
    return sorted(_all(outcome), key=lambda row: row.start_s)


def _all(outcome: ReplayOutcome) -> Iterator[Row]:
    for one in outcome.stretches:
        yield _stretch(one, outcome)
    for at_s, state in outcome.states:
        yield _moment(at_s, "state", say("state_title", state=words.plain(state).capitalize()), _set(state))
    for notice in outcome.notices:
        yield _notice(notice, flag_after(notice, outcome))
    for flag in outcome.flags:
        yield _flag(flag)


def _stretch(one: Stretch, outcome: ReplayOutcome) -> Row:
    when = say("from_to", start=clock(one.start_s), end=clock(one.end_s))
    name = name_of(one)
    unknown = look_of(one) == UNKNOWN
    return Row(
        one.start_s,
        when,
        span(one.end_s - one.start_s),
        look_of(one),
        say("unknown_title", name=name) if unknown else name,
        say("innocent") if unknown else "",
        list(_known(one)),
        why(one, outcome.observations),
    )


def _known(one: Stretch) -> Iterator[str]:
    """When, and on what share of the pictures where that was not all of them and `why` does not say it."""
    late_s = one.decided_s - one.start_s
    yield say("at_once") if late_s < _AT_ONCE_S else say("after", span=span(late_s))
    if one.is_finding and not one.evidence and one.confidence < 1:
        yield say("share", share=share(one.confidence, 1.0))


def _set(state: str) -> str:
    return say("sentence", text=state_name(state))


def _notice(notice: ReplayedNotice, flag: ReplayedFlag | None) -> Row:
    title, sees_s = say("notice_title", name=notice_name(notice)), notice.lead_sees_s
    if sees_s is None:
        return _moment(notice.at_s, "told", title, say("notice_why_alone"))
    key = "notice_why" if flag is None else "notice_why_flag"
    seen_s = sees_s if flag is None else flag.raised_s
    why_told = say(key, span=span(seen_s - notice.at_s), at=clock(seen_s))
    return _moment(notice.at_s, "told", title, why_told)


def _flag(flag: ReplayedFlag) -> Row:
    title, told_s = say("flag_title", name=flag_name(flag)), flag.told_agent_s
    if told_s is None:
        return _moment(flag.raised_s, "flag", title, say("flag_why_alone"))
    wait = span(flag.raised_s - told_s)
    return _moment(flag.raised_s, "flag", title, say("flag_why", at=clock(told_s), span=wait))


def _moment(at_s: float, look: str, what: str, reason: str) -> Row:
    return Row(at_s, clock(at_s), "", look, what, "", (), reason)
