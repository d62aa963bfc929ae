"""The stretches that an Away of ours covered, from the decision log: for adherence records. Pure."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from atdesk_core.ledger.kinds import LedgerKind
from atdesk_core.store import LedgerRow

KINDS: Final = (LedgerKind.CLAIM, LedgerKind.EPISODE, LedgerKind.FLAG, LedgerKind.DISPUTE)
"""Rows that tell of it."""

_ENDS = ("restored", "dropped")


@dataclass(frozen=True, slots=True)
class AwayStretch:
    """One Away of ours.

    Attributes:
        agent_ref: The agent's random id.
        site: Where.
        begins_at: When the platform confirmed it, seconds since the epoch.
        ends_at: When it was restored, or was not ours any more; None while it stands.
        ended_by: `restored`, or why it was dropped; empty while it stands.
        absent_since: Since when nobody had been seen: what it rests on.
        flag: Number of the flag that came of it; empty when there was none.
        disputed: Whether the agent disputed that flag.
        outcome: The last word on the flag, such as `dismissed` or `overturned`; empty without a flag.
    """

    agent_ref: str
    site: str
    begins_at: float
    ends_at: float | None = None
    ended_by: str = ""
    absent_since: float | None = None
    flag: str = ""
    disputed: bool = False
    outcome: str = ""

    @property
    def was_wrong(self) -> bool:
        """A person has said that the flag was wrong, so that the record has to be put right."""
        return self.outcome in ("overturned", "dismissed")


def away_stretches(rows: Sequence[LedgerRow]) -> list[AwayStretch]:
    """Every Away of ours that begins in these rows, in order of its begin.

    Args:
        rows: Of the kinds in `KINDS`, in order of place; of one agent or of many.
    """
    by_agent: defaultdict[str, list[tuple[LedgerRow, Mapping[str, Any]]]] = defaultdict(list)
    for row in rows:
        if row.agent_ref is not None:
            by_agent[row.agent_ref].append((row, json.loads(row.data)))
    found = [stretch for told in by_agent.values() for stretch in _of_one(told)]
    return sorted(found, key=lambda one: (one.begins_at, one.agent_ref))


def _of_one(told: Sequence[tuple[LedgerRow, Mapping[str, Any]]]) -> Iterator[AwayStretch]:
    flags = _flags(told)
    standing: AwayStretch | None = None
    since: float | None = None
    for row, data in told:
        what = data.get("what")
        if row.kind == LedgerKind.EPISODE and what == "begun" and data.get("finding") == "absent":
            since = data.get("since")
        if row.kind != LedgerKind.CLAIM:
            continue
        if what == "made":
            standing = AwayStretch(str(row.agent_ref), row.site, row.at, absent_since=since)
        elif what in _ENDS and standing is not None:
            why = "restored" if what == "restored" else str(data.get("why") or "dropped")
            yield _with_flag(replace(standing, ends_at=row.at, ended_by=why), flags)
            standing = None
    if standing is not None:
        yield _with_flag(standing, flags)


@dataclass(frozen=True, slots=True)
class _Flag:
    number: str
    disputed: bool
    outcome: str


def _flags(told: Iterable[tuple[LedgerRow, Mapping[str, Any]]]) -> dict[float, _Flag]:
    """The flags of absences, by since when the absence was."""
    since: dict[str, float] = {}
    last: dict[str, str] = {}
    disputed: set[str] = set()
    for row, data in told:
        number, what = str(data.get("number")), str(data.get("what"))
        if row.kind == LedgerKind.DISPUTE or (row.kind == LedgerKind.FLAG and what == "disputed"):
            disputed.add(number)
        if row.kind != LedgerKind.FLAG or what == "returned":
            continue
        last[number] = what
        if what == "raised" and data.get("rule") == "absence":
            since[number] = data["since"]
    return {at: _Flag(number, number in disputed, last[number]) for number, at in since.items()}


def _with_flag(stretch: AwayStretch, flags: Mapping[float, _Flag]) -> AwayStretch:
    flag = flags.get(stretch.absent_since) if stretch.absent_since is not None else None
    if flag is None:
        return stretch
    return replace(stretch, flag=flag.number, disputed=flag.disputed, outcome=flag.outcome)
