"""What arrived, in order and with times: what tests and the demo check themselves against."""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing that reached the simulator.

    Attributes:
        at: Wall clock, ISO 8601 with microseconds, UTC.
        at_s: Monotonic seconds; differences between arrivals mean something.
        kind: `http`, `webhook`, `socket_open`, `socket_close` or `socket_message`.
        what: `"METHOD /path"`, or the channel a socket belongs to.
        query: The query as sent.
        status: What was answered; 0 where the connection was cut.
        body: Parsed JSON, or None.
    """

    at: str
    at_s: float
    kind: str
    what: str
    query: str = ""
    status: int = 0
    body: Any = None

    def as_json(self) -> dict[str, Any]:
        """Give the plain form for `GET /_sim/log`."""
        return asdict(self)


class Journal:
    """The last arrivals, and a way to wait for one. Beyond `limit` the oldest go, and are counted."""

    def __init__(self, limit: int = 20_000) -> None:
        self._arrivals: deque[Arrival] = deque(maxlen=limit)
        self._news = asyncio.Event()
        self.dropped = 0

    def note(self, kind: str, what: str, *, query: str = "", status: int = 0, body: Any = None) -> None:
        """Write down an arrival and wake whoever waits for one."""
        self.dropped += len(self._arrivals) == self._arrivals.maxlen
        wall = datetime.now(UTC).isoformat()
        self._arrivals.append(Arrival(wall, time.monotonic(), kind, what, query, status, body))
        self._news.set()
        self._news = asyncio.Event()

    def all(self, match: str = "", kind: str | None = None) -> list[Arrival]:
        """Give the arrivals whose `what` matches the expression, oldest first."""
        found = [a for a in self._arrivals if re.search(match, a.what)]
        return [a for a in found if kind is None or a.kind == kind]

    def clear(self) -> None:
        """Forget everything noted so far."""
        self._arrivals.clear()

    async def wait(
        self,
        match: str,
        *,
        count: int = 1,
        timeout_s: float = 5.0,
        where: Callable[[Arrival], bool] | None = None,
    ) -> list[Arrival]:
        """Wait until `count` matching arrivals are there.

        Raises:
            TimeoutError: They did not come in time; the message says what came instead.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    news = self._news
                    found = [a for a in self.all(match) if where is None or where(a)]
                    if len(found) >= count:
                        return found
                    await news.wait()
        except TimeoutError as late:
            came = [f"{a.kind} {a.what} {a.status}" for a in self._arrivals]
            raise TimeoutError(
                f"{count} x {match!r} did not arrive in {timeout_s} s; came: {came[-20:]}"
            ) from late
