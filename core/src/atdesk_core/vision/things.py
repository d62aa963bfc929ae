"""When things are looked for: rarely, at once after a change, and until the outcome has repeated."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.memory import Memory, Plan
from atdesk_core.vision.quality import Change
from atdesk_sdk.detector import ObjectDetector, Observation, SeenObject

NOT_ASKED: Final = "no check asks for it"
NOT_LOADED: Final = "no object model is loaded"
NOBODY: Final = "nobody in the picture"
SEEN_LATELY: Final = "looked for lately"
_CHANGED: Final = 12.0
"""An 8 x 8 block of the small copy differs by this much: something was taken up or put down."""
_REPEATED: Final = 3
_NOTED: Final = 0.2
_BODY: Final = 0.2


@dataclass(frozen=True, slots=True)
class Search:
    """One run of the object model.

    Attributes:
        things: What it found.
        memory: With the outcome noted.
    """

    things: tuple[SeenObject, ...]
    memory: Memory


def why_not(memory: Memory, plan: Plan, change: Change | None, at: float) -> str:
    """Why things need not be looked for on this picture; empty when they are."""
    if plan.objects_s is None:
        return NOT_ASKED
    settled = memory.things_run >= _REPEATED and 0 <= at - memory.things_at < plan.objects_s
    changed = change is None or change.most >= _CHANGED
    return SEEN_LATELY if settled and not changed else ""


def somebody(seen: Observation) -> bool:
    """Whether anybody may be there who could hold a thing. A picture that cannot be judged has nobody."""
    if seen.obstacle is not None:
        return False
    return seen.seat is not None or any(body.score >= _BODY for body in seen.people or ())


def search(pixels: Pixels, memory: Memory, detector: ObjectDetector, at: float) -> Search:
    """Look for things, and note whether the outcome is the one of the last time."""
    things = tuple(detector.detect(pixels))
    outcome = _outcome(things)
    run = memory.things_run + 1 if outcome == memory.things else 1
    return Search(things, replace(memory, things=outcome, things_run=run, things_at=at))


def _outcome(things: Sequence[SeenObject]) -> tuple[str, ...]:
    return tuple(sorted({thing.label for thing in things if thing.box.score >= _NOTED}))
