"""Somebody beside the agent: found when near, nobody's business when passing in the background."""

from collections.abc import Sequence

from benchmarks.figures import Figure, median, poisson_upper, rate
from benchmarks.scoring import Document, Event, decided_after, false_findings
from benchmarks.vision.plays import Played

KIND, NEAR, PASSING = "extra_person", "second_person_near", "background_person"


def figures(played: Sequence[Played]) -> list[Figure]:
    """The figures of the desk scenarios, with every check on."""
    near, passing = _events(played, NEAR), _events(played, PASSING)
    after = [decided_after(said, KIND, event)[:1] for said, event in near]
    flagged = sum(touches(said, KIND, event) for said, event in passing)
    waits = [seconds for one in after for seconds in one]
    wait = median(waits) if waits else None
    return [
        rate("second person near found while there", len(waits), len(near), at_least=0.85),
        Figure("... from coming near to the decision, median", wait, "s", len(waits)),
        rate("passer in the background called extra_person", flagged, len(passing), at_most=0.05),
        *_elsewhere(played),
    ]


def touches(said: Document, kind: str, event: Event) -> bool:
    """Whether a finding of a kind shares any time with an event."""
    return any(
        found["kind"] == kind and found["start_s"] < event["end_s"] and found["end_s"] > event["start_s"]
        for found in said["findings"]
    )


def _events(played: Sequence[Played], label: str) -> list[tuple[Document, Event]]:
    return [(one.said, event) for one in played for event in one.events if event["label"] == label]


def _elsewhere(played: Sequence[Played]) -> list[Figure]:
    """Findings where nobody was near, or longer than somebody was."""
    hours = sum(one.said["duration_s"] for one in played) / 3600
    false = [where for one in played for where in false_findings(one.name, one.said, one.events, KIND, NEAR)]
    return [
        Figure("extra_person beyond somebody's stay", len(false), "events", None, note=f"in {hours:.2f} h"),
        Figure("... at most, 95 %", poisson_upper(len(false)) / hours, "an hour"),
    ]


def things_in_quiet(played: Sequence[Played]) -> list[Figure]:
    """Phones, food and things found in recordings that show none."""
    hours = sum(one.said["duration_s"] for one in played) / 3600
    figures: list[Figure] = []
    for kind in ("phone", "food_or_drink", "banned_object"):
        count = sum(found["kind"] == kind for one in played for found in one.said["findings"])
        figures += [
            Figure(f"{kind} in recordings without one", count, "events", None, note=f"in {hours:.2f} h"),
            Figure("... at most, 95 %", poisson_upper(count) / hours, "an hour"),
        ]
    return figures
