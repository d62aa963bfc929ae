"""Who is visited next."""

from atdesk_core.looking import Waiting, next_look, revisit_s


def test_whoever_may_be_absent_is_visited_first() -> None:
    quiet, doubtful = Waiting("a", 0.0, False, None), Waiting("b", 5.0, True, 4.0)
    assert next_look([quiet, doubtful]) is doubtful


def test_then_who_was_not_visited_for_longest() -> None:
    lately, long_ago, never = (Waiting("abc"[n], 0.0, False, at) for n, at in enumerate((9.0, 1.0, None)))
    assert next_look([lately, long_ago]) is long_ago
    assert next_look([lately, long_ago, never]) is never


def test_nobody_waits() -> None:
    assert next_look([]) is None


def test_the_time_between_two_visits() -> None:
    assert revisit_s(6, 1, 5.0) == 30.0
    assert revisit_s(6, 4, 5.0) == 10.0
