"""Whether things came in the right order. Pure, and told only what the simulators received."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from examples.demo.received import Received

FLAGS_EACH = 2
"""Two flags are raised; each platform that shows flags gets each of them once."""


@dataclass(frozen=True, slots=True)
class Moments:
    """When the film changed, seconds since the story began."""

    leaves_s: float
    other_s: float
    dark_s: float
    light_s: float
    paused_s: float


def faults(rows: Sequence[Received], moments: Moments, flagged: Sequence[str]) -> tuple[str, ...]:
    """What is wrong, each in one line; nothing when all is right.

    Args:
        rows: What was received.
        moments: Of the film.
        flagged: Platforms that get each flag.
    """
    ordered = sorted(rows, key=lambda row: row.at_s)
    checks: tuple[Callable[[Sequence[Received], Moments], Iterable[str]], ...] = (
        _too_early,
        _absence,
        _return,
        _other,
        _darkness,
        _pause,
        _states,
    )
    found = [fault for check in checks for fault in check(ordered, moments)]
    return (*found, *_flags(ordered, flagged))


def _first(rows: Sequence[Received], what: str, after_s: float = float("-inf")) -> float | None:
    return next((row.at_s for row in rows if row.what == what and row.at_s >= after_s), None)


def _in_order(rows: Sequence[Received], steps: Sequence[str], after_s: float) -> Iterable[str]:
    """Each step's first arrival after a moment must come, and later than the step before it."""
    before: tuple[str, float] | None = None
    for step in steps:
        at_s = _first(rows, step, after_s)
        if at_s is None:
            yield f"no {step} was received after {after_s:.0f} s"
            return
        if before is not None and at_s <= before[1]:
            yield f"{step} came at {at_s:.1f} s, before {before[0]} at {before[1]:.1f} s"
        before = step, at_s


def _too_early(rows: Sequence[Received], moments: Moments) -> Iterable[str]:
    for row in rows:
        if row.at_s < moments.leaves_s:
            yield f"{row.what} came at {row.at_s:.1f} s, while the agent was at the desk"


def _absence(rows: Sequence[Received], moments: Moments) -> Iterable[str]:
    return _in_order(rows, ("notice", "state:Away", "flag"), moments.leaves_s)


def _return(rows: Sequence[Received], moments: Moments) -> Iterable[str]:
    away_s = _first(rows, "state:Away")
    if away_s is not None:
        back_s = _first(rows, "state:Available", away_s)
        if back_s is None:
            yield "state:Available was not restored after state:Away"
        elif back_s >= moments.other_s:
            yield f"state:Available came at {back_s:.1f} s, when somebody else sat there"


def _other(rows: Sequence[Received], moments: Moments) -> Iterable[str]:
    return _in_order(rows, ("notice", "flag"), moments.other_s)


def _darkness(rows: Sequence[Received], moments: Moments) -> Iterable[str]:
    for row in rows:
        if moments.dark_s <= row.at_s < moments.light_s:
            yield f"{row.what} came at {row.at_s:.1f} s, when it was too dark to tell anything"


def _pause(rows: Sequence[Received], moments: Moments) -> Iterable[str]:
    """The lead's card changes, since the agent is paused; nothing else comes of an empty desk."""
    since = [row for row in rows if row.at_s >= moments.light_s]
    if not any(row.what == "flag_update" and row.at_s >= moments.paused_s for row in since):
        yield "no flag_update came once the agent had paused"
    for row in since:
        if row.what != "flag_update":
            yield f"{row.what} came at {row.at_s:.1f} s, when the agent had only paused"


def _states(rows: Sequence[Received], _moments: Moments) -> Iterable[str]:
    states = [row.what for row in rows if row.what.startswith("state:")]
    if states != ["state:Away", "state:Available"]:
        yield f"the states written were {', '.join(states) or 'none'}, not Away and then Available"


def _flags(rows: Sequence[Received], flagged: Sequence[str]) -> Iterable[str]:
    count = Counter(row.platform for row in rows if row.what == "flag")
    for platform in flagged:
        if count[platform] != FLAGS_EACH:
            yield f"{platform} received {count[platform]} flags, not {FLAGS_EACH}"
