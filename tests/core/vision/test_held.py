"""A thing that does not move while the agent does lies on the desk; who sits still tells nothing."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from atdesk_core.judging import reach
from atdesk_core.judging.object_rules import ObjectRules
from atdesk_core.vision import held
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.memory import Memory
from atdesk_core.vision.quality import Change, compare, thumbnail
from atdesk_sdk.detector import Box, Face, Observation, SeenObject

FACE = Face(Box(0.4, 0.1, 0.2, 0.3, 0.9), 128, 0.0)
SEEN = Observation("look", 0.0, 0.0, faces=(FACE,), seat=0)
PHONE = SeenObject("cell phone", Box(0.7, 0.6, 0.1, 0.15, 0.5))
PLACE = ((448, 288), (512, 360))
HEAD = ((256, 48), (384, 192))
ARM = ((448, 288), (468, 360))


def _picture(*bright: tuple[tuple[int, int], tuple[int, int]], by: int = 40) -> Pixels:
    picture = np.full((480, 640, 3), 100, np.uint8)
    for first, second in bright:
        cv2.rectangle(picture, first, second, (100 + by,) * 3, -1)
    return picture


def _change(*moved: tuple[tuple[int, int], tuple[int, int]], everywhere: int = 0) -> Change:
    """These parts of the picture, and all of it by `everywhere`, became brighter."""
    now = np.clip(_picture(*moved).astype(np.int16) + everywhere, 0, 255).astype(np.uint8)
    return compare(thumbnail(now), thumbnail(_picture()))


def _stills(*changes: Change | None, thing: SeenObject = PHONE, seen: Observation = SEEN) -> list[bool]:
    """Whether the thing is marked, in one picture a second."""
    memory, told = Memory(), []
    for at, change in enumerate(changes):
        (marked,), memory = held.marked(seen, [thing], memory, change, float(at))
        told.append(marked.still)
    return told


ONLY_THE_AGENT, BOTH, NOTHING, SHAKEN = (
    _change(HEAD),
    _change(HEAD, PLACE),
    _change(),
    _change(HEAD, everywhere=20),
)


def test_a_thing_that_lies_there_is_told_at_the_second_picture() -> None:
    assert _stills(None, ONLY_THE_AGENT, ONLY_THE_AGENT) == [False, True, True]


def test_a_thing_in_the_hand_moves_now_and_then() -> None:
    assert _stills(None, BOTH, BOTH) == [False, False, False]
    assert _stills(None, BOTH, ONLY_THE_AGENT, ONLY_THE_AGENT, BOTH) == [False, False, False, True, False]


def test_while_the_agent_sits_still_or_the_camera_shakes_nothing_is_told() -> None:
    assert _stills(None, NOTHING, NOTHING) == [False, False, False]
    assert _stills(None, SHAKEN, SHAKEN) == [False, False, False]
    assert _stills(None, None, None) == [False, False, False]
    nobody = replace(SEEN, faces=(), seat=None)
    assert _stills(None, ONLY_THE_AGENT, ONLY_THE_AGENT, seen=nobody) == [False, False, False]


def test_an_arm_that_passes_before_a_part_of_it_is_no_sign() -> None:
    assert _stills(None, _change(HEAD, ARM), _change(HEAD, ARM)) == [False, True, True]


def test_a_thing_elsewhere_is_another_thing() -> None:
    memory = Memory()
    moved = replace(PHONE, box=replace(PHONE.box, x=0.4))
    (_,), memory = held.marked(SEEN, [PHONE], memory, None, 0.0)
    (there,), memory = held.marked(SEEN, [moved], memory, ONLY_THE_AGENT, 1.0)
    assert not there.still
    (again,), memory = held.marked(SEEN, [PHONE], memory, ONLY_THE_AGENT, 2.0)
    assert again.still
    (late,), _ = held.marked(SEEN, [PHONE], memory, ONLY_THE_AGENT, 90.0)
    assert late.still
    (forgotten,), _ = held.marked(SEEN, [PHONE], replace(memory, held=()), ONLY_THE_AGENT, 90.0)
    assert not forgotten.still


def test_places_are_forgotten_and_bounded() -> None:
    memory = Memory()
    for number in range(40):
        thing = replace(PHONE, box=Box(0.02 * number, 0.5, 0.01, 0.01, 0.5))
        _, memory = held.marked(SEEN, [thing], memory, None, float(number))
    assert len(memory.held) == 16
    _, memory = held.marked(SEEN, [], memory, None, 120.0)
    assert memory.held == ()


@pytest.mark.parametrize("label", ["book", "laptop", "person"])
def test_only_what_hands_hold_is_marked(label: str) -> None:
    assert _stills(None, ONLY_THE_AGENT, ONLY_THE_AGENT, thing=replace(PHONE, label=label)) == [False] * 3


def test_what_lies_still_is_neither_a_phone_in_use_nor_eaten() -> None:
    at_the_ear = SeenObject("cell phone", Box(0.6, 0.2, 0.08, 0.12, 0.9), still=True)
    cup = SeenObject("cup", Box(0.45, 0.35, 0.1, 0.1, 0.9), still=True)
    seen = replace(SEEN, objects=(at_the_ear, cup))
    phone, food = (
        reach.phone(seen, ObjectRules(), desk_handset=False),
        reach.food_or_drink(seen, ObjectRules()),
    )
    assert phone is not None
    assert food is not None
    assert not phone.seen
    assert not food.seen
    moving = replace(seen, objects=(replace(at_the_ear, still=False), replace(cup, still=False)))
    phone, food = (
        reach.phone(moving, ObjectRules(), desk_handset=False),
        reach.food_or_drink(moving, ObjectRules()),
    )
    assert phone is not None
    assert food is not None
    assert phone.seen
    assert food.seen
    banned = reach.banned(seen, ObjectRules(), frozenset({"cup"}))
    assert banned is not None
    assert banned.seen
