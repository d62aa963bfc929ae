"""Looking for things: when, and where in the picture.

A phone or a cup is small in the picture of a desk. So the part that the agent's hands reach is cut out
and searched by itself: whatever the camera, a thing then has about the size that the models know. The
whole picture is searched only when something anywhere in it is asked for.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.faces import clipped
from atdesk_core.vision.memory import Memory, Plan
from atdesk_core.vision.quality import Change
from atdesk_sdk.detector import Box, ObjectDetector, Observation, SeenObject
from atdesk_sdk.findings import FindingKind

NOT_ASKED: Final = "no check asks for it"
NOT_LOADED: Final = "no object model is loaded"
NOBODY: Final = "nobody in the picture"
SEEN_LATELY: Final = "looked for lately"

MEALS: Final = frozenset(
    {
        *("bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich"),
        *("orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake"),
    }
)
"""Classes of food and drink."""

_SUSPECT: Final = 0.12
_HAND_HELD: Final = frozenset({FindingKind.PHONE, FindingKind.FOOD_OR_DRINK})
_ANYWHERE: Final = frozenset({FindingKind.BANNED_OBJECT, FindingKind.EXTRA_PERSON})
PERSON: Final = "person"
_BODY: Final = 0.2
_CHANGED: Final = 10.0
"""The small copy differs by this much on average: another scene, not somebody who moves."""
_REPEATED: Final = 2
PHONES: Final = frozenset({"cell phone", "remote"})
"""Classes of what a phone is taken for."""
_SIDE: Final = 4.4
"""Side of the square that hands reach, in widths of the face."""
_TALL: Final = 1.3
"""A face is this much taller than wide; one that is turned away is narrower."""
_ABOVE: Final = 0.6
_NEARLY_ALL: Final = 0.92
_LITTLE_LARGER: Final = 1.25
"""No more than this much larger by cutting out: the whole picture, searched anyway, does as well."""


def renewed(seen: Observation, memory: Memory, plan: Plan, change: Change | None) -> Memory:
    """The memory, without the outcome of earlier searches where it can have changed at once.

    That is so in another scene, after an empty seat, and when the number of faces is another one: company
    that shows no face any more may have gone, or turned away.
    """
    company = FindingKind.EXTRA_PERSON in plan.asked and len(seen.faces) != memory.things_faces
    changed = change is None or change.moved.mean() >= _CHANGED or memory.run == 1
    return replace(memory, things_run=0) if changed or company else memory


def why_not(memory: Memory, plan: Plan, at: float) -> str:
    """Why things need not be looked for on this picture; empty when they are."""
    if plan.objects_s is None:
        return NOT_ASKED
    settled = memory.things_run >= _REPEATED and 0 <= at - memory.things_at < plan.objects_s
    return SEEN_LATELY if settled else ""


def somebody(seen: Observation) -> bool:
    """Whether anybody may be there who could hold a thing. A picture that cannot be judged has nobody."""
    if seen.obstacle is not None:
        return False
    return seen.seat is not None or any(body.score >= _BODY for body in seen.people or ())


def due(memory: Memory, plan: Plan) -> frozenset[FindingKind]:
    """What to look for in this search: a meal, which takes a model of its own, every other time only.

    That is so as long as nothing hints at one, the outcome has repeated, and a phone is looked for anyway.
    """
    hinted = plan.objects_s == 0 or bool(MEALS.intersection(memory.things))
    if hinted or memory.things_run < _REPEATED or memory.things_run % 2 == 0:
        return plan.asked
    return plan.asked - {FindingKind.FOOD_OR_DRINK} if FindingKind.PHONE in plan.asked else plan.asked


def noted(seen: Observation, asked: frozenset[FindingKind], memory: Memory) -> Memory:
    """The memory with what was found of what is asked for: the same as the last time, or something new."""
    outcome = tuple(sorted({thing.label for thing in seen.objects or () if _matters(thing, asked)}))
    run = memory.things_run + 1 if outcome == memory.things else 1
    return replace(
        memory, things=outcome, things_run=run, things_at=seen.received_at, things_faces=len(seen.faces)
    )


def _matters(thing: SeenObject, asked: frozenset[FindingKind]) -> bool:
    """Whether this may be something that is asked for, or soon become so; the judging has the last word."""
    if thing.still and thing.label in PHONES | MEALS:
        return False
    if FindingKind.PHONE in asked and thing.label in PHONES:
        return thing.box.score >= 0.15
    if FindingKind.FOOD_OR_DRINK in asked and thing.label in MEALS:
        return thing.box.score >= 0.25
    return FindingKind.BANNED_OBJECT in asked and thing.label != PERSON and thing.box.score >= 0.35


def search(
    pixels: Pixels,
    seen: Observation,
    asked: frozenset[FindingKind],
    objects: ObjectDetector,
    meals: ObjectDetector | None,
) -> tuple[SeenObject, ...]:
    """The things in this picture, where they are asked for.

    Args:
        pixels: The picture, BGR.
        seen: Its faces and bodies.
        asked: What for.
        objects: Tells phones, bodies and most things.
        meals: Tells food and drink better, and so a cup from a phone; None: `objects` does it alone.
    """
    reach = region(seen, pixels)
    everywhere = list(objects.detect(pixels)) if asked & _ANYWHERE else []
    near = _near(pixels, reach, objects, everywhere) if asked & _HAND_HELD else []
    if meals is not None and (FindingKind.FOOD_OR_DRINK in asked or _may_be_a_phone(near)):
        near += [thing for thing in _within(meals, pixels, reach) if thing.label in MEALS]
    return (*near, *(thing for thing in everywhere if not near or _is_apart(thing, reach)))


def _near(
    pixels: Pixels, reach: Box, objects: ObjectDetector, everywhere: Sequence[SeenObject]
) -> list[SeenObject]:
    """Things within reach, from a search of that part; of the whole, where cutting out would gain little."""
    if everywhere and _gain(reach, pixels) < _LITTLE_LARGER:
        return [thing for thing in everywhere if not _is_apart(thing, reach)]
    return [thing for thing in _within(objects, pixels, reach) if thing.label != PERSON]


def _may_be_a_phone(near: Sequence[SeenObject]) -> bool:
    """Whether to ask the one that knows cups better before something is called a phone."""
    return any(thing.label in PHONES and thing.box.score >= _SUSPECT for thing in near)


def region(seen: Observation, pixels: Pixels) -> Box:
    """The part of the picture that the hands of whoever is in the seat reach, face included."""
    height, width = pixels.shape[:2]
    if seen.seat is None:
        return _upper_part(max(seen.people or (), key=_likely, default=_WHOLE), width / height)
    face = seen.faces[seen.seat].box
    side = _SIDE * max(face.width * width, face.height * height / _TALL)
    left = face.x + face.width / 2 - side / width / 2
    return clipped(left, face.y - _ABOVE * face.height, side / width, side / height, 1.0)


_WHOLE: Final = Box(0.0, 0.0, 1.0, 1.0, 0.0)


def _gain(part: Box, pixels: Pixels) -> float:
    """How much larger things in this part would be, cut out, than in the whole picture."""
    height, width = pixels.shape[:2]
    return float(max(height, width) / max(part.width * width, part.height * height, 1.0))


def _likely(body: Box) -> float:
    return body.score * body.width


def _upper_part(body: Box, wide: float) -> Box:
    """Of a body without a face: down to the lap, with room for the elbows."""
    tall = min(0.8 * body.height, 1.2 * body.width * wide)
    return clipped(body.x - 0.05, body.y - 0.03, body.width + 0.1, tall + 0.03, 1.0)


def _within(detector: ObjectDetector, pixels: Pixels, part: Box) -> list[SeenObject]:
    """What the detector finds in a part of the picture, in fractions of the whole picture."""
    if part.width >= _NEARLY_ALL and part.height >= _NEARLY_ALL:
        return list(detector.detect(pixels))
    height, width = pixels.shape[:2]
    left, top = int(part.x * width), int(part.y * height)
    right = max(left + 8, int((part.x + part.width) * width))
    bottom = max(top + 8, int((part.y + part.height) * height))
    cut = pixels[top:bottom, left:right]
    wide, tall = cut.shape[1] / width, cut.shape[0] / height
    return [_placed(thing, left / width, top / height, wide, tall) for thing in detector.detect(cut)]


def _placed(thing: SeenObject, left: float, top: float, wide: float, tall: float) -> SeenObject:
    box = thing.box
    placed = Box(left + box.x * wide, top + box.y * tall, box.width * wide, box.height * tall, box.score)
    return SeenObject(thing.label, placed)


def _is_apart(thing: SeenObject, part: Box) -> bool:
    """Whether the search of that part has not answered for this thing already."""
    across, down = thing.box.x + thing.box.width / 2, thing.box.y + thing.box.height / 2
    inside = part.x <= across <= part.x + part.width and part.y <= down <= part.y + part.height
    return thing.label == PERSON or not inside
