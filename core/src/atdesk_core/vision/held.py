"""What is held, and what lies near the agent: a thing on the desk does not move when the agent does.

Object models are unsure of small things, and a desk is full of them. A remote control on a shelf, or the
arm of a chair beside the shoulder, may look like a phone for hours; but it does not move.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from atdesk_core.vision import tracking
from atdesk_core.vision.memory import Held, Memory
from atdesk_core.vision.quality import HEIGHT, WIDTH, Change, change_in
from atdesk_core.vision.things import MEALS, PHONES
from atdesk_sdk.detector import Box, Observation, SeenObject

_SAME_PLACE: Final = 0.3
_FORGET_S: Final = 60.0
_MOST: Final = 16
_NOISE: Final = 1.5
"""The small copy differs by no more than this where nothing moves."""
_FACTOR: Final = 2.0
_LEAST: Final = 0.5
_UNKNOWN: Final = 0.5
_STILL: Final = 0.3


def marked(
    seen: Observation, found: Sequence[SeenObject], memory: Memory, change: Change | None, at: float
) -> tuple[tuple[SeenObject, ...], Memory]:
    """The things, those that lie still marked, and the memory with their places.

    Args:
        seen: With the face in the seat.
        found: What the object models found.
        memory: Of the stream.
        change: Against the previous picture.
        at: Engine's clock, seconds.
    """
    witness = seen.seat is not None and change is not None and _moves(seen.faces[seen.seat].box, change)
    boxes = {thing.box for thing in found if thing.label in MEALS or thing.label in PHONES}
    places = {box: _place(memory.held, box, change if witness else None, at) for box in boxes}
    others = [
        place
        for place in memory.held
        if 0 <= at - place.seen_at <= _FORGET_S
        and all(tracking.overlap(place.box, box) < _SAME_PLACE for box in boxes)
    ]
    things = [replace(thing, still=_lies(places.get(thing.box))) for thing in found]
    surest = sorted(places.values(), key=lambda place: -place.box.score)
    return tuple(things), replace(memory, held=(*surest, *others)[:_MOST])


def _lies(place: Held | None) -> bool:
    return place is not None and place.lively < _STILL


def _place(known: Sequence[Held], box: Box, change: Change | None, at: float) -> Held:
    """A place one sighting further. Half of the weight lies on the newest."""
    old = max(known, key=lambda place: tracking.overlap(place.box, box), default=None)
    if old is None or tracking.overlap(old.box, box) < _SAME_PLACE:
        return Held(box, at, _UNKNOWN)
    moved = None if change is None else _moved(box, change)
    lively = old.lively if moved is None else (old.lively + moved) / 2
    return Held(box, at, lively)


def _moved(box: Box, change: Change) -> bool | None:
    """Whether a thing moved by itself; None where all of the picture moves, and so nothing can be told.

    An arm that passes before a part of it is no sign: half of it must move.
    """
    across = slice(int(box.x * WIDTH), int((box.x + box.width) * WIDTH) + 1)
    down = slice(int(box.y * HEIGHT), int((box.y + box.height) * HEIGHT) + 1)
    half = float(np.median(change.moved[down, across]))
    shaking = change.background > _NOISE
    if half > max(_NOISE, _FACTOR * change.background + _LEAST):
        return True
    return None if shaking and half > _NOISE else False


def _moves(face: Box, change: Change) -> bool:
    """Whether the agent moved: who sits quite still tells nothing of what is in the hand."""
    return change_in(change, face) > _FACTOR * change.background + _LEAST
