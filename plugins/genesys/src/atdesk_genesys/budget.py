"""The request budget of one OAuth client: at most so many requests in any minute, the important ones first.

Genesys counts in windows of a minute that it begins where it likes [COMM:api-limits]; keeping below the limit
in *every* minute keeps below it in its windows too. `Window` is the pure bookkeeping; `Budget` waits.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from atdesk_sdk.errors import TryLater


class Lane(IntEnum):
    """Who goes first. The number is the order."""

    WRITE = 0
    NOTICE = 1
    SNAPSHOT = 2
    POLL = 3


#: Share of the minute that a lane leaves to those before it.
_LEAVES = {Lane.WRITE: 0.0, Lane.NOTICE: 0.03, Lane.SNAPSHOT: 0.10, Lane.POLL: 0.20}


@dataclass(slots=True)
class Window:
    """Requests of the last minute, and what the platform said about waiting.

    Attributes:
        limit: Requests in any `span_s` seconds.
        span_s: Length of the minute.
        held_until: No request before this time.
    """

    limit: int
    span_s: float = 60.0
    held_until: float = float("-inf")
    _sent: deque[float] = field(default_factory=deque)

    def wait_s(self, lane: Lane, now: float) -> float:
        """Seconds until a request of this lane may go out; 0 when it may now."""
        while self._sent and self._sent[0] <= now - self.span_s:
            self._sent.popleft()
        held = max(0.0, self.held_until - now)
        may_use = max(1, int(self.limit * (1 - _LEAVES[lane])))
        excess = len(self._sent) - may_use
        if excess < 0:
            return held
        return max(held, self._sent[excess] + self.span_s - now)

    def count(self, now: float) -> None:
        """Note that a request goes out."""
        self._sent.append(now)

    def hold(self, seconds: float, now: float) -> None:
        """Send nothing for so long: the platform asked for it."""
        self.held_until = max(self.held_until, now + seconds)


class Budget:
    """Lets requests out in the order of their lanes, first come first served within one.

    Args:
        limit: Requests a minute.
        clock: Monotonic seconds.
        longest_wait_s: A request that would wait longer for the platform's own hold is refused at once.
        span_s: Length of the minute, for tests.
    """

    def __init__(
        self, limit: int, clock: Callable[[], float], *, longest_wait_s: float, span_s: float = 60.0
    ) -> None:
        self.window = Window(limit, span_s)
        self._clock = clock
        self._longest_wait_s = longest_wait_s
        self._queue: list[tuple[Lane, int]] = []
        self._numbers = itertools.count()
        self._moved = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many requests wait now."""
        return len(self._queue)

    async def take(self, lane: Lane) -> None:
        """Wait for this request's turn.

        Raises:
            TryLater: The platform asked to wait longer than we do; `retry_after_s` says how long.
        """
        self.check()
        place = (lane, next(self._numbers))
        heapq.heappush(self._queue, place)
        try:
            await self._turn(place)
        finally:
            self._queue.remove(place)
            heapq.heapify(self._queue)
            self._wake()

    def hold(self, seconds: float) -> None:
        """Note a `Retry-After`."""
        self.window.hold(seconds, self._clock())
        self._wake()

    def check(self) -> None:
        """Refuse at once what the platform does not want for a long time.

        Raises:
            TryLater: It does not.
        """
        held = self.window.held_until - self._clock()
        if held > self._longest_wait_s:
            raise TryLater(f"Genesys asked us to send nothing for {held:.0f} s", held)

    async def _turn(self, place: tuple[Lane, int]) -> None:
        while True:
            wait = self.window.wait_s(place[0], self._clock())
            first = self._queue[0] == place
            if first and wait <= 0:
                self.window.count(self._clock())
                return
            self.check()
            moved = self._moved
            try:
                async with asyncio.timeout(wait if first else None):
                    await moved.wait()
            except TimeoutError:
                continue

    def _wake(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()
