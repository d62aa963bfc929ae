"""The Teams adapter alone in a process of its own: follows everybody, and says what that cost.

Takes one line of JSON on its input: the table, how many people, for how long. Prints one line of JSON.
"""

import asyncio
import json
import logging
import resource
import sys
import time
from collections import Counter
from typing import Any

from atdesk_sdk import AccountRef, AdapterEvent, HealthReport
from atdesk_teams.adapter import build
from atdesk_teams.config import TeamsConfig
from benchmarks.teams_tenant import user_id


class _Counting:
    """A host that counts."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def emit(self, event: AdapterEvent) -> None:
        self.counts[type(event).__name__] += 1

    def report(self, report: HealthReport) -> None:
        self.counts[report.status.value] += 1

    def now(self) -> float:
        return time.time()


async def _measure(table: dict[str, Any], people: int, seconds: float) -> dict[str, Any]:
    host, adapter = _Counting(), build(TeamsConfig.model_validate(table))
    try:
        await adapter.start(host)
        began = time.perf_counter()
        await adapter.follow([AccountRef("teams", adapter.tenant, user_id(n)) for n in range(people)])
        first_s, told = time.perf_counter() - began, host.counts["AgentStateChanged"]
        await asyncio.sleep(adapter.config.poll_s)
        host.counts.clear()
        cpu, wall = _cpu_s(), time.perf_counter()
        await asyncio.sleep(seconds)
        spent = {"cpu_s": _cpu_s() - cpu, "wall_s": time.perf_counter() - wall}
    finally:
        await adapter.aclose()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**spent, "first_s": first_s, "told": told, "peak_mb": peak_mb, "counts": dict(host.counts)}


def _cpu_s() -> float:
    """User and system time of this process, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    logging.disable(logging.INFO)
    asked = json.loads(sys.stdin.readline())
    print(json.dumps(asyncio.run(_measure(asked["table"], asked["people"], asked["seconds"]))))
