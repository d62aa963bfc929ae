"""What was said of each event of a timeline. Pure: from the document of `replay --json`.

Findings may stand beside each other: somebody is present, and holds a phone. An event is called by a
finding's name when that finding covers part of the event's core, the event without the first and the last
1.05 s (one analysed frame, and some slack): photos follow each other without a pause, so a finding of one
may hang over into the next by a frame. It is found in time when it was also decided before the event,
and the same slack, was over.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.figures import Figure, rate, share_upper
from benchmarks.scoring import SLACK_S, Document, Event, said_at


@dataclass(frozen=True, slots=True)
class Seen:
    """One event and what was said of it.

    Attributes:
        label: Of the event.
        photo: Which photo was shown, or the name of the recording.
        tags: Of the photo.
        called: Kinds of the findings that cover its core.
        in_time: Those of them that were decided before it was over.
        said: The presence finding or the reason of could_not_tell half a second before its end.
    """

    label: str
    photo: str
    tags: frozenset[str]
    called: frozenset[str]
    in_time: frozenset[str]
    said: str


def core(event: Event) -> tuple[float, float]:
    """The event without its edges; of a short one, its middle."""
    begin, end = event["start_s"] + SLACK_S, event["end_s"] - SLACK_S
    middle = (event["start_s"] + event["end_s"]) / 2
    return (begin, end) if begin < end else (middle, middle)


def seen(name: str, said: Document, event: Event, tags: frozenset[str] = frozenset()) -> Seen:
    """What was said of one event."""
    begin, end = core(event)
    over = [one for one in said["findings"] if one["start_s"] <= end and one["end_s"] >= begin]
    last_s = event["end_s"] + SLACK_S
    return Seen(
        label=event["label"],
        photo=event.get("photo", name),
        tags=tags,
        called=frozenset(one["kind"] for one in over),
        in_time=frozenset(one["kind"] for one in over if one["decided_s"] <= last_s),
        said=said_at(said, event["end_s"] - 0.5),
    )


Which = Callable[[Seen], bool]


def labelled(*labels: str) -> Which:
    """Events with one of these labels."""
    return lambda one: one.label in labels


def but(*labels: str) -> Which:
    """Events with none of these labels."""
    return lambda one: one.label not in labels


def without(tag: str, which: Which) -> Which:
    """Of some events those whose photo does not have this tag."""
    return lambda one: which(one) and tag not in one.tags


def tagged(tag: str) -> Which:
    """Events whose photo has this tag."""
    return lambda one: tag in one.tags


def found(
    what: str, events: Sequence[Seen], which: Which, kind: str, *, at_least: float | None = None
) -> Figure:
    """Share of these events that were found in time."""
    shown = [one for one in events if which(one)]
    hits = sum(kind in one.in_time for one in shown)
    return rate(what, hits, len(shown), at_least=at_least, note=photos(shown))


def wrongly(
    what: str, events: Sequence[Seen], which: Which, kind: str, *, at_most: float | None = None
) -> Figure:
    """Share of these events that were called by a name that is not theirs."""
    shown = [one for one in events if which(one)]
    hits = [one for one in shown if kind in one.called]
    return rate(what, len(hits), len(shown), at_most=at_most, note=photos(shown))


def precision(
    what: str, events: Sequence[Seen], which: Which, kind: str, *, at_least: float | None = None
) -> Figure:
    """Of all events that were called by a name, the share that deserve it."""
    called = [one for one in events if kind in one.called]
    return rate(what, sum(which(one) for one in called), len(called), at_least=at_least, note=photos(called))


def never(what: str, events: Sequence[Seen], which: Which, kind: str) -> list[Figure]:
    """How many of these events were called by a name that none of them may be called by."""
    shown = [one for one in events if which(one)]
    hits = [one for one in shown if kind in one.called]
    note = "; ".join(f"{name} {count}" for name, count in Counter(one.photo for one in hits).most_common(5))
    bound = share_upper(len(hits), len(shown)) if shown else None
    return [
        Figure(what, len(hits), "events", len(shown), at_most=0, note=note or photos(shown)),
        Figure("... share at most, 95 %", bound, "", len(shown)),
    ]


def photos(events: Sequence[Seen]) -> str:
    """How many different photos or recordings stand behind the events."""
    return f"{len({one.photo for one in events})} different"


def by_label(events: Iterable[Seen]) -> dict[str, dict[str, object]]:
    """For the document: each label with its n, what it was called, and what stood at the end."""
    known: dict[str, list[Seen]] = {}
    for one in events:
        known.setdefault(one.label, []).append(one)
    return {
        label: {
            "n": len(shown),
            "different": len({one.photo for one in shown}),
            "called": dict(Counter(kind for one in shown for kind in one.called).most_common()),
            "found_in_time": dict(Counter(kind for one in shown for kind in one.in_time).most_common()),
            "at_the_end": dict(Counter(one.said or "nothing" for one in shown).most_common()),
        }
        for label, shown in sorted(known.items())
    }
