"""k of n pictures, a run without it to end it, and nothing carried over a gap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.judging import Basis, BasisKind
from atdesk_core.judging.votes import Check, Signal, VoteRules, after_gap, cast, lost
from atdesk_sdk import FindingKind

RULES = VoteRules(k=3, n=5, leave_k=3)
YES, NO = Signal(True, 0.5, "cell phone"), Signal(False)


def run(story: str, for_s: float = 0.0, rules: VoteRules = RULES, start: Check | None = None) -> Check:
    """`"yy.y"`: one picture a second, `y` shows it, `.` does not; ` ` is a second without a vote."""
    check = start or Check(FindingKind.PHONE)
    for number, letter in enumerate(story, 1):
        if letter != " ":
            check = cast(check, float(number), YES if letter == "y" else NO, rules, for_s, 0.8)
    return check


@pytest.mark.parametrize(
    ("story", "is_found"), [("yy", False), ("yyy", True), ("y.y.y", True), ("y..y.y", False)]
)
def test_k_of_the_newest_n_are_needed(story: str, is_found: bool) -> None:
    assert (run(story).found is not None) is is_found


def test_it_began_with_the_first_picture_that_showed_it() -> None:
    check = run("..y.yy")
    found = check.found
    assert found is not None
    assert (found.since, found.decided_at) == (3.0, 6.0)
    assert (found.seen, found.weighed, found.score, found.what) == (3, 5, 0.5, "cell phone")
    assert check.basis == Basis(BasisKind.PHONE, "cell phone", seen=3, weighed=5, score=0.5)
    assert run("yy").basis is None


def test_of_those_beside_the_agent_no_more_are_told_than_every_picture_shows() -> None:
    check = Check(FindingKind.EXTRA_PERSON)
    for number, count in enumerate((2, 3, 2), 1):
        check = cast(check, float(number), Signal(True, count=count), RULES, 0.0, 0.8)
    assert check.basis == Basis(BasisKind.COMPANY, count=2, seen=3, weighed=3)


def test_what_stands_outlives_a_miss_and_ends_with_a_run_of_them() -> None:
    assert run("yyy..").found is not None
    over = run("yyy...")
    assert over.found is None
    assert over.ended_at == 4.0


def test_what_goes_on_keeps_its_beginning() -> None:
    found = run("yyyyyyyy").found
    assert found is not None
    assert (found.since, found.decided_at) == (1.0, 3.0)


def test_it_has_to_last_as_long_as_the_rule_says() -> None:
    assert run("yyyyy", for_s=5.0).found is None
    assert run("yyyyyy", for_s=5.0).found is not None


def test_pictures_before_a_run_of_misses_do_not_count_towards_the_next_time() -> None:
    assert run("yy...yy").found is None


def test_nothing_is_added_up_over_a_gap_and_what_stood_is_undecided() -> None:
    assert run("y", start=after_gap(run("yy"))).found is None
    stood = after_gap(run("yyy"))
    assert stood.undecided
    assert stood.found is not None
    assert run("yyy", start=stood).undecided is False
    assert run("...", start=stood).found is None


def test_lost_means_over() -> None:
    assert lost(run("yyy"), 9.0) == Check(FindingKind.PHONE, ended_at=9.0)


def test_pictures_closer_together_than_the_step_count_as_one_the_kinder() -> None:
    check = cast(Check(FindingKind.PHONE), 1.0, YES, RULES, 0.0, 0.8)
    assert cast(check, 1.3, NO, RULES, 0.0, 0.8).votes[0].signal == NO
    assert len(cast(check, 1.3, YES, RULES, 0.0, 0.8).votes) == 1


def test_one_hint_is_a_doubt_until_it_is_settled() -> None:
    assert not run("....").doubtful
    assert run("..y").doubtful
    assert not run("..y...").doubtful
    assert not run("yyy").doubtful
    assert run("yyy.").doubtful
    assert not run("yyy.y").doubtful


@given(st.text(alphabet="y. ", max_size=40))
def test_nothing_is_found_without_k_pictures_that_show_it(story: str) -> None:
    if story.count("y") < RULES.k:
        assert run(story).found is None


@given(st.text(alphabet="y. ", max_size=40))
def test_the_same_pictures_give_the_same_answer(story: str) -> None:
    assert run(story) == run(story)
