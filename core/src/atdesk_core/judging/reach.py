"""What one picture says of the things within the agent's reach. Pure: boxes and scores in, a signal out.

A phone counts in the hand or at the ear, food and drink at the mouth or in the hand; what stands on the
desk is nobody's business. A thing of the site's own list counts anywhere in the picture.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from atdesk_core.judging.object_rules import ObjectRules
from atdesk_core.judging.votes import Signal
from atdesk_sdk.detector import Box, Observation, SeenObject
from atdesk_sdk.findings import FindingKind

MEALS: Final = frozenset(
    {
        *("bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich"),
        *("orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake"),
    }
)
"""Classes of food and drink."""
_PHONE: Final = "cell phone"
_REMOTE: Final = "remote"
_UPPER: Final = 0.2
_CHIN: Final = 1.0
_EAR_FROM, _EAR_TO = 0.2, 1.3
_PHONE_LENGTH: Final = (0.2, 1.2)
_BESIDE_THE_HEAD, _OUTWARDS = 0.7, 0.78
_MASK_WIDTH: Final = 0.55
_FACE_HALF: Final = 0.5
_MOUTH: Final = 0.7
_VESSELS: Final = frozenset({"bottle", "wine glass", "cup"})
_MEAL_LEAST, _MEAL_MOST, _VESSEL_MOST = 0.25, 1.6, 1.15
_BODY_SCORE: Final = 0.2
_BODY_SHARE: Final = 0.35
_SAME_PLACE: Final = 0.4
_BOTH: Final = 0.3
_SURER: Final = 0.05
_HAND_MOST: Final = 1.3
_MOST_OF_IT: Final = 0.7


@dataclass(frozen=True, slots=True)
class Place:
    """Where a thing is, against the face in the seat.

    Attributes:
        across: Its middle from the middle of the face, in face widths; left is negative.
        down: Its middle from the upper edge of the face, in face heights.
        wide: In face widths.
        tall: In face heights.
    """

    across: float
    down: float
    wide: float
    tall: float


def phone(seen: Observation, rules: ObjectRules, *, desk_handset: bool) -> Signal | None:
    """A phone in the hand or at the ear; None when no search was made."""
    found = [thing for thing in _phones(seen, rules) if _is_in_use(thing, seen, rules, desk_handset)]
    return _best(seen, FindingKind.PHONE, [thing for thing in found if not _is_rather_a_meal(thing, seen)])


def food_or_drink(seen: Observation, rules: ObjectRules) -> Signal | None:
    """Food or drink at the mouth or in the hand; None when no search was made."""
    meals = [thing for thing in _labelled(seen, MEALS) if not thing.still]
    found = [thing for thing in meals if _is_eaten(thing, seen, rules)]
    clear = [thing for thing in found if not _is_rather_a_phone(thing, seen, rules)]
    return _best(seen, FindingKind.FOOD_OR_DRINK, clear)


def banned(seen: Observation, rules: ObjectRules, classes: frozenset[str]) -> Signal | None:
    """A thing of the list anywhere in the picture; None when no search was made."""
    found = [thing for thing in _labelled(seen, classes) if thing.box.score >= rules.banned_score]
    return _best(seen, FindingKind.BANNED_OBJECT, found)


def was_looked_for(seen: Observation, kind: FindingKind) -> bool:
    """Whether things of this kind were searched for; a search for others says nothing of them."""
    return seen.objects is not None and all(skip.step != kind for skip in seen.skipped)


def place(box: Box, face: Box) -> Place:
    """Where a box is against a face."""
    return Place(
        across=(_across(box) - _across(face)) / face.width,
        down=(_down(box) - face.y) / face.height,
        wide=box.width / face.width,
        tall=box.height / face.height,
    )


def _is_in_use(thing: SeenObject, seen: Observation, rules: ObjectRules, desk_handset: bool) -> bool:
    if seen.seat is None:
        return thing.box.score >= rules.phone_score_faceless and _is_held_by_a_body(thing.box, seen)
    if thing.box.score < rules.phone_score:
        return False
    at = place(thing.box, seen.faces[seen.seat].box)
    if abs(at.across) > _arms_reach(at.down, rules) or not _UPPER <= at.down <= rules.phone_down:
        return False
    if not _PHONE_LENGTH[0] <= max(at.wide, at.tall) <= _PHONE_LENGTH[1] or _is_a_mask(at):
        return False
    return desk_handset or not _is_a_handset(at, rules)


def _arms_reach(down: float, rules: ObjectRules) -> float:
    """How far to the side a hand holds a phone: at the ear close to the head, further down further out."""
    return min(rules.phone_across, _BESIDE_THE_HEAD + _OUTWARDS * down)


def _is_a_mask(at: Place) -> bool:
    """What covers the middle of the face: a phone at the ear is narrow, and at its side."""
    inside = abs(at.across) < _FACE_HALF and at.down < _CHIN
    return inside and (at.wide > _MASK_WIDTH or abs(at.across) < _EAR_FROM)


def _is_a_handset(at: Place, rules: ObjectRules) -> bool:
    """At the ear, and longer than mobile phones are: a face is about 20 cm high."""
    at_ear = _EAR_FROM <= abs(at.across) <= _EAR_TO and at.down <= _EAR_TO
    return at_ear and max(at.wide, at.tall) >= rules.handset_length


def _is_held_by_a_body(box: Box, seen: Observation) -> bool:
    """Somebody bends over it, or is cut off above: a thing before the body, and much smaller."""
    body = max(seen.people or (), key=lambda one: one.score * one.width, default=None)
    if body is None or body.score < _BODY_SCORE:
        return False
    return _holds(body, box) and box.area <= _BODY_SHARE * body.area


def _phones(seen: Observation, rules: ObjectRules) -> list[SeenObject]:
    """What may be a phone and does not lie still."""
    return [_with_remote(thing, seen, rules) for thing in _labelled(seen, {_PHONE}) if not thing.still]


def _with_remote(thing: SeenObject, seen: Observation, rules: ObjectRules) -> SeenObject:
    """The models waver between phone and remote control: what looks like both is the surer a phone."""
    remotes = [one for one in _labelled(seen, {_REMOTE}) if _overlap(one.box, thing.box) >= _BOTH]
    support = rules.remote_share * max((one.box.score for one in remotes), default=0.0)
    return replace(thing, box=replace(thing.box, score=min(1.0, thing.box.score + support)))


def _is_rather_a_meal(thing: SeenObject, seen: Observation) -> bool:
    """Whether food or drink is surer in the same place: a cup that looks a little like a phone is a cup."""
    surer = [one for one in _labelled(seen, MEALS) if one.box.score >= thing.box.score + _SURER]
    return any(
        _overlap(one.box, thing.box) >= _SAME_PLACE or _covers(one.box, thing.box, seen) for one in surer
    )


def _is_rather_a_phone(thing: SeenObject, seen: Observation, rules: ObjectRules) -> bool:
    """Whether there may be a phone in the same place, and this is not clearly surer."""
    rivals = [one for one in _phones(seen, rules) if one.box.score + _SURER > thing.box.score]
    return any(
        _overlap(one.box, thing.box) >= _SAME_PLACE or _covers(thing.box, one.box, seen) for one in rivals
    )


def _covers(meal: Box, box: Box, seen: Observation) -> bool:
    """Whether what is eaten, of a size for a hand, covers most of this box."""
    if seen.seat is None:
        return False
    at = place(meal, seen.faces[seen.seat].box)
    return max(at.wide, at.tall) <= _HAND_MOST and _shared(meal, box) >= _MOST_OF_IT * box.area


def _is_eaten(thing: SeenObject, seen: Observation, rules: ObjectRules) -> bool:
    if seen.seat is None or thing.box.score < rules.food_score:
        return False
    at = place(thing.box, seen.faces[seen.seat].box)
    near = abs(at.across) <= rules.food_across and _MOUTH <= at.down <= rules.food_down
    most = _VESSEL_MOST if thing.label in _VESSELS else _MEAL_MOST
    return near and at.wide >= _MEAL_LEAST and max(at.wide, at.tall) <= most


def _labelled(seen: Observation, labels: Collection[str]) -> list[SeenObject]:
    return [thing for thing in seen.objects or () if thing.label in labels]


def _best(seen: Observation, kind: FindingKind, found: list[SeenObject]) -> Signal | None:
    if not was_looked_for(seen, kind):
        return None
    best = max(found, key=lambda one: one.box.score, default=None)
    return Signal(seen=False) if best is None else Signal(True, best.box.score, best.label)


def _holds(outer: Box, inner: Box) -> bool:
    across, down = _across(inner), _down(inner)
    return outer.x <= across <= outer.x + outer.width and outer.y <= down <= outer.y + outer.height


def _across(box: Box) -> float:
    return box.x + box.width / 2


def _down(box: Box) -> float:
    return box.y + box.height / 2


def _overlap(first: Box, second: Box) -> float:
    """Intersection over union, 0..1."""
    shared = _shared(first, second)
    return shared / max(first.area + second.area - shared, 1e-9)


def _shared(first: Box, second: Box) -> float:
    """Area of the intersection."""
    wide = min(first.x + first.width, second.x + second.width) - max(first.x, second.x)
    tall = min(first.y + first.height, second.y + second.height) - max(first.y, second.y)
    return max(0.0, wide) * max(0.0, tall)
