"""Things: what the models' rows mean, where they are looked for, when, and how often a phone is found."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import pytest

from atdesk_core.judging import company, reach
from atdesk_core.judging.object_rules import ObjectRules
from atdesk_core.judging.votes import Signal
from atdesk_core.policy import ExtraPersonRule
from atdesk_core.vision import nanodet, people, things
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.memory import Memory, Plan
from atdesk_core.vision.pipeline import observe
from atdesk_core.vision.quality import Thumbnail, thumbnail
from atdesk_core.vision.sound import BrokenModel
from atdesk_sdk.coco import LABELS, THINGS
from atdesk_sdk.detector import Box, Face, Observation, SeenObject, Skipped
from atdesk_sdk.findings import FindingKind
from tests.core.vision.footage import SHARED, clip, frame, models, noisy, room

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
PHONE, CUP = LABELS.index("cell phone"), LABELS.index("cup")
SEEN = Observation("look", 0.0, 0.0, faces=(Face(Box(0.4, 0.3, 0.1, 0.2, 0.9), 64, 0.0),), seat=0)
PICTURE: Pixels = np.zeros((480, 640, 3), np.uint8)
EVERY_FRAME = Plan(objects_s=0.0)


def _heads() -> list[Numbers]:
    """The three grids of NanoDet with nothing in them."""
    cells = (52 * 52, 26 * 26, 13 * 13)
    scores: list[Numbers] = [np.zeros((1, count, 80), np.float32) for count in cells]
    sides = [np.zeros((1, count, 44), np.float32) for count in cells]
    return [*scores, *sides]


def _put(heads: list[Numbers], cell: int, kind: int, score: float, bins: tuple[int, int, int, int]) -> None:
    """A thing in one cell of the coarse grid; its sides lie so many strides of 32 pixels from the middle."""
    heads[2][0, cell, kind] = score
    for side, number in enumerate(bins):
        heads[5][0, cell, side * 11 + number] = 50.0


def test_a_cell_of_nanodet_is_a_box_with_its_class_and_score() -> None:
    heads = _heads()
    _put(heads, 13 * 6 + 6, PHONE, 0.5, (1, 2, 3, 4))
    (thing,) = nanodet.found(heads, (416, 312), 0.1)
    assert thing.label == "cell phone"
    middle = 6.5 * 32
    left, top, right, bottom = middle - 32, middle - 64, middle + 96, middle + 128
    expected = (left / 416, top / 312, (right - left) / 416, min(bottom / 312, 1.0) - top / 312, 0.5)
    box = thing.box
    assert (box.x, box.y, box.width, box.height, box.score) == pytest.approx(expected, abs=1e-4)


def test_of_boxes_on_each_other_the_surest_of_each_class_stays() -> None:
    heads = _heads()
    _put(heads, 13 * 6 + 6, PHONE, 0.5, (2, 2, 2, 2))
    _put(heads, 13 * 6 + 7, PHONE, 0.4, (3, 2, 1, 2))
    heads[2][0, 13 * 6 + 6, CUP] = 0.3
    found = nanodet.found(heads, (416, 416), 0.1)
    assert [(thing.label, round(thing.box.score, 1)) for thing in found] == [
        ("cell phone", 0.5),
        ("cup", 0.3),
    ]


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_model_without_numbers_says_nothing(broken: float) -> None:
    heads = _heads()
    _put(heads, 30, PHONE, 0.5, (2, 2, 2, 2))
    heads[5][:] = broken
    with np.errstate(invalid="ignore"):
        assert nanodet.found(heads, (416, 416), 0.1) == ()
    row = np.array([[10, 10, 60, 60, 0.5, PHONE]], np.float32)
    row[0, 2] = broken
    with pytest.raises(BrokenModel, match="centernet"):
        people.found(row, 512, 384)  # whoever may be there is not called absent for it


@pytest.mark.parametrize("kind", [-1.0, 80.0, 1e9])
def test_a_class_that_does_not_exist_is_nothing(kind: float) -> None:
    assert people.found(np.array([[10, 10, 60, 60, 0.5, kind]], np.float32), 512, 384) == []


def test_however_much_a_model_finds_the_answer_is_bounded() -> None:
    heads = _heads()
    heads[0][:] = 0.9
    assert len(nanodet.found(heads, (416, 416), 0.1)) <= 60


def test_the_policy_and_the_models_know_the_same_things() -> None:
    assert {*THINGS, "person"} == set(LABELS)
    assert len(LABELS) == 80
    assert reach.MEALS == things.MEALS
    assert company.PERSON == things.PERSON
    assert company.NOT_ASKED == things.NOT_ASKED


@pytest.mark.parametrize("size", [(16, 16), (16, 640), (480, 640), (640, 16)])
def test_a_picture_of_any_shape_is_searched(size: tuple[int, int]) -> None:
    picture = np.zeros((*size, 3), np.uint8)
    loaded = models()
    assert loaded.objects is not None
    assert loaded.parts is not None
    assert loaded.meals is not None
    for detector in (loaded.objects, loaded.parts, loaded.meals):
        assert all(
            thing.label in detector.labels and 0 < thing.box.area <= 1 for thing in detector.detect(picture)
        )


# Where


@dataclass
class Recording:
    """A detector that finds the same in every picture, and keeps what it was shown."""

    found: tuple[SeenObject, ...]
    name: str = "recording"
    labels: Sequence[str] = LABELS
    shown: list[Pixels] = field(default_factory=list)

    def detect(self, picture: Pixels) -> tuple[SeenObject, ...]:
        self.shown.append(picture)
        return self.found


def _thing(label: str, x: float = 0.4, y: float = 0.4, side: float = 0.2) -> SeenObject:
    return SeenObject(label, Box(x, y, side, side, 0.5))


def test_the_reach_is_a_square_of_pixels_below_and_beside_the_face() -> None:
    part = things.region(SEEN, PICTURE)
    assert part.width * 640 == pytest.approx(4.4 * 96 / 1.3, abs=1)
    assert part.width * 640 == pytest.approx(part.height * 480, abs=1)
    assert part.x + part.width / 2 == pytest.approx(0.45)
    assert part.y == pytest.approx(0.3 - 0.6 * 0.2)


def test_the_reach_ends_where_the_picture_ends() -> None:
    large = replace(SEEN, faces=(Face(Box(0.5, 0.1, 0.4, 0.6, 0.9), 256, 0.0),))
    part = things.region(large, PICTURE)
    assert part.x >= 0 <= part.y
    assert part.x + part.width == pytest.approx(1.0)
    assert part.y + part.height == pytest.approx(1.0)


def test_without_a_face_the_reach_is_the_upper_part_of_the_body() -> None:
    turned = Observation(
        "look", 0.0, 0.0, people=(Box(0.3, 0.2, 0.4, 0.8, 0.8), Box(0.0, 0.0, 0.1, 0.2, 0.5))
    )
    part = things.region(turned, PICTURE)
    assert (part.x, part.y) == pytest.approx((0.25, 0.17))
    assert part.y + part.height == pytest.approx(0.2 + min(0.8 * 0.8, 1.2 * 0.4 * 640 / 480))


def test_what_is_found_in_the_part_is_placed_in_the_whole() -> None:
    part = things.region(SEEN, PICTURE)
    found = things.search(
        PICTURE, SEEN, frozenset({FindingKind.PHONE}), Recording((_thing("cell phone"),)), None
    )
    assert found[0].box.x == pytest.approx(part.x + 0.4 * part.width, abs=0.003)
    assert found[0].box.y == pytest.approx(part.y + 0.4 * part.height, abs=0.003)
    assert found[0].box.width == pytest.approx(0.2 * part.width, abs=0.003)


def test_each_check_is_looked_for_where_it_can_be() -> None:
    objects, meals = Recording((_thing("cup"), _thing("person"))), Recording((_thing("cup"), _thing("tv")))

    def looks(*asked: FindingKind) -> tuple[list[str], int, int]:
        objects.shown.clear()
        meals.shown.clear()
        found = things.search(PICTURE, SEEN, frozenset(asked), objects, meals)
        return [thing.label for thing in found], len(objects.shown), len(meals.shown)

    assert looks(FindingKind.PHONE) == (["cup"], 1, 0)
    assert looks(FindingKind.FOOD_OR_DRINK) == (["cup", "cup"], 1, 1)
    assert looks(FindingKind.EXTRA_PERSON) == (["cup", "person"], 1, 0)
    assert objects.shown[0].shape == PICTURE.shape
    objects.found = (_thing("person"),)
    assert looks(FindingKind.FOOD_OR_DRINK) == ([], 1, 0), "no idea of a thing: the other one is not asked"
    objects.found = (_thing("cell phone"),)
    assert looks(FindingKind.PHONE) == (["cell phone", "cup"], 1, 1)
    objects.found = (_thing("cup"), _thing("person"))
    # A cup in the middle lies within reach: the search there has answered for it.
    assert looks(FindingKind.PHONE, FindingKind.BANNED_OBJECT) == (["cup", "person"], 2, 0)


def test_what_hands_reach_goes_to_the_cheaper_one_and_the_whole_to_the_other() -> None:
    objects, parts = Recording((_thing("laptop"),)), Recording((_thing("cell phone"),))
    asked = frozenset({FindingKind.PHONE, FindingKind.BANNED_OBJECT})
    found = things.search(PICTURE, SEEN, asked, objects, None, parts)
    assert [thing.label for thing in found] == ["cell phone"], "the laptop lies within reach"
    assert [len(objects.shown), len(parts.shown)] == [1, 1]
    assert parts.shown[0].shape != PICTURE.shape


# When


def _grey(brightness: int) -> Thumbnail:
    return thumbnail(np.full((480, 640, 3), brightness, np.uint8))


def _holding(label: str, at: float = 0.0) -> Observation:
    return replace(SEEN, objects=(_thing(label),), received_at=at)


PLAN = Plan(objects_s=4.0)
SETTLED = Memory(
    thumbnail=_grey(100),
    run=9,
    things_faces=1,
    things_at=10.0,
    things_scene=_grey(100),
    anywhere_at=13.0,
    anywhere_new=False,
)


def _due(memory: Memory, at: float, plan: Plan = PLAN, seen: Observation = SEEN) -> frozenset[FindingKind]:
    return things.due(seen, memory, plan, at)


def test_a_scene_is_searched_once_and_then_rarely() -> None:
    memory = Memory(things_faces=1)
    assert _due(memory, 0.0)
    memory = things.noted(_holding("cup", 0.0), PLAN.asked, PLAN, memory)
    assert not _due(memory, 1.0), "what is in doubt is urgent: the judging says so"
    assert _due(memory, 4.0)
    assert _due(memory, -0.5), "a clock that goes back answers nothing"
    assert _due(memory, 1.0, EVERY_FRAME) == EVERY_FRAME.asked


def test_what_is_not_asked_for_is_not_looked_for_and_says_so() -> None:
    assert _due(Memory(), 0.0, Plan()) == frozenset()
    assert things.why_not(frozenset(), Plan()) == things.NOT_ASKED
    assert things.why_not(frozenset(), PLAN) == things.SEEN_LATELY
    assert not things.why_not(PLAN.asked, PLAN)


def test_between_two_searches_only_what_is_urgent_is_looked_for() -> None:
    phone, food = FindingKind.PHONE, FindingKind.FOOD_OR_DRINK
    urgent = replace(PLAN, urgent=frozenset({phone}))
    assert _due(SETTLED, 11.0, urgent) == {phone}
    assert _due(SETTLED, 11.0, replace(urgent, asked=frozenset({food}))) == frozenset()
    noted = things.noted(_holding("cell phone", 11.0), frozenset({phone}), urgent, SETTLED)
    assert noted.things_at == SETTLED.things_at, "what was not looked for is still due in its turn"


def test_what_is_not_held_in_the_hand_is_looked_for_every_other_time() -> None:
    assert _due(SETTLED, 20.0) == {FindingKind.PHONE, FindingKind.FOOD_OR_DRINK}
    assert _due(SETTLED, 21.0) == PLAN.asked
    assert _due(SETTLED, 20.0, EVERY_FRAME) == PLAN.asked
    banned = replace(PLAN, asked=frozenset({FindingKind.BANNED_OBJECT}))
    assert _due(SETTLED, 20.0, banned) == banned.asked


def test_in_another_scene_it_is_looked_for_sooner_but_not_at_every_turn_of_the_camera() -> None:
    anew = things.renewed(SETTLED, _grey(140))
    assert _due(anew, 15.0) == {FindingKind.PHONE, FindingKind.FOOD_OR_DRINK}
    assert _due(anew, 17.0) == PLAN.asked
    assert _due(Memory(), 0.0) == PLAN.asked, "the first time nothing is left for later"
    assert things.noted(SEEN, PLAN.asked, PLAN, anew).anywhere_new is False


def test_without_a_face_the_whole_picture_has_been_searched_anyway() -> None:
    turned = replace(SEEN, faces=(), seat=None, people=(Box(0.3, 0.2, 0.4, 0.8, 0.8),))
    assert _due(things.renewed(SETTLED, _grey(140)), 15.0, seen=turned) == PLAN.asked


def test_bodies_are_looked_for_when_a_face_has_gone_and_while_that_is_in_doubt() -> None:
    company = frozenset({FindingKind.EXTRA_PERSON})
    before = replace(SETTLED, things_faces=2)
    assert _due(before, 11.0) == company
    assert not _due(before, 11.0, replace(PLAN, asked=frozenset({FindingKind.PHONE})))
    after = things.noted(SEEN, company, PLAN, before)
    assert not _due(after, 12.0)
    assert _due(after, 12.0, replace(PLAN, urgent=company)) == company
    two = replace(SEEN, faces=SEEN.faces * 2)
    assert not _due(SETTLED, 11.0, replace(PLAN, urgent=company), two), "the faces tell it"


def test_another_scene_than_the_searched_one_begins_anew() -> None:
    assert things.renewed(SETTLED, _grey(105)).things_at == SETTLED.things_at
    assert things.renewed(SETTLED, _grey(140)).things_at is None
    assert things.renewed(replace(SETTLED, things_scene=None), _grey(100)).things_at is None


def test_a_search_for_one_thing_says_nothing_of_another() -> None:
    left_out = (Skipped("food_or_drink", things.SEEN_LATELY), Skipped("extra_person", things.SEEN_LATELY))
    seen = replace(SEEN, objects=(), skipped=left_out)
    assert reach.phone(seen, ObjectRules(), desk_handset=False) == Signal(seen=False)
    assert reach.food_or_drink(seen, ObjectRules()) is None
    assert company.signal(seen, ExtraPersonRule(enabled=True)) is None


def _watch(pictures: list[Pixels], plan: Plan) -> list[Observation]:
    memory, seen = Memory(), []
    for number, pixels in enumerate(pictures):
        observation, memory = observe(frame(pixels, float(number)), memory, None, plan, models())
        seen.append(observation)
    return seen


def _why(seen: Observation) -> str | None:
    return next((skip.why for skip in seen.skipped if skip.step == "objects"), None)


def test_nothing_is_looked_for_when_no_check_asks() -> None:
    (seen,) = _watch([clip("grid_a_1")[0]], Plan())
    assert seen.objects is None
    assert _why(seen) == things.NOT_ASKED


def test_the_agent_is_a_body_and_holds_nothing() -> None:
    seen = _watch([noisy(picture, n) for n, picture in enumerate(clip("grid_a_1")[:3])], EVERY_FRAME)
    for one in seen:
        assert one.seat == 0
        assert "person" in [thing.label for thing in one.objects or ()]
        signal = reach.phone(one, ObjectRules(), desk_handset=False)
        assert signal is not None
        assert not signal.seen


@pytest.mark.parametrize(
    ("picture", "why"), [(room(), things.NOBODY), (np.zeros((480, 640, 3), np.uint8), "covered")]
)
def test_nobody_and_a_picture_that_cannot_be_judged_hold_nothing(picture: Pixels, why: str) -> None:
    (seen,) = _watch([picture], EVERY_FRAME)
    assert seen.objects is None
    assert _why(seen) == why


# Measured on photos


def _scenes(*labels: str) -> list[str]:
    with (SHARED / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "scene" and row["label"] in labels]
    return [row["path"] for row in rows]


def _shown(path: str, kind: FindingKind) -> list[Observation]:
    """A photo for three seconds, drifting and with a sensor's noise."""
    picture = cv2.imread(str(SHARED / path))
    assert picture is not None
    shrink = min(640 / picture.shape[1], 480 / picture.shape[0])
    small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_LINEAR)
    pictures = [noisy(np.roll(small, (at % 3, 2 * at), (0, 1)), at) for at in range(3)]
    return _watch(pictures, replace(EVERY_FRAME, asked=frozenset({kind})))


