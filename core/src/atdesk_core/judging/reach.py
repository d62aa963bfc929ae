"""What one picture says of the things within the agent's reach. Pure: boxes and scores in, a signal out."""

from typing import Final

from atdesk_core.judging.object_rules import ObjectRules
from atdesk_core.judging.votes import Signal
from atdesk_sdk.detector import Box, Observation, SeenObject

_FOOD: Final = frozenset(
    {
        *("bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich"),
        *("orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake"),
    }
)


def phone(seen: Observation, rules: ObjectRules, *, desk_handset: bool) -> Signal | None:
    """A phone in the hand or at the ear; None when no search was made."""
    least = {"cell phone": rules.phone_score, "remote": rules.remote_score}
    return _best(seen, [one for one in _reachable(seen) if one.box.score >= least.get(one.label, 2.0)])


def food_or_drink(seen: Observation, rules: ObjectRules) -> Signal | None:
    """Food or drink within reach; None when no search was made."""
    least = rules.food_score
    return _best(seen, [one for one in _reachable(seen) if one.label in _FOOD and one.box.score >= least])


def banned(seen: Observation, rules: ObjectRules, classes: frozenset[str]) -> Signal | None:
    """A thing of the list anywhere in the picture; None when no search was made."""
    least = rules.banned_score
    found = [one for one in seen.objects or () if one.label in classes and one.box.score >= least]
    return _best(seen, found)


def _best(seen: Observation, found: list[SeenObject]) -> Signal | None:
    if seen.objects is None:
        return None
    best = max(found, key=lambda one: one.box.score, default=None)
    return Signal(seen=False) if best is None else Signal(True, best.box.score, best.label)


def _reachable(seen: Observation) -> list[SeenObject]:
    face = seen.faces[seen.seat].box if seen.seat is not None else None
    return [one for one in seen.objects or () if face is None or _within(one.box, face)]


def _within(box: Box, face: Box) -> bool:
    across, down = box.x + box.width / 2, box.y + box.height / 2
    left, right = face.x - 1.5 * face.width, face.x + 2.5 * face.width
    return left <= across <= right and face.y - face.height <= down <= face.y + 4 * face.height
