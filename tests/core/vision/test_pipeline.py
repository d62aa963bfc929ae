"""From frames to verdicts with the real models, and what each step costs: nothing that cannot matter."""

from dataclasses import fields

import cv2
import numpy as np
import pytest

from atdesk_core.judging import JudgingRules, begin, signs, verdict
from atdesk_core.judging import observe as judge
from atdesk_core.vision import matching, pipeline
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.pipeline import observe
from atdesk_sdk.detector import MatchBand, Observation
from atdesk_sdk.findings import CouldNotTell, FindingKind
from tests.core.vision.footage import PLAN, agent, clip, frame, in_scene, models, noisy, room, watch

AGENT = [noisy(picture, n) for n, picture in enumerate(clip("grid_a_1"))]
STRANGER = [noisy(picture, 100 + n) for n, picture in enumerate(clip("grid_b"))]
EMPTY = [noisy(room(), 200 + n) for n in range(12)]
BLACK, GREY = (np.full((512, 640, 3), level, np.uint8) for level in (4, 30))


def _verdicts(observations: list[Observation]) -> list[FindingKind | CouldNotTell | None]:
    state, said = begin(0.0), []
    for observation in observations:
        state = judge(state, observation, JudgingRules())
        said.append(verdict(state).finding or verdict(state).reason)
    return said


def _skip(observation: Observation, step: str) -> str | None:
    return next((skip.why for skip in observation.skipped if skip.step == step), None)


def _cluttered() -> Pixels:
    """A room full of things, no two alike."""
    random = np.random.default_rng(5)
    picture = room().copy()
    for _ in range(90):
        x, y, wide, tall = random.integers(0, 600), random.integers(0, 480), *random.integers(12, 70, 2)
        colour = tuple(int(value) for value in random.integers(20, 235, 3))
        cv2.rectangle(picture, (int(x), int(y)), (int(x + wide), int(y + tall)), colour, -1)
    return picture


def _portrait(side: int = 110) -> Pixels:
    """The empty room with a photo of somebody on the wall."""
    picture = room().copy()
    photo = cv2.resize(clip("grid_b")[0][60:460, 130:530], (side, side), interpolation=cv2.INTER_AREA)
    picture[20 : 20 + side, 280 : 280 + side] = photo
    return picture


def test_judging_and_vision_use_the_same_words() -> None:
    assert signs.NOT_ENROLLED == matching.NOT_ENROLLED
    assert signs.TOO_SMALL == matching.TOO_SMALL
    assert signs.OTHER_ENCODER == matching.OTHER_ENCODER
    assert signs.ALREADY_MATCHED == "matched already"


def test_the_agent_is_present_and_compared_once() -> None:
    seen, _ = watch(AGENT[:8], enrolment=agent())
    assert _verdicts(seen) == [FindingKind.PRESENT] * 8
    assert [one.match.band for one in seen if one.match] == [MatchBand.SAME]
    assert _skip(seen[5], "match") == "matched already"
    assert _skip(seen[5], "people") == "a face was found"


def test_the_agent_leaves_and_comes_back() -> None:
    seated = [noisy(in_scene(room(), picture), n) for n, picture in enumerate(clip("grid_a_1")[:5])]
    said = _verdicts(watch(seated[:3] + EMPTY[:6] + seated[3:5], enrolment=agent())[0])
    assert said[:6] == [FindingKind.PRESENT] * 6
    assert said[6:9] == [FindingKind.ABSENT] * 3
    assert said[9:] == [FindingKind.PRESENT] * 2


def test_somebody_else_in_the_same_place_is_found_at_the_third_frame() -> None:
    said = _verdicts(watch(AGENT[:4] + STRANGER[:6], enrolment=agent())[0])
    assert said[:6] == [FindingKind.PRESENT] * 6
    assert said[6:] == [FindingKind.DIFFERENT_PERSON] * 4


def test_without_an_enrolment_anybody_is_present_and_nobody_is_compared() -> None:
    seen, _ = watch(AGENT[:3] + STRANGER[:3])
    assert all(one.match is None and _skip(one, "match") == "not enrolled" for one in seen)
    assert _verdicts(seen)[1:] == [FindingKind.PRESENT] * 5


def test_a_template_of_another_encoder_is_not_read() -> None:
    seen, _ = watch(STRANGER[:5], enrolment=Enrolment((0.0,) * 128, "another"))
    assert all(one.match is None for one in seen)
    assert FindingKind.DIFFERENT_PERSON not in _verdicts(seen)


def test_the_agent_next_to_somebody_is_the_agent() -> None:
    both = [np.hstack([one, two]) for one, two in zip(STRANGER[:5], AGENT[:5], strict=True)]
    said = _verdicts(watch([np.asarray(picture, np.uint8) for picture in both], enrolment=agent())[0])
    assert said == [FindingKind.PRESENT] * 5


