"""How fast Zoom is asked for states: never faster than configured, and a write goes before every poll."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Pace:
    """Lets requests out one by one. Zoom's limits hold for a whole account, whoever asks [D-RL].

    Args:
        per_second: Requests a second.
        clock: Monotonic seconds.
    """

    def __init__(self, per_second: float, clock: Callable[[], float]) -> None:
        self._gap_s, self._clock = 1.0 / per_second, clock
        self._next_at = float("-inf")

    async def turn(self, *, urgent: bool) -> None:
        """Wait for a request's turn. What is urgent goes at once, and those behind it wait longer."""
        now = self._clock()
        at = max(now, self._next_at)
        self._next_at = at + self._gap_s
        if not urgent:
            await asyncio.sleep(at - now)

    def hold(self, seconds: float) -> None:
        """Zoom asked for a pause: polls wait so long."""
        self._next_at = max(self._next_at, self._clock() + seconds)
