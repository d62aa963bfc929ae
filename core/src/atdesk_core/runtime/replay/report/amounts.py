"""Times, spans, shares and ranges as people read them."""

from collections.abc import Iterable
from math import isfinite

from atdesk_core.runtime.replay.report.words import say


def clock(at_s: float) -> str:
    """A time of the recording: `0:24`, and `1:02:03` from an hour on."""
    minutes, seconds = divmod(round(at_s), 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def span(length_s: float) -> str:
    """A length of time: `19 s`, `1 min 38 s`, `1 h 5 min`."""
    seconds = round(length_s)
    if seconds < 1:
        return say("no_time")
    if seconds < 60:
        return say("seconds", s=seconds)
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return say("minutes_seconds", m=minutes, s=rest) if rest else say("minutes", m=minutes)
    return say("hours_minutes", h=minutes // 60, m=minutes % 60)


def share(part: float, of: float) -> str:
    """A share in percent. `0 %` and `100 %` are kept for nothing and all."""
    percent = 100 * part / of if of else 0.0
    if 0 < percent < 100:
        percent = min(max(round(percent), 1), 99)
    return say("percent", n=round(percent))


def span_of(numbers: Iterable[float], digits: int = 0) -> str:
    """The range of some numbers: `4 to 21`, or `4` where it has no width; empty for none."""
    finite = [number for number in numbers if isfinite(number)]
    if not finite:
        return ""
    low, high = (f"{number:,.{digits}f}" for number in (min(finite), max(finite)))
    return low if low == high else say("to", low=low, high=high)
