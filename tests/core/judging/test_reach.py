"""A thing counts in the hand, at the ear or at the mouth; not on the desk, nor when it is rather another."""

from dataclasses import replace

import pytest

from atdesk_core.judging import reach
from atdesk_core.judging.object_rules import ObjectRules
from atdesk_core.judging.votes import Signal
from atdesk_sdk.detector import Box, Face, Observation, SeenObject

RULES = ObjectRules()
FACE = Face(Box(0.4, 0.2, 0.2, 0.3, 0.9), 128, 0.0)


def at(
    label: str, across: float, down: float, *, wide: float = 0.4, tall: float = 0.4, score: float = 0.5
) -> SeenObject:
    """A thing by its place: its middle in faces from the middle, and from the upper edge, of the face."""
    width, height = wide * FACE.box.width, tall * FACE.box.height
    x = FACE.box.x + FACE.box.width / 2 + across * FACE.box.width - width / 2
    y = FACE.box.y + down * FACE.box.height - height / 2
    return SeenObject(label, Box(x, y, width, height, score))


def seen(*things: SeenObject) -> Observation:
    """Somebody in the seat, with these things."""
    return Observation("look", 0.0, 0.0, faces=(FACE,), seat=0, objects=things)


def bent(body: Box, *things: SeenObject) -> Observation:
    """A body without a face."""
    return Observation("look", 0.0, 0.0, people=(body,), objects=things)


def phone(observation: Observation, *, desk_handset: bool = False) -> Signal:
    signal = reach.phone(observation, RULES, desk_handset=desk_handset)
    assert signal is not None
    return signal


def food(observation: Observation) -> Signal:
    signal = reach.food_or_drink(observation, RULES)
    assert signal is not None
    return signal


def test_a_place_is_told_in_faces() -> None:
    place = reach.place(at("cup", -1.5, 2.0, wide=0.5, tall=0.7).box, FACE.box)
    assert (place.across, place.down, place.wide, place.tall) == pytest.approx((-1.5, 2.0, 0.5, 0.7))


def test_no_search_is_no_answer() -> None:
    unsearched = Observation("look", 0.0, 0.0, faces=(FACE,), seat=0)
    assert reach.phone(unsearched, RULES, desk_handset=False) is None
    assert reach.food_or_drink(unsearched, RULES) is None
    assert reach.banned(unsearched, RULES, frozenset({"book"})) is None


def test_nothing_found_is_an_answer() -> None:
    assert phone(seen()) == food(seen()) == Signal(seen=False)


@pytest.mark.parametrize(
    ("across", "down"), [(0.6, 0.6), (-0.6, 0.8), (0.5, 1.0), (0.0, 1.5), (-1.9, 1.7), (1.0, 2.4)]
)
def test_a_phone_at_the_ear_or_in_the_hand_counts(across: float, down: float) -> None:
    signal = phone(seen(at("cell phone", across, down, wide=0.3)))
    assert (signal.seen, signal.what) == (True, "cell phone")
    assert signal.score == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("across", "down"),
    [(2.2, 1.5), (-2.2, 1.5), (0.0, 2.7), (0.0, 0.1), (1.0, -0.5), (1.3, 0.6), (-1.6, 0.9)],
)
def test_a_phone_on_the_desk_or_on_the_wall_does_not(across: float, down: float) -> None:
    assert not phone(seen(at("cell phone", across, down))).seen


@pytest.mark.parametrize(
    ("across", "down", "wide", "tall"),
    [
        (0.0, 0.7, 0.9, 0.7),
        (0.3, 0.8, 0.7, 0.6),
        (0.1, 0.7, 0.2, 0.2),
        (0.0, 1.5, 1.5, 1.0),
        (0.6, 0.6, 0.05, 0.1),
    ],
)
def test_a_mask_and_what_has_not_the_size_of_a_phone_do_not(
    across: float, down: float, wide: float, tall: float
) -> None:
    assert not phone(seen(at("cell phone", across, down, wide=wide, tall=tall))).seen


def test_a_weak_phone_counts_when_it_looks_like_a_remote_control_too() -> None:
    weak = at("cell phone", 0.6, 0.7, score=0.16)
    assert not phone(seen(weak)).seen
    both = phone(seen(weak, at("remote", 0.62, 0.7, score=0.2)))
    assert both.seen
    assert both.score == pytest.approx(0.26)
    assert not phone(seen(weak, at("remote", 1.8, 2.0, score=0.2))).seen
    assert (
        phone(seen(replace(weak, box=replace(weak.box, score=0.9)), at("remote", 0.6, 0.7, score=0.9))).score
        == 1
    )


def test_a_remote_control_alone_is_no_phone() -> None:
    assert not phone(seen(at("remote", 0.6, 1.5, score=0.9))).seen


