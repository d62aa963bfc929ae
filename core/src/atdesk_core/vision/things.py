"""Looking for things: when, and where in the picture.

A phone or a cup is small in the picture of a desk. So the part that the agent's hands reach is cut out
and searched by itself: whatever the camera, a thing then has about the size that the models know. The
whole picture is searched only when something anywhere in it is asked for.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import cv2

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.faces import clipped
from atdesk_core.vision.memory import Memory, Plan
from atdesk_core.vision.quality import Thumbnail
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

_HAND_HELD: Final = frozenset({FindingKind.PHONE, FindingKind.FOOD_OR_DRINK})
_COMPANY: Final = frozenset({FindingKind.EXTRA_PERSON})
_ANYWHERE: Final = frozenset({FindingKind.BANNED_OBJECT, FindingKind.EXTRA_PERSON})
PERSON: Final = "person"
_BODY: Final = 0.2
_CHANGED: Final = 15.0
"""The small copy differs by this much on average: another scene, not somebody who moves."""
_ANEW_S: Final = 4.0
"""In another scene the whole picture is searched again after this long, seconds."""
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


def renewed(memory: Memory, now: Thumbnail) -> Memory:
    """The memory, without the outcome of earlier searches where it can have changed at once.

    That is so in another scene than the one that was searched, and after an empty seat, which has none. The
    same scene after a hand before the camera, or after a gap, is not another one.
    """
    searched = memory.things_scene
    same = searched is not None and _apart(now, searched) < _CHANGED
    return memory if same else replace(memory, things_at=None, anywhere_new=True)


def _apart(now: Thumbnail, before: Thumbnail) -> float:
    """Mean difference of two small copies, 0..255."""
    return float(cv2.mean(cv2.absdiff(now.area_grey, before.area_grey))[0])


def why_not(due_now: frozenset[FindingKind], plan: Plan) -> str:
    """Why no thing is looked for on this picture; empty when some are."""
    if plan.objects_s is None:
        return NOT_ASKED
    return "" if due_now else SEEN_LATELY


def somebody(seen: Observation) -> bool:
    """Whether anybody may be there who could hold a thing. A picture that cannot be judged has nobody."""
    if seen.obstacle is not None:
        return False
    return seen.seat is not None or any(body.score >= _BODY for body in seen.people or ())


def due(seen: Observation, memory: Memory, plan: Plan, at: float) -> frozenset[FindingKind]:
    """What to look for on this picture: everything every few seconds, and between what is urgent.

    Company is told by faces above all, which every search gives. Who shows no face any more may have gone, or
    turned away: with another number of faces bodies are looked for as well.
    """
    if plan.objects_s is None:
        return frozenset()
    if not _is_settled(memory, at, plan.objects_s):
        return _in_turn(seen, memory, plan, at)
    urgent = plan.urgent | _COMPANY if len(seen.faces) != memory.things_faces else plan.urgent
    told_by_faces = _COMPANY if len(seen.faces) > 1 else frozenset()
    return (urgent - told_by_faces) & plan.asked


def _is_settled(memory: Memory, at: float, every_s: float) -> bool:
    """Whether this scene was searched lately. What was found there and is in doubt is urgent by itself."""
    return memory.things_at is not None and 0 <= at - memory.things_at < every_s


def _in_turn(seen: Observation, memory: Memory, plan: Plan, at: float) -> frozenset[FindingKind]:
    """What is held in the hand each time, since that comes and goes within seconds; the rest now and then.

    Without a face the whole picture has been searched for bodies by now, and for the rest with them.
    """
    held = plan.asked & _HAND_HELD
    if not held or seen.people is not None or _is_anywhere_due(memory, plan, at):
        return plan.asked
    return held


def _is_anywhere_due(memory: Memory, plan: Plan, at: float) -> bool:
    """Every other time that things are looked for; in another scene sooner, and still not at every turn."""
    if memory.anywhere_at is None or not plan.objects_s:
        return True
    after_s = _ANEW_S if memory.anywhere_new else 2 * plan.objects_s
    return not 0 <= at - memory.anywhere_at < after_s


def noted(seen: Observation, looked_for: frozenset[FindingKind], plan: Plan, memory: Memory) -> Memory:
    """The memory with when, and in which scene, what was looked for."""
    if FindingKind.EXTRA_PERSON in looked_for:
        memory = replace(memory, things_faces=len(seen.faces))
    if looked_for & _ANYWHERE:
        memory = replace(memory, anywhere_at=seen.received_at, anywhere_new=False)
    if not looked_for >= plan.asked & _HAND_HELD:
        return memory
    return replace(memory, things_scene=memory.thumbnail, things_at=seen.received_at)


def search(
    pixels: Pixels,
    seen: Observation,
    asked: frozenset[FindingKind],
    objects: ObjectDetector,
    meals: ObjectDetector | None,
    parts: ObjectDetector | None = None,
) -> tuple[SeenObject, ...]:
    """The things in this picture, where they are asked for.

    Args:
        pixels: The picture, BGR.
        seen: Its faces and bodies.
        asked: What for.
        objects: Tells phones, bodies and most things.
        meals: Tells food and drink better, and so a cup from a phone; None: `objects` does it alone.
        parts: Does the same as `objects` for the part that hands reach; None: `objects` does that too.
    """
    reach = region(seen, pixels)
    everywhere = list(objects.detect(pixels)) if asked & _ANYWHERE else []
    near = _near(pixels, reach, parts or objects, everywhere) if asked & _HAND_HELD else []
    if meals is not None and _may_be_held(near, asked):
        near += [thing for thing in _within(meals, pixels, reach) if thing.label in MEALS]
    return (*near, *(thing for thing in everywhere if not near or _is_apart(thing, reach)))


def _may_be_held(near: Sequence[SeenObject], asked: frozenset[FindingKind]) -> bool:
    """Whether to ask the one that knows cups better, and so a cup from a phone.

    It finds none where the other has no idea of one.
    """
    ideas = PHONES | MEALS if FindingKind.FOOD_OR_DRINK in asked else PHONES
    return any(thing.label in ideas for thing in near)


def _near(
    pixels: Pixels, reach: Box, objects: ObjectDetector, everywhere: Sequence[SeenObject]
) -> list[SeenObject]:
    """Things within reach, from a search of that part; of the whole, where cutting out would gain little."""
    if everywhere and _gain(reach, pixels) < _LITTLE_LARGER:
        return [thing for thing in everywhere if not _is_apart(thing, reach)]
    return [thing for thing in _within(objects, pixels, reach) if thing.label != PERSON]


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
