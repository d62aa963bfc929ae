"""What happened, out of the decision log: the rows that are about one flag, and what they amount to. Pure.

Whatever else the log holds about the agent is left out: other findings, other flags, states, and the reason
of a pause.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from atdesk_core.ledger import LedgerKind
from atdesk_core.ledger.schema import FOR_THE_AGENT
from atdesk_core.store import FlagRow, LedgerRow

BEFORE_S: Final = 120.0
"""So long before the thing began the story begins: the look in which it was first seen."""

_OF_THE_FLAG: Final = frozenset(
    {
        LedgerKind.FLAG,
        LedgerKind.LEAD_ACTION,
        LedgerKind.FLAG_VIEWED,
        LedgerKind.DISPUTE,
        LedgerKind.REVIEW,
        LedgerKind.STILL_KEPT,
        LedgerKind.STILL_REFUSED,
        LedgerKind.STILL_VIEWED,
        LedgerKind.STILL_PURGED,
    }
)
_OF_THE_FINDING: Final = {
    LedgerKind.EPISODE: "finding",
    LedgerKind.FINDING: "what",
    LedgerKind.FINDING_OVER: "what",
}
_ALONG: Final = frozenset({LedgerKind.NOTICE, LedgerKind.STATE_WRITE, LedgerKind.CLAIM, LedgerKind.PAUSE})
_TOLD_OF_A_PAUSE: Final = ("paused", "by", "what", "number")


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `data`: as the log has it, without what is nobody's business here."""

    at: float
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """Of one flag.

    Attributes:
        moments: In their order.
        told_at: When a notice first reached the agent; None: none did.
        looks: Looks that were opened from the beginning until the flag.
        frames: Pictures that were opened in them.
    """

    moments: tuple[Moment, ...]
    told_at: float | None
    looks: int
    frames: int


def story_of(flag: FlagRow, rows: Iterable[LedgerRow]) -> Story:
    """The story of a flag.

    Args:
        flag: Which.
        rows: Of its agent, in order of place, from `BEFORE_S` before it began.
    """
    read = [Moment(row.at, row.kind, _data(row)) for row in rows]
    before = [one for one in read if flag.since - BEFORE_S <= one.at <= flag.raised_at]
    theirs = {one.data.get("look_id") for one in read if _is_for_the_agent(one)}
    ended = [
        one for one in before if one.kind == LedgerKind.LOOK_ENDED and one.data.get("look_id") not in theirs
    ]
    notices = (one for one in _during(flag, read) if one.kind == LedgerKind.NOTICE)
    told = (one.at for one in notices if one.data.get("reached"))
    return Story(
        tuple(_told(flag, read)),
        next(told, None) if flag.agent_reached else None,
        len(ended),
        sum(int(one.data.get("frames") or 0) for one in ended),
    )


def _is_for_the_agent(one: Moment) -> bool:
    """A look that the agent asked for: nothing was judged by it, and it is nobody else's business."""
    return one.kind == LedgerKind.LOOK_OPENED and one.data.get("reason") in FOR_THE_AGENT


def _told(flag: FlagRow, read: Iterable[Moment]) -> Iterator[Moment]:
    moments = list(read)
    during = set(map(id, _during(flag, moments)))
    for one in moments:
        if one.kind in _OF_THE_FLAG:
            if one.data.get("number") == flag.number:
                yield one
        elif id(one) in during and _belongs(flag, one):
            yield _trimmed(one)


def _during(flag: FlagRow, read: Iterable[Moment]) -> list[Moment]:
    """From the first sign of it until it was over, or the flag closed."""
    until = max(flag.raised_at, flag.closed_at or 0.0, flag.returned_at or 0.0) + 1.0
    moments = [one for one in read if one.at <= until]
    begun = next(
        (
            place
            for place, one in reversed(list(enumerate(moments)))
            if one.kind == LedgerKind.EPISODE
            and one.data.get("what") == "begun"
            and one.data.get("finding") == flag.finding
            and one.at <= flag.raised_at
        ),
        None,
    )
    if begun is None:
        return [one for one in moments if one.at >= flag.since]
    first = moments[begun].at - 1.0
    return [one for one in moments if one.at >= first]


def _belongs(flag: FlagRow, one: Moment) -> bool:
    named_by = next((name for kind, name in _OF_THE_FINDING.items() if kind == one.kind), None)
    if named_by is not None:
        return bool(one.data.get(named_by) == flag.finding)
    return one.kind in _ALONG


def _trimmed(one: Moment) -> Moment:
    if one.kind != LedgerKind.PAUSE:
        return one
    return Moment(one.at, one.kind, {name: one.data[name] for name in _TOLD_OF_A_PAUSE if name in one.data})


def _data(row: LedgerRow) -> Mapping[str, Any]:
    try:
        content = json.loads(row.data)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
