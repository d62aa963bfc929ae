"""Persons beside the agent are counted by size and by a coarse frontal test; one head is one person."""

from dataclasses import replace

import pytest

from atdesk_core.judging import company
from atdesk_core.policy import CompanyMode, ExtraPersonRule
from atdesk_sdk.detector import Box, Face, Observation, SeenObject, Skipped

AGENT = Face(Box(0.4, 0.2, 0.2, 0.3, 0.9), 128, 0.0)
BODY = Box(0.25, 0.15, 0.5, 0.85, 0.7)
NEAR = ExtraPersonRule(enabled=True)
UNASKED = Skipped("objects", company.NOT_ASKED)


def face(size: float, *, x: float = 0.05, asymmetry: float = 0.0, score: float = 0.9) -> Face:
    """Somebody to the left, of this size against the agent."""
    return Face(
        Box(x, 0.2, size * AGENT.box.width, size * AGENT.box.height, score), int(128 * size), asymmetry
    )


def body(width: float, height: float, *, x: float = 0.0, score: float = 0.7) -> Box:
    """Of this size against the agent's body."""
    return Box(x, 0.1, width * BODY.width, height * BODY.height, score)


def seen(*others: Face, bodies: tuple[Box, ...] = (), searched: bool = True) -> Observation:
    """The agent with these faces beside, and with the agent's body and these."""
    things = tuple(SeenObject("person", box) for box in (BODY, *bodies))
    return Observation("look", 0.0, 0.0, faces=(AGENT, *others), seat=0, objects=things if searched else None)


def is_company(observation: Observation, rule: ExtraPersonRule = NEAR) -> bool | None:
    signal = company.signal(observation, rule)
    return None if signal is None else signal.seen


@pytest.mark.parametrize(("size", "counts"), [(0.4, False), (0.58, False), (0.62, True), (1.2, True)])
def test_near_is_told_by_the_size_of_the_face(size: float, counts: bool) -> None:
    assert is_company(seen(face(size))) is counts


def test_how_near_is_the_policy_s() -> None:
    assert is_company(seen(face(0.45)), replace_rule(near_size=0.4))
    assert not is_company(seen(face(0.85)), replace_rule(near_size=0.9))


def replace_rule(**values: object) -> ExtraPersonRule:
    return ExtraPersonRule.model_validate({"enabled": True, **values})


@pytest.mark.parametrize(
    ("mode", "far_away", "far_facing", "near_away", "near_facing"),
    [
        (CompanyMode.NEAR, False, False, True, True),
        (CompanyMode.NEAR_OR_FACING, False, True, True, True),
        (CompanyMode.NEAR_AND_FACING, False, False, False, True),
    ],
)
def test_the_three_modes(
    mode: CompanyMode, far_away: bool, far_facing: bool, near_away: bool, near_facing: bool
) -> None:
    rule = replace_rule(mode=mode)
    told = [
        is_company(seen(face(size, asymmetry=turned)), rule) for size in (0.3, 0.9) for turned in (0.8, -0.1)
    ]
    assert told == [far_away, far_facing, near_away, near_facing]


def test_everybody_is_counted_once() -> None:
    both = company.signal(seen(face(0.9, x=0.0), face(0.8, x=0.8), face(0.3, x=0.7)), NEAR)
    assert both is not None
    assert (both.count, both.what) == (2, "")
    assert [round(other.size, 1) for other in company.others(seen(face(0.9, x=0.0), face(0.3, x=0.7)))] == [
        0.9,
        0.3,
    ]


@pytest.mark.parametrize(
    "double",
    [
        replace(AGENT, box=replace(AGENT.box, x=0.43, score=0.8)),
        replace(AGENT, box=Box(0.45, 0.3, 0.13, 0.2, 0.8)),
        face(0.9, score=0.6),
    ],
)
def test_a_second_box_on_the_agent_s_head_and_what_is_hardly_a_face_are_nobody(double: Face) -> None:
    assert not is_company(seen(double))
    assert company.others(seen(double)) == ()


def test_somebody_near_who_has_turned_away_is_told_by_the_body() -> None:
    turned = seen(bodies=(body(0.8, 0.9, x=-0.2),))
    assert is_company(turned)
    assert is_company(turned, replace_rule(mode=CompanyMode.NEAR_AND_FACING)) is False
    (other,) = company.others(turned)
    assert other.size == pytest.approx(0.8)
    assert not other.facing


@pytest.mark.parametrize(
    "other",
    [
        body(0.4, 1.0, x=-0.1),
        body(0.9, 0.5, x=-0.25),
        body(0.9, 0.9, x=-0.25, score=0.3),
        body(0.9, 1.0, x=0.3),
        replace(BODY, x=0.28),
    ],
)
def test_a_small_or_doubtful_body_and_a_part_of_the_agent_s_own_are_nobody(other: Box) -> None:
    assert not is_company(seen(bodies=(other,)))


def test_whoever_shows_a_face_is_told_by_the_face() -> None:
    """Somebody who stands far behind is as tall in the picture as somebody who sits."""
    behind = seen(face(0.35, x=0.05), bodies=(body(0.7, 1.0, x=-0.2),))
    assert not is_company(behind)
    assert len(company.others(behind)) == 1


def test_two_boxes_of_one_body_are_one_person() -> None:
    twice = seen(bodies=(body(0.8, 0.9, x=-0.2), body(0.75, 0.9, x=-0.19, score=0.6)))
    assert len(company.others(twice)) == 1


def test_without_the_agent_s_body_no_other_body_is_weighed() -> None:
    lone = Observation(
        "look", 0.0, 0.0, faces=(AGENT,), seat=0, objects=(SeenObject("person", body(0.9, 0.9)),)
    )
    assert is_company(replace(lone, objects=(SeenObject("person", body(0.9, 0.9, x=-0.24)),))) is False


def test_where_no_face_is_seen_the_largest_body_is_the_agent_s() -> None:
    backs = Observation("look", 0.0, 0.0, people=(BODY, body(0.8, 0.9, x=-0.2)))
    assert is_company(backs)
    assert not is_company(replace(backs, people=(BODY, body(0.4, 0.9, x=-0.1))))
    assert is_company(replace(backs, people=())) is None


def test_what_was_not_searched_says_nothing() -> None:
    carried = replace(seen(face(0.9)), skipped=(Skipped("faces", "nothing moved"),))
    assert is_company(carried) is None
    assert is_company(seen(searched=False)) is None
    assert is_company(replace(seen(searched=False), skipped=(UNASKED,))) is False
    assert is_company(seen(face(0.9), searched=False)) is True
