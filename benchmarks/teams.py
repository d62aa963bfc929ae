"""What it costs to ask how 10,000 agents in Teams are every 5 s, and how soon an Away that is due is sent.

The tenant, the adapter that polls and this process are three: what is measured is the adapter's alone, by the
kernel's own account of its CPU time. Then the whole service with Teams as the authority: see `teams_writes`.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks import teams_writes
from benchmarks.figures import Figure
from benchmarks.results import CannotMeasure, Options, Result

PEOPLE = 10_000
POLL_S = 5.0
SECONDS = 60.0
#: Ten changes an hour for each of them.
CHANGES_PER_S = PEOPLE * 10 / 3600

NOTES = (
    f"{PEOPLE} agents in calls of at most 650 ids, spread evenly over {POLL_S:g} s, TLS to a simulator in a "
    "process of its own; every agent changes ten times an hour. CPU: user and system time of the polling "
    "process, all threads, divided by the time that passed; it does nothing else.",
    *teams_writes.NOTES,
)


def run(options: Options) -> Result:
    """Measure."""
    seconds = options.seconds or SECONDS
    polled = _polled(seconds)
    written = teams_writes.measure()
    return Result("teams", (*_figures(polled), *written.figures), NOTES, {"poll": polled, **written.detail})


def _polled(seconds: float) -> dict[str, Any]:
    with _tenant() as tenant, tempfile.TemporaryDirectory(prefix="atdesk-bench-") as folder:
        table = {
            "name": "teams",
            "tenant": tenant["tenant_id"],
            "client_id": tenant["client_id"],
            "client_secret": "env:ATDESK_BENCH_TEAMS",
            "authority": tenant["authority"],
            "graph_url": tenant["graph_url"],
            "ca_file": tenant["ca_file"],
            "state_dir": folder,
            "poll_s": POLL_S,
        }
        asked = json.dumps({"table": table, "people": PEOPLE, "seconds": seconds})
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.teams_poller"],
            input=asked + "\n",
            capture_output=True,
            text=True,
            timeout=seconds + 120,
            check=False,
            env=teams_writes.with_secret(tenant["client_secret"]),
        )
    if done.returncode:
        raise CannotMeasure(f"the poller failed: {done.stderr[-500:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def _tenant() -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "benchmarks.teams_tenant", str(PEOPLE), str(CHANGES_PER_S)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None  # noqa: S101  (asked for)
    try:
        line = child.stdout.readline()
        if not line:
            raise CannotMeasure("the simulated tenant did not start")
        yield json.loads(line)
    finally:
        child.communicate(timeout=30)


def _figures(polled: dict[str, Any]) -> list[Figure]:
    counts, wall_s = polled["counts"], polled["wall_s"]
    told = counts.get("AgentStateChanged", 0)
    share = 100 * polled["cpu_s"] / wall_s
    return [
        Figure(
            "CPU of the polling process", share, "% of a core", None, at_most=20.0, note=f"{wall_s:.0f} s"
        ),
        Figure("... for each presence read", polled["cpu_s"] / (wall_s / POLL_S * PEOPLE) * 1e6, "us"),
        Figure("states told a second", told / wall_s, "a second", told, note="changes alone are told"),
        Figure("all told after following", polled["first_s"], "s", polled["told"], at_least=None),
        Figure(
            "outages while it ran", counts.get("degraded", 0) + counts.get("down", 0), "", None, at_most=0
        ),
        Figure("memory of the polling process", polled["peak_mb"], "MB"),
    ]
