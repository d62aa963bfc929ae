"""Graph's limits on requests: so many of an app in a tenant within a window."""

from __future__ import annotations

import math
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
    """Counts the requests of each caller in windows that begin with its first request.

    Refused requests count as well, as Graph's do: whoever tries again at once stays out.
    """

    allowed: int
    length_s: float
    clock: Callable[[], float]
    _open: dict[str, tuple[float, int]] = field(default_factory=dict)

    def wait_s(self, caller: str) -> int:
        """Count one request; 0 when it is let through, else the seconds to wait."""
        now = self.clock()
        start, used = self._open.get(caller, (now, 0))
        if now - start >= self.length_s:
            start, used = now, 0
        self._open[caller] = (start, used + 1)
        return 0 if used < self.allowed else max(1, math.ceil(start + self.length_s - now))
