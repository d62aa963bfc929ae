"""How much of something is let pass in a time. Pure: the clock is passed in."""

from dataclasses import dataclass


@dataclass(slots=True)
class Allowance:
    """So many at once, and so many a second after that.

    Attributes:
        at_once: The most that can be saved up.
        per_s: How fast it comes back.
    """

    at_once: float
    per_s: float
    _left: float = -1.0
    _at: float = 0.0

    def spend(self, now: float) -> bool:
        """Take one. False: there is none left.

        Args:
            now: Seconds of a clock that never goes back.
        """
        if self._left < 0:
            self._left, self._at = self.at_once, now
        self._left = min(self.at_once, self._left + (now - self._at) * self.per_s)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass(slots=True)
class Pacing:
    """Whether a frame comes at the pace that was set.

    A frame that is late or early by half an interval does no harm; the pace as a whole is kept.

    Attributes:
        interval_s: Wanted distance between two frames.
    """

    interval_s: float
    _due: float = float("-inf")

    def take(self, now: float) -> bool:
        """Take a frame that comes now. False: too early.

        Args:
            now: Seconds of a clock that never goes back.
        """
        if now < self._due - self.interval_s / 2:
            return False
        self._due = max(self._due, now) + self.interval_s
        return True
