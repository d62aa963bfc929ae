"""What a replay said, compared with what was so. Pure: from the document of `replay --json`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# The beginning of an absence that may pass before it counts.
AWAY_GRACE_S = 5.0
OTHER_LEAST_S = 8.0
OTHER_WITHIN_S = 6.0
# A verdict may overhang the event it belongs to by the distance of two analysed frames, and some slack.
SLACK_S = 1.05
SEAT = frozenset({"present", "absent", "different_person"})
"""Findings of which at most one holds at a time."""
BLOCKED = {"dark": "too_dark", "covered": "covered", "frozen": "frozen"}

Document = Mapping[str, Any]
Event = Mapping[str, Any]
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Blocked:
    """What became of one dark, covered or frozen stretch."""

    label: str
    where: str
    said: str
    flags: int

    @property
    def right(self) -> bool:
        """It ended in could_not_tell with the right reason."""
        return self.said == BLOCKED[self.label]


@dataclass(slots=True)
class Score:
    """Counts over many recordings. Seconds are of the recordings.

    Attributes:
        watched_s: Length of all recordings.
        away_s: Labelled away, beyond the grace at the beginning of each.
        away_covered_s: Of these, within `start_s..end_s` of a finding absent.
        away_known_s: Of these, also after the engine knew.
        aways: How many absences.
        decided_after_s: From leaving to the decision, of each absence that was found.
        false_absent: Findings absent where nobody was away.
        false_other: Findings different_person where nobody else was there.
        others: Stretches with somebody else of at least 8 s.
        others_found_after_s: From sitting down to the decision, of each that was found.
        others_late: Those that were not found in time.
        blocked: Every dark, covered and frozen stretch.
        flags: Flags that were raised, by what they say.
        cpu_s: Of the replays.
    """

    watched_s: float = 0.0
    away_s: float = 0.0
    away_covered_s: float = 0.0
    away_known_s: float = 0.0
    aways: int = 0
    decided_after_s: list[float] = field(default_factory=list)
    false_absent: list[str] = field(default_factory=list)
    false_other: list[str] = field(default_factory=list)
    others: int = 0
    others_found_after_s: list[float] = field(default_factory=list)
    others_late: list[str] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    flags: dict[str, int] = field(default_factory=dict)
    cpu_s: float = 0.0


def add(
    score: Score, name: str, said: Document, events: Sequence[Event], hurried: Document | None = None
) -> None:
    """Compare one recording.

    Args:
        score: Added to.
        name: Of the recording, for the lists.
        said: Document of the replay.
        events: Of the timeline.
        hurried: Document of the same under a policy without any delay, where every finding flags at once;
            None when flags are not counted.
    """
    flags = hurried["flags"] if hurried is not None else []
    score.watched_s += said["duration_s"]
    score.cpu_s += said["cpu_s"]
    for event in events:
        if event["label"] == "away":
            _add_away(score, said, event)
        elif event["label"] == "other_person":
            _add_other(score, name, said, event)
        elif event["label"] in BLOCKED:
            score.blocked.append(_blocked(name, said, flags, event))
    score.false_absent += false_findings(name, said, events, "absent", "away")
    score.false_other += false_findings(name, said, events, "different_person", "other_person")
    for flag in flags:
        score.flags[flag["kind"]] = score.flags.get(flag["kind"], 0) + 1


def false_findings(name: str, said: Document, events: Iterable[Event], kind: str, label: str) -> list[str]:
    """Findings of a kind that do not lie inside one event with the label, slack apart."""
    spans = [
        (event["start_s"] - SLACK_S, event["end_s"] + SLACK_S) for event in events if event["label"] == label
    ]
    return [
        f"{name} {found['start_s']:.1f}-{found['end_s']:.1f}"
        for found in said["findings"]
        if found["kind"] == kind
        and not any(begin <= found["start_s"] and found["end_s"] <= end for begin, end in spans)
    ]


def _add_away(score: Score, said: Document, event: Event) -> None:
    wanted = (event["start_s"] + AWAY_GRACE_S, event["end_s"])
    absences = [found for found in said["findings"] if found["kind"] == "absent"]
    score.aways += 1
    score.away_s += max(0.0, wanted[1] - wanted[0])
    score.away_covered_s += sum(_shared(wanted, (one["start_s"], one["end_s"])) for one in absences)
    score.away_known_s += sum(
        _shared(wanted, (max(one["start_s"], one["decided_s"]), one["end_s"])) for one in absences
    )
    score.decided_after_s += decided_after(said, "absent", event)[:1]


def _add_other(score: Score, name: str, said: Document, event: Event) -> None:
    if event["end_s"] - event["start_s"] < OTHER_LEAST_S:
        return
    found = decided_after(said, "different_person", event)[:1]
    score.others += 1
    score.others_found_after_s += found
    if not found or found[0] > OTHER_WITHIN_S:
        score.others_late.append(f"{name} {event['start_s']:.1f}-{event['end_s']:.1f}: {found}")


def decided_after(said: Document, kind: str, event: Event) -> list[float]:
    """Seconds from the event's beginning to each decision that fell within it."""
    return [
        round(found["decided_s"] - event["start_s"], 3)
        for found in said["findings"]
        if found["kind"] == kind and event["start_s"] <= found["decided_s"] <= event["end_s"]
    ]


def _blocked(name: str, said: Document, flags: Sequence[Mapping[str, Any]], event: Event) -> Blocked:
    """What stood half a second before the end, and the flags that were raised in it."""
    at_s = event["end_s"] - 0.5
    span = (event["start_s"], event["end_s"] + SLACK_S)
    raised = sum(span[0] <= flag["raised_s"] <= span[1] for flag in flags)
    where = f"{name} {event['start_s']:.1f}-{event['end_s']:.1f}"
    return Blocked(event["label"], where, said_at(said, at_s), raised)


def said_at(said: Document, at_s: float) -> str:
    """Who was found in the seat at a time, or the reason of could_not_tell; empty when neither held.

    Company, phones and things stand beside that, and are left out.
    """
    in_seat = [one for one in said["findings"] if one["kind"] in SEAT]
    found = [(one["start_s"], one["end_s"], one["kind"]) for one in in_seat]
    found += [(one["start_s"], one["end_s"], one["reason"]) for one in said["could_not_tell"]]
    return next((what for begin, end, what in sorted(found, reverse=True) if begin <= at_s <= end), "")


def _shared(one: Span, other: Span) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))
