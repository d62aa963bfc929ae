"""The benchmarks compute what they say: bounds, percentiles, and when a rate says nothing."""

import pytest
from benchmarks.figures import Figure, median, percentile, poisson_upper, rate, share_interval, share_upper


@pytest.mark.parametrize(
    ("events", "bound"),
    [(0, 2.9957), (1, 4.7439), (5, 10.5130), (30, 40.6907)],  # half of chi-squared, 2k + 2 degrees
)
def test_the_poisson_bound_is_the_exact_one(events: int, bound: float) -> None:
    assert poisson_upper(events) == pytest.approx(bound, abs=1e-3)


@pytest.mark.parametrize(
    ("hits", "n", "bound"),
    [(0, 60, 0.0487), (1, 60, 0.0766), (0, 1, 0.95), (3, 10, 0.6066), (10, 10, 1.0)],
)
def test_the_bound_of_a_share_is_that_of_clopper_and_pearson(hits: int, n: int, bound: float) -> None:
    assert share_upper(hits, n) == pytest.approx(bound, abs=1e-3)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 60, 0.0, 0.0596), (3, 10, 0.0667, 0.6525), (10, 10, 0.6915, 1.0), (50, 100, 0.3983, 0.6017)],
)
def test_the_interval_is_that_of_clopper_and_pearson(hits: int, n: int, low: float, high: float) -> None:
    assert share_interval(hits, n) == pytest.approx((low, high), abs=1e-4)


def test_the_interval_stands_for_many_thousand_cases() -> None:
    low, high = share_interval(8300, 8320)
    assert low < 8300 / 8320 < high
    assert (1 - high, 1 - low) == pytest.approx(share_interval(20, 8320), abs=1e-9)


def test_a_rate_of_fewer_than_twenty_cases_is_not_measurable() -> None:
    few, enough = rate("found", 19, 19, at_least=0.95), rate("found", 19, 20, at_least=0.95)
    assert (few.shown, few.reached, few.note) == ("not measurable", None, "19 of 19")
    assert (enough.value, enough.reached, enough.bounds) == (0.95, True, "0.7513 to 0.9987")
    assert few.bounds == ""


@pytest.mark.parametrize(
    ("figure", "reached"),
    [
        (Figure("a", 0.97, at_least=0.98), False),
        (Figure("a", 0.98, at_least=0.98), True),
        (Figure("a", 1, at_most=0), False),
        (Figure("a", 0, at_most=0), True),
        (Figure("a", 5.0), None),
    ],
)
def test_a_target_is_met_at_its_bound_and_not_beyond(figure: Figure, reached: bool | None) -> None:
    assert figure.reached is reached


def test_percentiles_are_by_nearest_rank() -> None:
    values = [float(number) for number in range(1, 101)]
    assert (percentile(values, 0.95), percentile([7.0], 0.95), percentile(values, 0.0)) == (95.0, 7.0, 1.0)
    assert (median([3.0, 1.0, 2.0]), median([4.0, 1.0, 2.0, 3.0])) == (2.0, 2.5)


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)
    with pytest.raises(ValueError, match="no values"):
        median([])
