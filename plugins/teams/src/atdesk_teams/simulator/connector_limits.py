"""How fast a bot may go in Teams: sliding windows a conversation, and one for the app in its tenant."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

#: `(operations, seconds)`.
Window = tuple[int, float]
#: What is counted apart: messages sent, changed or deleted; conversations begun; everything that is read.
Kind = Literal["send", "create", "read"]

_SEND: tuple[Window, ...] = ((7, 1.0), (8, 2.0), (60, 30.0), (1800, 3600.0))
_READ: tuple[Window, ...] = ((14, 1.0), (16, 2.0), (120, 30.0), (3600, 3600.0))


@dataclass(slots=True)
class ConnectorLimits:
    """What Microsoft publishes for one bot; the figures may change there, so all of them are fields.

    Attributes:
        windows: Per kind, for each conversation (a channel with all its threads is one).
        app: Requests of the app in its tenant, whatever they do.
        retry_after: Whether 429 says how long to wait; the reference leaves open whether it always does.
    """

    windows: Mapping[Kind, tuple[Window, ...]] = field(
        default_factory=lambda: {"send": _SEND, "create": _SEND, "read": _READ}
    )
    app: Window = (30, 1.0)
    retry_after: bool = True


class Pace:
    """Counts what was admitted; what was refused does not count.

    Args:
        now: The simulator's clock, in seconds.
    """

    def __init__(self, limits: ConnectorLimits, now: Callable[[], float]) -> None:
        self._limits, self._now = limits, now
        self._times: dict[tuple[str, str], deque[float]] = {}

    def admit(self, kind: Kind, conversation: str) -> float:
        """Count one request, or say how long to wait.

        Args:
            kind: What the request does.
            conversation: Its conversation, without the thread.

        Returns:
            0 when it was admitted, else seconds until it may be.
        """
        rules = [((kind, conversation), self._limits.windows[kind]), (("app", ""), (self._limits.app,))]
        wait = max(self._wait(key, windows) for key, windows in rules)
        if wait <= 0.0:
            for key, windows in rules:
                self._times.setdefault(key, deque(maxlen=windows[-1][0])).append(self._now())
        return wait

    def _wait(self, key: tuple[str, str], windows: tuple[Window, ...]) -> float:
        times, now = self._times.get(key, deque()), self._now()
        waits = (times[-count] + seconds - now for count, seconds in windows if len(times) >= count)
        return max(waits, default=0.0)
