"""The pictures of a time, and which step of vision ran in each of them."""

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from atdesk_core.judging.signs import NOT_ENROLLED
from atdesk_core.runtime.replay.report import words
from atdesk_sdk import Observation, Obstacle

Pictures = Sequence[Observation]

STEPS: Final = ("faces", "people", "match", "objects")


def between(pictures: Pictures, start_s: float, end_s: float) -> Pictures:
    """Those from `start_s` on and before `end_s`. They are in order of time."""
    first, last = (bisect_left(pictures, at_s, key=attrgetter("received_at")) for at_s in (start_s, end_s))
    return pictures[first:last]


def ran(seen: Observation, step: str) -> bool:
    """Whether this step measured anything in this picture."""
    if step == "faces":
        return seen.obstacle is not Obstacle.UNREADABLE and not _skipped(seen, step)
    return getattr(seen, step) is not None


def why_not(seen: Observation, step: str) -> str:
    """Why it did not, in words."""
    if seen.obstacle is not None:
        return words.say("blocked", list=obstacle_name(seen))
    why = _skipped(seen, step)
    return words.SKIPPED.get(why, words.plain(why))


def obstacle_name(seen: Observation) -> str:
    """What was in the way of judging this picture; empty where nothing was."""
    if seen.obstacle is None:
        return ""
    reason = words.REASONS.get(seen.obstacle.value)
    return reason.name if reason else words.UNREADABLE


def nobody_enrolled(pictures: Pictures) -> bool:
    """Whether there was no template to compare with."""
    return any(_skipped(seen, "match") == NOT_ENROLLED for seen in pictures)


def _skipped(seen: Observation, step: str) -> str:
    return next((skip.why for skip in seen.skipped if skip.step == step), "")
