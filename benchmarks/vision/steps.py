"""How often each step of the pipeline ran, and why it did not: from the documents of `replay --json`."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.figures import Figure, rate
from benchmarks.scoring import Document

STEPS = ("faces", "people", "match", "objects")


@dataclass(slots=True)
class Steps:
    """Counts over many frames.

    Attributes:
        frames: How many.
        skipped: Step to reason to how often it was left out.
    """

    frames: int = 0
    skipped: dict[str, Counter[str]] = field(default_factory=dict)

    def ran(self, step: str) -> int:
        """In how many frames it ran: nobody says so of a step that always does."""
        return self.frames - self.skipped.get(step, Counter()).total()

    def as_json(self) -> dict[str, Any]:
        """For the document."""
        return {
            "frames": self.frames,
            "steps": {
                step: {"ran": self.ran(step), "skipped": dict(self.skipped.get(step, Counter()))}
                for step in STEPS
            },
        }


def counted(documents: Iterable[Document]) -> Steps:
    """The counts of several recordings."""
    total = Steps()
    for said in documents:
        total.frames += said["frames_analysed"]
        for step, told in said["steps"].items():
            total.skipped.setdefault(step, Counter()).update(told["skipped"])
    return total


def figures(total: Steps, where: str) -> list[Figure]:
    """The share of frames in which each step ran."""
    return [rate(f"frames with the step {step}, {where}", total.ran(step), total.frames) for step in STEPS]
