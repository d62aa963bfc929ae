"""What arrived, in order and with times: what tests and the demo check themselves against."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from atdesk_sdk.simulating.journal import Lines


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

    def __str__(self) -> str:
        return f"{self.kind} {self.what} {self.status}"

    def as_json(self) -> dict[str, Any]:
        """Give the plain form for `GET /_sim/log`."""
        return asdict(self)


class Journal(Lines[Arrival]):
    """The last arrivals, and a way to wait for one."""

    def note(self, kind: str, what: str, *, query: str = "", status: int = 0, body: Any = None) -> None:
        """Write down an arrival and wake whoever waits for one."""
        wall = datetime.now(UTC).isoformat()
        self.write(Arrival(wall, time.monotonic(), kind, what, query, status, body))

    def all(self, match: str = "", kind: str | None = None) -> list[Arrival]:
        """Give the arrivals whose `what` matches the expression, oldest first."""
        found = [a for a in self if re.search(match, a.what)]
        return [a for a in found if kind is None or a.kind == kind]

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

        def found() -> list[Arrival]:
            return [a for a in self.all(match) if where is None or where(a)]

        await self.until(lambda: len(found()) >= count, f"{count} x {match!r}", timeout_s)
        return found()
