"""How often each step of the pipeline ran, and why it did not. Pure, but for the counting."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from atdesk_sdk import Observation
from benchmarks.figures import Figure, rate

STEPS = ("faces", "people", "match", "objects")
RAN = "ran"


@dataclass(slots=True)
class Steps:
    """Counts over many frames.

    Attributes:
        frames: How many.
        why: Step and reason to how often; `ran` is the reason of a step that ran.
    """

    frames: int = 0
    why: Counter[tuple[str, str]] = field(default_factory=Counter)

    def observed(self, seen: Observation) -> None:
        """Count one frame."""
        skipped = {one.step: one.why for one in seen.skipped}
        unread = skipped.get("decode")
        self.frames += 1
        for step in STEPS:
            self.why[step, unread or skipped.get(step, RAN)] += 1

    def ran(self, step: str) -> int:
        """In how many frames it ran."""
        return self.why[step, RAN]


def together(parts: Iterable[Steps]) -> Steps:
    """The counts of several recordings."""
    total = Steps()
    for part in parts:
        total.frames += part.frames
        total.why += part.why
    return total


def figures(total: Steps, where: str) -> list[Figure]:
    """The share of frames in which each step ran."""
    return [rate(f"frames with the step {step}, {where}", total.ran(step), total.frames) for step in STEPS]


def detail(total: Steps) -> Mapping[str, Any]:
    """Every step with its reasons, the most frequent first."""
    return {
        "frames": total.frames,
        "steps": {
            step: {why: count for (of, why), count in total.why.most_common() if of == step} for step in STEPS
        },
    }
