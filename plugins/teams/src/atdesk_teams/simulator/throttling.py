"""Graph's limits on requests: so many of an app in a tenant within a window."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """As the throttling-limits page states them.

    Attributes:
        presence: Presence requests of one app in one tenant within `presence_s` seconds.
        presence_s: See there.
        graph: Requests of one app within one second, whatever they ask for.
        ids: In one `getPresencesByUserId`.
    """

    presence: int = 1500
    presence_s: float = 30.0
    graph: int = 2000
    ids: int = 650


@dataclass(slots=True)
class Window:
    """Counts the requests of each caller within the last seconds.

    Refused requests count as well, as Graph's do: whoever tries again at once stays out longer.
    """

    allowed: int
    length_s: float
    clock: Callable[[], float]
    _times: dict[str, deque[float]] = field(default_factory=dict)

    def wait_s(self, caller: str) -> int:
        """Count one request; 0 when it is let through, else the seconds to wait."""
        now = self.clock()
        times = self._times.setdefault(caller, deque(maxlen=self.allowed))
        full = len(times) == self.allowed and now - times[0] < self.length_s
        times.append(now)
        return max(1, math.ceil(times[0] + self.length_s - now)) if full else 0