def test_a_cup_that_looks_a_little_like_a_phone_is_a_cup() -> None:
    like_a_phone = at("cell phone", -0.6, 0.9, wide=0.5, score=0.3)
    assert not phone(seen(like_a_phone, at("cup", -0.6, 0.9, wide=0.5, score=0.4))).seen
    assert not phone(seen(like_a_phone, at("wine glass", -0.7, 1.0, wide=1.1, tall=1.1, score=0.4))).seen
    # Neither a table beneath everything nor a cup elsewhere, nor one that is hardly surer.
    assert phone(seen(like_a_phone, at("cake", -0.6, 0.9, wide=2.0, tall=1.5, score=0.4))).seen
    assert phone(seen(like_a_phone, at("cup", 0.6, 1.5, score=0.9))).seen
    assert phone(seen(like_a_phone, at("cup", -0.6, 0.9, wide=0.5, score=0.32))).seen


def test_the_handset_of_a_desk_telephone_is_a_setting_of_its_own() -> None:
    handset = seen(at("cell phone", 0.6, 0.7, wide=0.3, tall=1.0))
    assert not phone(handset).seen
    assert phone(handset, desk_handset=True).seen
    held_before_the_chest = seen(at("cell phone", 0.6, 1.8, wide=0.3, tall=1.0))
    assert phone(held_before_the_chest).seen


@pytest.mark.parametrize(
    ("score", "box", "counts"),
    [
        (0.35, Box(0.4, 0.5, 0.1, 0.05, 0.0), True),
        (0.25, Box(0.4, 0.5, 0.1, 0.05, 0.0), False),
        (0.35, Box(0.9, 0.5, 0.1, 0.05, 0.0), False),
        (0.35, Box(0.2, 0.2, 0.6, 0.5, 0.0), False),
    ],
)
def test_without_a_face_a_phone_must_be_surer_and_before_the_body(
    score: float, box: Box, counts: bool
) -> None:
    body = Box(0.2, 0.2, 0.6, 0.8, 0.6)
    thing = SeenObject("cell phone", replace(box, score=score))
    assert phone(bent(body, thing)).seen is counts
    assert not phone(bent(replace(body, score=0.1), thing)).seen


@pytest.mark.parametrize(
    ("label", "across", "down"), [("cup", 0.0, 1.0), ("sandwich", -0.5, 1.3), ("bottle", 1.0, 0.9)]
)
def test_food_and_drink_at_the_mouth_or_in_the_hand_count(label: str, across: float, down: float) -> None:
    signal = food(seen(at(label, across, down)))
    assert (signal.seen, signal.what) == (True, label)


@pytest.mark.parametrize(
    "thing",
    [
        at("cup", 0.0, 2.3),
        at("cup", 1.9, 1.5),
        at("cup", 0.0, 0.4),
        at("cup", 0.0, 1.0, score=0.25),
        at("cup", 0.0, 1.0, wide=0.1),
        at("bowl", 0.0, 1.8, wide=2.0),
        at("book", 0.0, 1.0),
    ],
)
def test_a_cup_on_the_desk_and_what_is_no_food_do_not(thing: SeenObject) -> None:
    assert not food(seen(thing)).seen


def test_a_phone_that_looks_a_little_like_a_cup_is_a_phone() -> None:
    cup = at("cup", 0.5, 1.6, score=0.3)
    assert food(seen(cup, at("cell phone", 0.5, 1.6, score=0.2))).seen
    assert not food(seen(cup, at("cell phone", 0.5, 1.6, score=0.4))).seen
    # Where neither is clearly surer nothing is eaten, and a remote control in the same place is a phone.
    assert not food(seen(cup, at("cell phone", 0.5, 1.6, score=0.28))).seen
    remote = at("remote", 0.5, 1.6, score=0.3)
    assert not food(seen(cup, at("cell phone", 0.5, 1.6, score=0.2), remote)).seen


def test_nobody_eats_without_a_face() -> None:
    assert not food(bent(Box(0.2, 0.2, 0.6, 0.8, 0.9), SeenObject("cup", Box(0.4, 0.4, 0.1, 0.1, 0.9)))).seen


def test_a_thing_of_the_list_counts_anywhere_the_surest_first() -> None:
    classes = frozenset({"book", "laptop"})
    both = reach.banned(
        seen(at("book", 3.0, 3.0, score=0.5), at("laptop", 0.0, 3.0, score=0.7)), RULES, classes
    )
    assert both == Signal(True, 0.7, "laptop")
    weak = reach.banned(seen(at("book", 3.0, 3.0, score=0.3), at("tv", 0.0, 3.0, score=0.7)), RULES, classes)
    assert weak == Signal(seen=False)
