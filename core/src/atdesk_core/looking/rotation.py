"""Who gets the next look where a stream carries only some participants at a time.

Zoom's protocol V1 shows one participant of a stream at a time, so the agents of a meeting are
visited in turn. Time in which somebody is not visited is never counted as observed.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A look that waits for a slot of its stream.

    Attributes:
        look_id: Which look.
        asked_at: Since when it waits, engine's clock.
        may_be_absent: The last picture of this person showed nobody, or somebody else.
        last_visited_at: When the person was last looked at; None never.
    """

    look_id: str
    asked_at: float
    may_be_absent: bool
    last_visited_at: float | None


def next_look(waiting: Sequence[Waiting]) -> Waiting | None:
    """Whoever may be absent first, then who has not been visited for longest, then who asked first."""
    return min(
        waiting,
        key=lambda one: (
            not one.may_be_absent,
            one.last_visited_at is not None,
            one.last_visited_at or 0.0,
            one.asked_at,
        ),
        default=None,
    )


def revisit_s(people: int, slots: int, dwell_s: float) -> float:
    """Seconds from one visit of a person to the next when everybody is quiet, for `doctor`."""
    turns = -(-people // slots)
    return turns * dwell_s
