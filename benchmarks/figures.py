"""Figures with their n and their bounds. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# With fewer cases than this a rate says nothing.
LEAST_N = 20
NOT_MEASURABLE = "not measurable"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing.

    Attributes:
        what: In words.
        value: None: not measurable.
        unit: Of the value.
        n: How many cases it stands on; None where that means nothing.
        at_least: Target from below.
        at_most: Target from above.
        note: What one has to know to read it.
        low: Lower bound of the value, 95 %, two-sided; None where there is none.
        high: Upper bound likewise.
    """

    what: str
    value: float | None
    unit: str = ""
    n: int | None = None
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the target is met; None without a target or without a value."""
        if self.value is None or (self.at_least is None and self.at_most is None):
            return None
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)

    @property
    def target(self) -> str:
        """The target in words; empty without one."""
        if self.at_most == 0:
            return "none"
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return f"<= {self.at_most:g}" if self.at_most is not None else ""

    @property
    def shown(self) -> str:
        """The value as it is printed."""
        if self.value is None:
            return NOT_MEASURABLE
        digits = 0 if float(self.value).is_integer() else 4 if abs(self.value) < 10 else 1
        return f"{self.value:.{digits}f} {self.unit}".rstrip()

    @property
    def bounds(self) -> str:
        """The interval as it is printed; empty without one."""
        if self.value is None or self.low is None or self.high is None:
            return ""
        return f"{self.low:.4f} to {self.high:.4f}"


def rate(
    what: str,
    hits: int,
    n: int,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    note: str = "",
) -> Figure:
    """A share of cases with its exact interval: not measurable with fewer than `LEAST_N` of them.

    Args:
        what: In words.
        hits: Cases in which it was so.
        n: All cases.
        at_least: Target from below.
        at_most: Target from above.
        note: Added to the counts, which are always told.
    """
    told = f"{hits} of {n}" + (f"; {note}" if note else "")
    if n < LEAST_N:
        return Figure(what, None, "", n, at_least, at_most, told)
    low, high = share_interval(hits, n)
    return Figure(what, hits / n, "", n, at_least, at_most, told, low, high)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed (nearest rank).

    Raises:
        ValueError: There are no values.
    """
    if not values:
        raise ValueError("no values, so no percentile")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two in the middle.

    Raises:
        ValueError: There are no values.
    """
    if not values:
        raise ValueError("no values, so no median")
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def poisson_upper(events: int, level: float = 0.95) -> float:
    """Upper bound of the expected number of events when `events` were seen (exact, one-sided).

    With none seen this is the rule of three: 3.0.
    """
    return _first_below(lambda mean: _poisson_at_most(events, mean), 1 - level, events + 20.0)


def share_upper(hits: int, n: int, level: float = 0.95) -> float:
    """Upper bound of a share when `hits` of `n` cases were seen (Clopper-Pearson, one-sided)."""
    if hits >= n:
        return 1.0
    return _first_below(lambda share: _binomial_at_most(hits, n, share), 1 - level, 1.0)


def share_interval(hits: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Both bounds of a share when `hits` of `n` cases were seen (Clopper-Pearson, two-sided)."""
    one_sided = (1 + level) / 2
    return 1.0 - share_upper(n - hits, n, one_sided), share_upper(hits, n, one_sided)


def _first_below(falling: Callable[[float], float], level: float, high: float) -> float:
    """Where a function that falls from 1 on [0, high) comes down to a level; `high` grows as needed."""
    low = 0.0
    while high != 1.0 and falling(high) > level:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > level else (low, middle)
    return (low + high) / 2


def _poisson_at_most(events: int, mean: float) -> float:
    if mean <= 0:
        return 1.0
    return sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(events + 1))


def _binomial_at_most(hits: int, n: int, share: float) -> float:
    """P(at most `hits` of `n`), summed over the thinner tail: a few terms even for many thousand cases."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    if hits < n * share:
        return _binomial_tail(hits, n, share)
    return 1.0 - _binomial_tail(n - hits - 1, n, 1 - share)


def _binomial_tail(hits: int, n: int, share: float) -> float:
    """The same where `hits` lies below the mean: from the largest term down until nothing is added."""
    ways = math.lgamma(n + 1) - math.lgamma(hits + 1) - math.lgamma(n - hits + 1)
    term = math.exp(ways + hits * math.log(share) + (n - hits) * math.log1p(-share))
    total = 0.0
    for k in range(hits, -1, -1):
        total += term
        term *= k * (1 - share) / ((n - k + 1) * share)
        if term <= total * 1e-16:
            break
    return total
