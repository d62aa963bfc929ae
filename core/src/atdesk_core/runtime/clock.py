"""The engine's clock: the machine's, but it never goes back, and it says when the machine's has jumped.

Delays and windows are measured by it, so it must not run backwards: where the machine's clock goes back, it
stands still until that has caught up, and is `behind` so long. Nobody is looked at while it is: which shift
runs, and what has lapsed, is not known then.
"""

import time
from collections.abc import Callable

JUMP_S = 5.0
"""Less is a correction, as time servers make them; more is a jump."""


class EngineClock:
    """Calling `now` is all that most of the engine does with it.

    Args:
        wall: The machine's clock, seconds since the epoch.
        steady: Seconds of a clock that nobody sets.
    """

    def __init__(self, wall: Callable[[], float], steady: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._steady = steady
        self._last = self._wall_before = wall()
        self._steady_before = steady()
        self._jumped_s = 0.0

    def now(self) -> float:
        """Seconds since the epoch; never less than before."""
        wall, steady = self._wall(), self._steady()
        off_s = (wall - self._wall_before) - (steady - self._steady_before)
        if abs(off_s) >= JUMP_S:
            self._jumped_s += off_s
        self._wall_before, self._steady_before = wall, steady
        self._last = max(self._last, wall)
        return self._last

    def not_before(self, at: float) -> None:
        """Go on from a time that is known to have been: what was written before a restart."""
        self._last = max(self._last, at)

    @property
    def behind(self) -> float:
        """Seconds until the machine's clock has caught up; 0 when all is well."""
        late_s = self.now() - self._wall_before
        return late_s if late_s >= JUMP_S else 0.0

    def take_jump(self) -> float | None:
        """How far the machine's clock has jumped since this was last asked, seconds; None: it has not."""
        self.now()
        jumped_s, self._jumped_s = self._jumped_s, 0.0
        return jumped_s or None