@pytest.mark.parametrize("enrolment", [None, agent()])
def test_a_portrait_on_the_wall_is_nobody_when_the_agent_leaves(enrolment: Enrolment | None) -> None:
    wall = _portrait()
    seated = []
    for number, picture in enumerate((clip("grid_a_1") * 2)[:16]):
        seated.append(noisy(in_scene(wall, picture, left=40), number))
    pictures = seated + [noisy(wall, 300 + n) for n in range(8)]
    said = _verdicts(watch(pictures, enrolment=enrolment)[0])
    assert said[2:16] == [FindingKind.PRESENT] * 14
    assert said[-1] is FindingKind.ABSENT
    assert FindingKind.DIFFERENT_PERSON not in said


def test_a_portrait_that_was_hidden_is_never_somebody_else() -> None:
    seated = [noisy(in_scene(room(), picture), n) for n, picture in enumerate(clip("grid_a_1")[:4])]
    pictures = seated + [noisy(_portrait(), 300 + n) for n in range(25)]
    said = _verdicts(watch(pictures, enrolment=agent())[0])
    assert FindingKind.DIFFERENT_PERSON not in said
    assert said[-1] is FindingKind.ABSENT


def test_a_dark_face_is_not_compared() -> None:
    dim = [noisy((picture * 0.28).astype(np.uint8), n, 1.5) for n, picture in enumerate(clip("grid_b")[:5])]
    seen, _ = watch(dim, enrolment=agent())
    assert [one.match for one in seen] == [None] * 5
    assert _skip(seen[0], "match") == matching.TOO_DARK


def test_a_small_face_is_not_compared() -> None:
    far = []
    for number, picture in enumerate(clip("grid_b")[:6]):
        wide = room().copy()
        wide[300:410, 260:400] = cv2.resize(picture, (140, 110), interpolation=cv2.INTER_AREA)
        far.append(noisy(wide, number))
    seen, _ = watch(far, enrolment=agent())
    assert all(one.match is None for one in seen)
    assert _verdicts(seen)[-1] is CouldNotTell.FACE_TOO_SMALL


def test_a_settled_empty_room_is_searched_only_now_and_then() -> None:
    seen, _ = watch(EMPTY)
    searched = [one.people is not None for one in seen]
    assert searched == [True] * 4 + [False] * 8, "as many searches as make `absent`"
    assert JudgingRules().absent_k <= PLAN.empty_settled
    assert _skip(seen[7], "people") == pipeline.NOTHING_MOVED
    assert _verdicts(seen)[3:] == [FindingKind.ABSENT] * 9


def test_an_empty_room_that_changes_slowly_is_searched_all_the_same() -> None:
    dusk = [noisy((room() * (1 - 0.012 * n)).astype(np.uint8), n) for n in range(12)]
    seen, _ = watch(dusk)
    searched = [one.people is not None for one in seen]
    assert searched[4:].count(True) >= 3
    assert _verdicts(seen)[3:] == [FindingKind.ABSENT] * 9


def test_a_fresh_look_at_an_empty_room_leaves_nothing_out() -> None:
    _, memory = watch(EMPTY[:6])
    seen, _ = observe(frame(EMPTY[6], 6.0), memory, None, PLAN.fresh(), models())
    assert seen.people is not None


@pytest.mark.parametrize("between", [BLACK, GREY])
def test_somebody_else_after_a_covered_or_dark_moment_is_found_in_time(between: Pixels) -> None:
    hidden = [noisy(between, 400 + n, 1.5) for n in range(2)]
    seen, _ = watch(AGENT[:4] + hidden + STRANGER[:4], enrolment=agent())
    assert seen[6].match is not None, "whoever is there after it is compared at once"
    assert _verdicts(seen)[8:] == [FindingKind.DIFFERENT_PERSON] * 2


def test_the_agent_is_compared_again_after_one_dark_picture() -> None:
    seen, _ = watch([*AGENT[:4], noisy(BLACK, 400, 1.5), *AGENT[4:8]], enrolment=agent())
    assert [number for number, one in enumerate(seen) if one.match] == [0, 5]


def test_a_tilted_camera_is_told_until_the_agent_is_seen() -> None:
    scene = _cluttered()
    seated = in_scene(scene, clip("grid_a_1")[0])
    tilted = np.roll(scene, -120, axis=0)
    pictures = [noisy(seated, n) for n in range(3)] + [noisy(tilted, 50 + n) for n in range(5)]
    seen, memory = watch(pictures)
    assert _verdicts(seen)[-1] is CouldNotTell.VIEW_MOVED
    straight, _ = watch([noisy(scene, 90 + n) for n in range(5)], memory=memory, start=8.0)
    assert not any(one.moved for one in straight)


def test_the_same_frames_give_the_same_observations() -> None:
    pictures = AGENT[:3] + STRANGER[:3] + EMPTY[:3]
    assert watch(pictures, enrolment=agent()) == watch(pictures, enrolment=agent())


def test_observations_hold_no_picture_and_no_template() -> None:
    seen, memory = watch(AGENT[:2], enrolment=agent())
    assert all(str(round(agent().template[0], 6)) not in repr(one) for one in seen)
    assert "template" not in {field.name for field in fields(memory)}
    assert (
        max(map(len, (memory.thumbnail.area, memory.track.cue) if memory.thumbnail and memory.track else ()))
        <= 64 * 48
    )
