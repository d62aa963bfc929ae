"""Who is visited next, and when random looks come."""

from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.looking import Waiting, draw, next_look, revisit_s


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


@given(st.binary(min_size=1, max_size=64), st.integers(0, 24), st.floats(0, 1e9), st.floats(60, 50_000))
def test_draws_are_repeatable_capped_and_within_the_shift(
    seed: bytes, count: int, start: float, length: float
) -> None:
    times = draw(seed, start, start + length, count)
    assert times == draw(seed, start, start + length, count)
    assert len(times) == count
    assert list(times) == sorted(times)
    assert all(start <= at < start + length + 1e-6 for at in times)


def test_another_seed_draws_other_times() -> None:
    assert draw(b"one", 0.0, 1000.0, 5) != draw(b"two", 0.0, 1000.0, 5)


def test_a_shift_without_length_has_none() -> None:
    assert draw(b"one", 10.0, 10.0, 5) == ()
