"""The pace of requests to presence: at most so many in any 30 s, the important ones first.

Microsoft allows 1500 in 30 s, an app and tenant. `Window` is the pure bookkeeping; `Pace` waits.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from atdesk_sdk.errors import TryLater


class Lane(IntEnum):
    """Who goes first. The number is the order."""

    WRITE = 0
    READ = 1
    POLL = 2


#: Share of the 30 s that a lane leaves to those before it.
_LEAVES: Final = {Lane.WRITE: 0.0, Lane.READ: 0.05, Lane.POLL: 0.20}
_SPAN_S: Final = 30.0
#: Bounds of the back-off after a 429 that does not say how long.
_FIRST_S, _LONGEST_S = 1.0, 60.0


@dataclass(slots=True)
class Window:
    """Requests of the last 30 s, and what Graph said about waiting.

    Attributes:
        limit: Requests in any 30 s.
        held_until: No request before this time.
    """

    limit: int
    held_until: float = float("-inf")
    _sent: deque[float] = field(default_factory=deque)

    def wait_s(self, lane: Lane, now: float) -> float:
        """Seconds until a request of this lane may go out; 0 when it may now."""
        while self._sent and self._sent[0] <= now - _SPAN_S:
            self._sent.popleft()
        held = max(0.0, self.held_until - now)
        excess = len(self._sent) - max(1, int(self.limit * (1 - _LEAVES[lane])))
        if excess < 0:
            return held
        return max(held, self._sent[excess] + _SPAN_S - now)

    def count(self, now: float) -> None:
        """Note that a request goes out."""
        self._sent.append(now)

    def hold(self, seconds: float, now: float) -> None:
        """Send nothing for so long."""
        self.held_until = max(self.held_until, now + seconds)


class Pace:
    """Lets requests out. There are few at a time, so who waits looks again when its time has come.

    Args:
        limit: Requests in any 30 s.
        clock: Monotonic seconds.
        longest_wait_s: A request that would wait longer because Graph asked for it is refused at once.
    """

    def __init__(self, limit: int, clock: Callable[[], float], *, longest_wait_s: float) -> None:
        self.window = Window(limit)
        self._clock = clock
        self._longest_wait_s = longest_wait_s
        self._refused = 0

    async def ready(self, lane: Lane) -> None:
        """Wait until a request of this lane could go out, without taking its turn.

        Raises:
            TryLater: Graph asked to wait longer than we do; `retry_after_s` says how long.
        """
        while True:
            self._check()
            wait = self.window.wait_s(lane, self._clock())
            if wait <= 0:
                return
            await asyncio.sleep(wait)

    async def take(self, lane: Lane) -> None:
        """Wait for this request's turn, and take it.

        Raises:
            TryLater: As `ready`.
        """
        await self.ready(lane)
        self.window.count(self._clock())

    def take_now(self, lane: Lane) -> None:
        """Take a turn without waiting.

        Raises:
            TryLater: There is none now; `retry_after_s` says when.
        """
        wait = self.window.wait_s(lane, self._clock())
        if wait > 0:
            raise TryLater(f"Graph takes no request of ours for {wait:.1f} s", wait)
        self.window.count(self._clock())

    def refused(self, asked_s: float | None, chance: random.Random) -> None:
        """Note a 429: wait as long as Graph says, else twice as long each time."""
        self._refused = min(self._refused + 1, 10) if asked_s is None else 0
        backed_off = min(_LONGEST_S, _FIRST_S * 2 ** (self._refused - 1)) * chance.uniform(0.5, 1.0)
        self.window.hold(asked_s if asked_s is not None else backed_off, self._clock())

    def accepted(self) -> None:
        """Note that Graph takes requests again."""
        self._refused = 0

    def _check(self) -> None:
        held = self.window.held_until - self._clock()
        if held > self._longest_wait_s:
            raise TryLater(f"Graph asked us to send nothing for {held:.0f} s", held)
