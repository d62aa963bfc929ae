"""An absence that nobody decided must not make the figures look better."""

from benchmarks.watch import _figures


def test_what_was_not_decided_counts_as_the_longest_wait() -> None:
    middle, high, slowest = _figures("here", [5.0, 7.0], 2, 120.0)
    assert (middle.value, high.value, slowest.value, middle.n) == (63.5, 120.0, 120.0, 4)
    assert middle.note == "2 not decided, counted as 120 s"


def test_without_misses_nothing_is_added() -> None:
    middle, high, _ = _figures("here", [5.0, 7.0, 9.0], 0, 120.0)
    assert (middle.value, high.value, middle.note) == (7.0, 9.0, "")
