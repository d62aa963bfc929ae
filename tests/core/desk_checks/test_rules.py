"""When a desk check may be, and that nobody can tell from a schedule who refused the camera."""

import inspect
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.desk_checks import (
    DeskCheck,
    DeskCheckError,
    Outcome,
    Shift,
    Status,
    in_time,
    may_answer,
    may_move,
    may_schedule,
    parse_answers,
    plan_week,
)
from atdesk_core.policy.safeguards import DeskCheckRule

RULE = DeskCheckRule(enabled=True, announce_min_s=900, per_week=2)
NOW = 1_795_424_400.0
SHIFT = Shift(NOW - 3600, NOW + 8 * 3600)
CHECK = DeskCheck("c1", "ana", NOW + 3600, "luz", NOW, status=Status.ANNOUNCED, announced_at=NOW)
ITEMS = ("phone", "paper", "others_in_room")


def test_a_check_that_is_announced_ahead_within_a_shift_may_be() -> None:
    may_schedule(NOW + 1000, NOW, RULE, SHIFT, [])


@pytest.mark.parametrize(
    ("at", "rule", "shift", "complaint"),
    [
        (NOW + 1000, DeskCheckRule(), SHIFT, "has no desk checks"),
        (NOW + 900, RULE, SHIFT, "announced 15 minutes ahead"),
        (NOW - 60, RULE, SHIFT, "announced 15 minutes ahead"),
        (NOW + 1000, RULE, None, "on no shift"),
        (SHIFT.ends_at, RULE, SHIFT, "on no shift"),
    ],
)
def test_what_stands_against_a_check_is_said(
    at: float, rule: DeskCheckRule, shift: Shift | None, complaint: str
) -> None:
    with pytest.raises(DeskCheckError, match=complaint):
        may_schedule(at, NOW, rule, shift, [])


def test_a_week_has_its_most_and_what_lapsed_does_not_count() -> None:
    others = [replace(CHECK, check_id="c2"), replace(CHECK, check_id="c3", status=Status.LAPSED)]
    may_schedule(NOW + 1000, NOW, RULE, SHIFT, others)
    with pytest.raises(DeskCheckError, match="has 2 desk checks in that week"):
        may_schedule(NOW + 1000, NOW, RULE, SHIFT, [CHECK, *others])


def test_the_agent_may_move_it_once_while_it_is_to_come() -> None:
    may_move(CHECK, NOW + 7200, NOW, RULE, SHIFT)
    for check, now, complaint in (
        (replace(CHECK, moved=True), NOW, "was moved once already"),
        (CHECK, CHECK.at, "cannot be moved any more"),
        (replace(CHECK, status=Status.DONE), NOW, "is done"),
    ):
        with pytest.raises(DeskCheckError, match=complaint):
            may_move(check, now + 7200, now, RULE, SHIFT)
    with pytest.raises(DeskCheckError, match="announced 15 minutes ahead"):
        may_move(CHECK, NOW + 60, NOW, RULE, SHIFT)


def test_it_is_answered_after_it_was_announced_and_has_come_and_within_a_day() -> None:
    may_answer(CHECK, CHECK.at + 600)
    for check, now, complaint in (
        (replace(CHECK, status=Status.PLANNED), CHECK.at, "only one that was announced"),
        (replace(CHECK, status=Status.LAPSED), CHECK.at, "is lapsed"),
        (replace(CHECK, status=Status.DONE), CHECK.at, "is done"),
        (CHECK, CHECK.at - 1, "look first, then answer"),
        (CHECK, CHECK.at + 86_401, "more than a day ago"),
    ):
        with pytest.raises(DeskCheckError, match=complaint):
            may_answer(check, now)


def test_an_announcement_counts_when_it_is_far_enough_ahead() -> None:
    assert in_time(CHECK, CHECK.at - 900, RULE)
    assert not in_time(CHECK, CHECK.at - 899, RULE)


def test_the_whole_list_is_answered_by_codes() -> None:
    said = ["phone=nothing_seen", "paper = seen", "others_in_room=could_not_tell"]
    assert parse_answers(said, ITEMS) == {
        "phone": Outcome.NOTHING_SEEN,
        "paper": Outcome.SEEN,
        "others_in_room": Outcome.COULD_NOT_TELL,
    }


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (["phone=nothing_seen"], "paper, others_in_room is not answered"),
        (["phone=a red one"], "'phone=a red one' is no answer"),
        (["phone"], "is no answer"),
        (["mood=seen"], "is no answer"),
    ],
)
def test_free_text_and_half_a_list_are_refused(said: list[str], complaint: str) -> None:
    with pytest.raises(DeskCheckError, match=complaint):
        parse_answers(said, ITEMS)


shifts = st.lists(
    st.tuples(st.floats(0, 86_400), st.floats(60, 36_000)).map(
        lambda pair: Shift(NOW + pair[0], NOW + sum(pair))
    ),
    max_size=7,
)


@given(st.binary(min_size=32, max_size=32), st.text(), shifts, st.integers(0, 20))
def test_a_week_is_planned_within_shifts_ahead_of_time_and_not_too_often(
    seed: bytes, agent_ref: str, week: list[Shift], most: int
) -> None:
    rule = DeskCheckRule(enabled=True, announce_min_s=900, per_week=most)
    times = plan_week(seed, agent_ref, week, NOW, rule)
    assert len(times) <= most
    for at in times:
        assert any(one.starts_at <= at < one.ends_at for one in week)
        assert at - NOW >= rule.announce_min_s
        assert at % 300 == 0
    assert all(one <= other for one, other in pairwise(times))
    assert times == plan_week(seed, agent_ref, week, NOW, rule)


def test_a_schedule_cannot_depend_on_who_refused_because_it_is_not_told() -> None:
    assert list(inspect.signature(plan_week).parameters) == ["seed", "agent_ref", "shifts", "now", "rule"]
    assert not {"consent", "refused", "camera"} & set(DeskCheck.__dataclass_fields__)
