"""Whether the other side still answers, and when to ask. Pure: the clock is passed in."""

from dataclasses import dataclass

from atdesk_core.web.frames.timing import Timing

_NEVER = float("inf")


@dataclass(slots=True)
class Watch:
    """Of one connection. The clock is one that never goes back.

    Nothing is asked while nothing is going on. Once something was asked for, each ping that is not answered,
    by whatever message, counts toward the silence: also when the look it was for has ended meanwhile.
    """

    timing: Timing
    _asked_at: float | None = None
    _ping_at: float | None = None

    def asked(self, now: float) -> None:
        """Something was asked for: a look, or an answer to a ping."""
        if self._asked_at is None:
            self._asked_at = now
        if self._ping_at is None:
            self._ping_at = now + self.timing.ping_s

    def heard(self, now: float, *, busy: bool) -> None:
        """A message came.

        Args:
            now: The clock.
            busy: Whether a look is open, so that the next ping is due.
        """
        self._asked_at = None
        if not busy:
            self._ping_at = None
        elif self._ping_at is None:
            self._ping_at = now + self.timing.ping_s

    def is_silent(self, now: float) -> bool:
        """Whether the other side counts as gone."""
        return self._asked_at is not None and now - self._asked_at >= self.timing.silent_s

    def pings(self, now: float) -> bool:
        """Whether a ping is due now; then it counts as asked."""
        if self._ping_at is None or now < self._ping_at:
            return False
        self._ping_at = now + self.timing.ping_s
        self.asked(now)
        return True

    def due_in(self, now: float) -> float:
        """Seconds until there is something to do; infinite while nothing goes on."""
        silent_at = _NEVER if self._asked_at is None else self._asked_at + self.timing.silent_s
        ping_at = _NEVER if self._ping_at is None else self._ping_at
        return max(0.0, min(silent_at, ping_at) - now)
