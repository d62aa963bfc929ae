"""Why a decision was made: rows of the decision log as a chain of plain sentences. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atdesk_core.ledger.kinds import LedgerKind
from atdesk_core.ledger.sentences import in_words, sentence
from atdesk_core.store import LedgerRow

AFTERMATH_S = 120.0
"""An episode is still the reason for what is asked about so long after its end, seconds."""

BACKGROUND_S = 3600.0
"""What was known before an episode counts as its background for so long, seconds."""

_LOOKS = (LedgerKind.LOOK_OPENED, LedgerKind.LOOK_ENDED)
_BACKGROUND = (
    LedgerKind.STATE_SEEN,
    LedgerKind.PAUSE,
    LedgerKind.LOOK_SKIPPED,
    LedgerKind.LOOK_OPENED,
    LedgerKind.FINDING,
    LedgerKind.COULD_NOT_TELL,
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One link of the chain. `at` in seconds since the epoch; `seq` is the row that says so."""

    at: float
    seq: int
    text: str


def why(rows: Sequence[LedgerRow], at: float) -> tuple[Reason, ...]:
    """The chain of reasons for how things stood at a time, earliest first.

    Args:
        rows: Of one agent, or of nobody (storms, stop orders), in order of place; enough of them
            before `at` (an hour and a half is).
        at: Seconds since the epoch.

    Returns:
        Empty when the log holds nothing about that time.
    """
    known = [row for row in rows if row.at <= at]
    if not known:
        return ()
    start = _start(known, at)
    story = [*_background(known[:start], known[start].at), *known[start:]]
    return tuple(_told(story))


def _start(known: Sequence[LedgerRow], at: float) -> int:
    """Where the chain begins: with the episode that runs, or with the last thing that was decided."""
    begun: int | None = None
    for index, row in enumerate(known):
        if row.kind == LedgerKind.EPISODE:
            if _data(row).get("what") == "begun":
                begun = index
            elif row.at < at - AFTERMATH_S:
                begun = None
    if begun is not None:
        return begun
    quiet = (LedgerKind.LOOK_ENDED, LedgerKind.DROPPED)
    return max((index for index, row in enumerate(known) if row.kind not in quiet), default=0)


def _background(before: Sequence[LedgerRow], begins_at: float) -> list[LedgerRow]:
    recent = [row for row in before if row.at >= begins_at - BACKGROUND_S]
    last = {row.kind: row for row in recent if row.kind in _BACKGROUND}
    return sorted(last.values(), key=lambda row: row.seq)


def _told(story: Sequence[LedgerRow]) -> list[Reason]:
    """A sentence for each row; runs of looks in the midst of a story become one sentence."""
    reasons: list[Reason] = []
    looks: list[LedgerRow] = []
    for row in story:
        if row.kind in _LOOKS:
            looks.append(row)
            continue
        reasons += _looked(looks)
        looks = []
        reasons.append(Reason(row.at, row.seq, sentence(row.kind, _data(row))))
    return reasons + _looked(looks)


def _looked(looks: Sequence[LedgerRow]) -> list[Reason]:
    opened = [row for row in looks if row.kind == LedgerKind.LOOK_OPENED]
    if not opened:
        return []
    first = opened[0]
    if len(opened) == 1:
        return [Reason(first.at, first.seq, sentence(first.kind, _data(first)))]
    reasons = sorted({in_words(_data(row).get("reason")) for row in opened})
    return [Reason(first.at, first.seq, f"{len(opened)} looks were opened ({', '.join(reasons)})")]


def _data(row: LedgerRow) -> Mapping[str, Any]:
    content = json.loads(row.data)
    return content if isinstance(content, dict) else {}
