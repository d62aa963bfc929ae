"""Time that passes only when nothing else is left to do: scripted tests never sleep.

`VirtualClock` is the clock to pass in. `VirtualTimeLoop` is an event loop whose timers read that
clock: instead of waiting for the next timer it moves the clock there, so an hour of script takes
milliseconds and gives the same order each time. It is for code without sockets: the network does
not hurry, and a time limit on it would run out at once.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

EPOCH = 1_767_225_600.0
"""Where a `VirtualClock` starts by default: 2026-01-01 00:00 UTC, in seconds since the epoch."""


class VirtualClock:
    """A clock that stands still until it is told to move.

    Args:
        start: Its first reading, seconds since the epoch.
    """

    def __init__(self, start: float = EPOCH) -> None:
        self._start = start
        self._elapsed = 0.0

    @property
    def elapsed(self) -> float:
        """Seconds it has moved so far."""
        return self._elapsed

    def now(self) -> float:
        """Its reading, seconds since the epoch."""
        return self._start + self._elapsed

    def advance(self, seconds: float) -> None:
        """Move it forward.

        Raises:
            ValueError: `seconds` is negative: time does not run backwards.
        """
        if seconds < 0:
            raise ValueError(f"a clock cannot go back by {-seconds} s")
        self._elapsed += seconds


class Stalled(RuntimeError):
    """Every task waits for something that nothing is left to do."""


class _JumpingSelector(selectors.DefaultSelector):
    """Moves the clock where the plain selector would sleep."""

    def __init__(self, clock: VirtualClock, patience_s: float) -> None:
        super().__init__()
        self._clock = clock
        self._patience_s = patience_s

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None:
            return self._wait_for_a_thread()
        self._clock.advance(timeout)
        return []

    def _wait_for_a_thread(self) -> list[tuple[selectors.SelectorKey, int]]:
        """Without timers only another thread can wake the loop, and that takes real time."""
        ready = super().select(self._patience_s)
        if not ready:
            raise Stalled(f"nothing is scheduled and nothing came in {self._patience_s:g} real seconds")
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting costs no time.

    Args:
        clock: What its timers read and move; a new one when left out.
        patience_s: Real seconds to wait for another thread when no timer is left, before `Stalled`.
    """

    def __init__(self, clock: VirtualClock | None = None, patience_s: float = 10.0) -> None:
        self.clock = clock or VirtualClock()
        super().__init__(_JumpingSelector(self.clock, patience_s))

    def time(self) -> float:
        """Seconds since the loop's clock was made."""
        return self.clock.elapsed


def run_virtual(main: Coroutine[Any, Any, Result], clock: VirtualClock | None = None) -> Result:
    """Run a coroutine to its end in virtual time, like `asyncio.run`.

    Args:
        main: What to run.
        clock: What the timers read and move; pass the one that the code under test reads.

    Raises:
        Stalled: Every task waits, and nothing is left that could wake one.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(clock)) as runner:
        return runner.run(main)
