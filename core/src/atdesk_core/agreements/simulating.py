"""What would recorded days have flagged under another policy? Counts by rule, never of a person. Pure.

Replayed is what the decision log holds: when something was found and when it was over. Counts that stand on
fewer than five people are withheld.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from atdesk_core.ledger import LedgerKind
from atdesk_core.policy import AbsenceRule, InputIdleRule, SitePolicy
from atdesk_core.store import LedgerRow
from atdesk_sdk import FindingKind

LEAST_PEOPLE = 5
"""Of fewer people nothing is said."""

UNKNOWN = (
    "Nobody was looked at more often than the policy of that time allowed: a policy that looks more would "
    "find more than is said here.",
    "A check that was off was not measured: nothing is known of it.",
    "People act on what they are told: with another delay some would have come back sooner, others later.",
    "Whether somebody was in a call at the end of the delay, and what a second judging would have confirmed, "
    "is not replayed.",
)
"""What the log cannot tell."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something that was so for a while.

    Attributes:
        kind: What.
        who: Random id of the agent.
        decided: When the engine knew, seconds since the epoch.
        ended: When it was over.
        since: When it began.
    """

    kind: FindingKind
    who: str
    decided: float
    ended: float
    since: float


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of one rule, then and under the other policy.

    Attributes:
        rule: Of the policy.
        was: Flags that were raised; None: withheld.
        would: Flags that there would have been; None: withheld.
        measured: False when the log holds nothing of this kind, and the rule asks for it.
    """

    rule: str
    was: int | None
    would: int | None
    measured: bool


def simulate(rows: Iterable[LedgerRow], policy: SitePolicy, until: float) -> tuple[Tally, ...]:
    """Replay the rows of one site.

    Args:
        rows: Of the decision log, in their order.
        policy: The other one, merged with what it stands under.
        until: End of what is looked at: what was not over by then ends there.
    """
    known = [row for row in rows if row.agent_ref is not None]
    was = _raised(known)
    spans = list(_spans(known, until))
    found = {span.kind for span in spans}
    tallies: list[Tally] = []
    for kind in FindingKind:
        rule = policy.rule_for(kind)
        if rule is None:
            continue
        name = kind.value.replace("absent", "absence")
        would = [span.who for span in spans if span.kind is kind and _flags(span, policy)]
        measured = not rule.enabled or kind in found
        tallies.append(Tally(name, _count(was[name]), _count(would), measured))
    return tuple(tallies)


def _flags(span: Span, policy: SitePolicy) -> bool:
    """Whether it lasted long enough to be told first and shown to a lead after that."""
    rule = policy.rule_for(span.kind)
    if rule is None or not rule.enabled:
        return False
    if isinstance(rule, InputIdleRule):
        return span.ended - span.since >= rule.idle_s + rule.agent_first_s
    if not policy.camera:
        return False
    least = rule.min_flag_s if isinstance(rule, AbsenceRule) else 0.0
    return span.ended - span.decided >= rule.agent_first_s and span.ended - span.since >= least


def _count(who: Iterable[str]) -> int | None:
    people = list(who)
    return len(people) if not people or len(set(people)) >= LEAST_PEOPLE else None


def _raised(rows: Iterable[LedgerRow]) -> Mapping[str, list[str]]:
    """Who was flagged, by rule."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        data = _data(row)
        if row.kind == LedgerKind.FLAG and data.get("what") == "raised":
            found[str(data.get("rule"))].append(str(row.agent_ref))
    return found


@dataclass(slots=True)
class _Open:
    """What is so for one agent right now: when each thing began, and when it was known."""

    things: dict[FindingKind, tuple[float, float]] = field(default_factory=dict)

    def end(self, kind: FindingKind, who: str, at: float) -> Iterator[Span]:
        if kind in self.things:
            since, decided = self.things.pop(kind)
            yield Span(kind, who, decided, max(at, decided), since)


_SEAT = (FindingKind.ABSENT, FindingKind.DIFFERENT_PERSON)


def _spans(rows: Iterable[LedgerRow], until: float) -> Iterator[Span]:
    opened: defaultdict[str, _Open] = defaultdict(_Open)
    for row in rows:
        yield from _turn(opened[str(row.agent_ref)], str(row.agent_ref), row)
    for who, one in opened.items():
        for kind in list(one.things):
            yield from one.end(kind, who, until)


def _turn(one: _Open, who: str, row: LedgerRow) -> Iterator[Span]:
    """What a row begins or ends."""
    data = _data(row)
    match row.kind:
        case LedgerKind.FINDING:
            kind = FindingKind(str(data["what"]))
            if kind in _SEAT or kind is FindingKind.PRESENT:
                yield from _seat_over(one, who, row.at, but=kind)
            if kind is not FindingKind.PRESENT:
                one.things.setdefault(kind, (float(data.get("since") or row.at), row.at))
        case LedgerKind.COULD_NOT_TELL:
            yield from _seat_over(one, who, row.at, but=None)
        case LedgerKind.FINDING_OVER:
            yield from one.end(FindingKind(str(data["what"])), who, row.at)
        case LedgerKind.INPUT if data.get("idle"):
            one.things.setdefault(FindingKind.INPUT_IDLE, (row.at, row.at))
        case LedgerKind.INPUT:
            yield from one.end(FindingKind.INPUT_IDLE, who, row.at)
        case LedgerKind.PAUSE if data.get("paused"):
            for kind in list(one.things):
                yield from one.end(kind, who, row.at)
        case _:
            pass


def _seat_over(one: _Open, who: str, at: float, but: FindingKind | None) -> Iterator[Span]:
    for kind in _SEAT:
        if kind is not but:
            yield from one.end(kind, who, at)


def _data(row: LedgerRow) -> Mapping[str, Any]:
    content = json.loads(row.data)
    return content if isinstance(content, dict) else {}
