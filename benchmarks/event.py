"""What one event costs on the hot path, in this process: a step, a permission, a durable commit."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from atdesk_core.policy import Because, MeetingRule, SitePolicy
from atdesk_core.runtime.planning import is_durable
from atdesk_core.session import (
    Facts,
    Observed,
    Session,
    ShiftNow,
    Woke,
    dump,
    frame_permission,
    new_session,
    step,
)
from atdesk_core.store import LedgerEntry, OutboxKind, OutboxRow, SessionSnapshot, Store, Unit
from atdesk_core.store.benchmark import measure_commits
from atdesk_sdk import (
    AccountRef,
    AgentState,
    AgentStateChanged,
    Interaction,
    Meeting,
    Presence,
    Routing,
    StreamKey,
    VideoOpened,
)
from benchmarks.cameras import observation
from benchmarks.figures import Figure, median, percentile
from benchmarks.results import Options, Result

STEPS, BATCHES, COMMITS = 2000, 7, 200
ACCOUNT = AccountRef("genesys", "org", "user-1")
MEETING = Meeting("900", "900", participants=6, outside_guests=False, people_told=True)
POLICY = SitePolicy(site="home", accountable="Bench", meetings=(MeetingRule(id="900", purpose="benchmark"),))
FACTS = Facts(
    policy=POLICY,
    authority=ACCOUNT,
    consent=True,
    shift=ShiftNow("s", 0.0, 1e9),
    stopped=False,
    accounts=frozenset({ACCOUNT}),
)

NOTES = (
    "Step and permission: the median of the means of seven batches of 2000, one thread, in memory.",
    "A commit holds a snapshot, an outbox row and a row of the log, flushed to the disk before it returns; "
    "`together`: 200 sessions at once, which share transactions. Disks differ: compare on one machine only.",
)


def run(options: Options) -> Result:
    """Measure."""
    session, look_id = _watched()
    alone, together = asyncio.run(_commits())
    figures = (
        Figure("session's step for an observation", _step_us(session, look_id), "us", BATCHES),
        Figure("permission to open a frame", _permission_us(session, look_id), "us", BATCHES, at_most=20),
        Figure("snapshot of a session to JSON", _mean_us(lambda _number: dump(session)), "us", BATCHES),
        Figure("commit alone, median", median(alone) * 1e6, "us", len(alone)),
        Figure("commit alone, p95", percentile(alone, 0.95) * 1e6, "us", len(alone)),
        Figure("commits together", 1e6 / together, "us each", None, note=f"{together:.0f} a second"),
    )
    return Result("event", figures, NOTES, {"commit_alone_s": alone})


def _watched() -> tuple[Session, str]:
    """A session with an open look, its agent at the desk, and the look's id."""
    state = AgentState(
        ACCOUNT, Presence.AVAILABLE, Routing.UNKNOWN, Interaction.NONE, 0.0, "event", revision="1"
    )
    video = VideoOpened(StreamKey("zoom", "stream", "1"), ACCOUNT, MEETING, 1.0, 1.0)
    session, _ = step(new_session("ann", 0.0), AgentStateChanged(state, 0.5, 0.5), FACTS)
    session, _ = step(session, video, FACTS)
    while session.look is None or session.look.urgent or session.look.frames < 2:
        session, _ = step(session, _next(session), FACTS)
    _, commands = step(session, _next(session), FACTS)
    if any(is_durable(one) for one in commands):
        raise AssertionError("a quiet observation writes nothing; this would measure the wrong thing")
    return session, session.look.look_id


def _next(session: Session) -> Observed | Woke:
    """The next picture of the open look, or the timer that opens one."""
    if session.look is None:
        return Woke(session.wake_at or session.now)
    return Observed(observation(session.look.look_id, session.now + 1.0, there=True))


def _step_us(session: Session, look_id: str) -> float:
    now = session

    def one_step(number: int) -> None:
        nonlocal now
        now, _ = step(now, Observed(observation(look_id, now.now + 1.0, there=True)), FACTS)

    return _mean_us(one_step)


def _permission_us(session: Session, look_id: str) -> float:
    """As the service asks before each frame: from the session and the facts, not from a ready situation."""
    if frame_permission(session, FACTS, look_id) is not Because.ALLOWED:
        raise AssertionError("the whole way through the checks is what is measured")
    return _mean_us(lambda _number: frame_permission(session, FACTS, look_id))


def _mean_us(once: Callable[[int], object]) -> float:
    means: list[float] = []
    for _ in range(BATCHES):
        began = time.perf_counter()
        for number in range(STEPS):
            once(number)
        means.append((time.perf_counter() - began) / STEPS * 1e6)
    return median(means)


async def _commits() -> tuple[list[float], float]:
    """(seconds of each commit by itself, commits a second when many sessions commit)."""
    alone: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        async with await Store.open(Path(folder) / "alone.db") as store:
            for number in range(1, COMMITS + 1):
                began = time.perf_counter()
                await store.commit(_unit(number))
                alone.append(time.perf_counter() - began)
        rates = await measure_commits(Path(folder) / "together.db")
    return alone, rates.units_per_s


def _unit(version: int) -> Unit:
    at = float(version)
    session = replace(new_session("ann", 0.0), now=at)
    row = OutboxRow(f"row-{version}", "ann", OutboxKind.NOTICE, "zoom", "{}", at, at, at + 60)
    entry = LedgerEntry(at, "home", "ref", "look_ended", '{"frames":2,"why":"complete"}')
    return Unit(snapshots=(SessionSnapshot("ann", version, dump(session)),), outbox=(row,), ledger=(entry,))