def _holds_a_phone(path: str) -> bool:
    """In two pictures of three."""
    signals = [
        reach.phone(seen, ObjectRules(), desk_handset=False) for seen in _shown(path, FindingKind.PHONE)
    ]
    return sum(signal is not None and signal.seen for signal in signals) >= 2


def _eats_or_drinks(path: str) -> bool:
    seen = _shown(path, FindingKind.FOOD_OR_DRINK)
    signals = [reach.food_or_drink(one, ObjectRules()) for one in seen]
    return sum(signal is not None and signal.seen for signal in signals) >= 2


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not beside the checkout")
def test_phones_are_found_in_most_photos_and_hardly_in_those_without_one() -> None:
    phones = _scenes("phone_in_hand", "phone_at_ear")[::3]
    without = _scenes("agent_at_desk", "agent_headset", "headphones", "mask", "writing_on_paper")[::3]
    assert sum(map(_holds_a_phone, phones)) >= 0.5 * len(phones)
    assert sum(map(_holds_a_phone, without)) <= 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not beside the checkout")
def test_drinking_is_found_and_a_cup_on_the_desk_is_not() -> None:
    drinking, desks = _scenes("drinking")[::2], _scenes("agent_at_desk")[::4]
    assert sum(map(_eats_or_drinks, drinking)) >= 0.4 * len(drinking)
    assert sum(map(_eats_or_drinks, desks)) == 0
