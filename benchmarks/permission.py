"""What the question "may this frame be opened now" costs, and what merging the levels costs."""

import time
from collections.abc import Callable

from atdesk_core.policy import (
    Because,
    LevelKind,
    LookReason,
    Precondition,
    Resolved,
    Situation,
    cap_of,
    may_open,
    parse_level,
    resolve,
)
from atdesk_sdk import Meeting, Presence
from benchmarks.figures import Figure, median, percentile
from benchmarks.results import Options, Result

BATCHES, QUESTIONS, MERGES, MEETINGS = 50, 2000, 100, 1000
TARGET_US = 20
MEETING = Meeting("900", "900", participants=6, outside_guests=False, people_told=True)

NOTES = (
    "CPU time of one thread, in memory. The policy is merged from two jurisdictions, organisation, site, "
    "team and agent; six preconditions are asked for and 1000 meetings listed: the longest way through.",
    "Median and p99 of the means of 50 batches of 2000 questions each; the merge of 20 batches of 100.",
)


def run(options: Options) -> Result:
    """Measure."""
    resolved, situation = _merged(), _situation()
    allowed = _means_us(QUESTIONS, BATCHES, lambda: may_open(LookReason.WATCH, situation, resolved.policy))
    refused = _means_us(QUESTIONS, BATCHES, lambda: may_open(LookReason.RANDOM, situation, resolved.policy))
    merging = _means_us(MERGES, 20, _merged)
    if may_open(LookReason.WATCH, situation, resolved.policy) is not Because.ALLOWED:
        raise AssertionError("the whole way through the checks is what is measured")
    figures = (
        Figure("allowed, median", median(allowed), "us", BATCHES, at_most=TARGET_US),
        Figure("allowed, p99", percentile(allowed, 0.99), "us", BATCHES, at_most=TARGET_US),
        Figure("refused by a preset, median", median(refused), "us", BATCHES),
        Figure("merge of six levels", median(merging), "us", 20),
    )
    return Result("permission", figures, NOTES, {"allowed_us": allowed})


def _merged() -> Resolved:
    meetings = [{"id": str(number), "purpose": "benchmark"} for number in range(MEETINGS)]
    site = {"site": "home", "accountable": "Bench", "meetings": meetings}
    return resolve(
        [
            cap_of("DE"),
            cap_of("FR"),
            parse_level({"looks": {"max_s": 4}}, LevelKind.ORGANISATION, "Bench"),
            parse_level(site, LevelKind.SITE, "home"),
            parse_level({"looks": {"max_frames": 5}}, LevelKind.TEAM, "one"),
            parse_level({"looks": {"max_frames": 4}}, LevelKind.AGENT, "ann"),
        ]
    )


def _situation() -> Situation:
    return Situation(
        stopped=False,
        identified=True,
        consent=True,
        paused=False,
        on_shift=True,
        presence=Presence.AVAILABLE,
        away_is_ours=False,
        frames_left=100,
        meeting=MEETING,
        met=frozenset(Precondition),
    )


def _means_us(count: int, batches: int, once: Callable[[], object]) -> list[float]:
    means: list[float] = []
    for _ in range(batches):
        began = time.thread_time()
        for _ in range(count):
            once()
        means.append((time.thread_time() - began) / count * 1e6)
    return means
