"""How long Zoom waits for what. Every wait is a field, so that a test can make an hour short."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields


@dataclass(slots=True)
class Timing:
    """Zoom's waits, in seconds of real time. `speed` divides every one of them.

    Frames are not touched by `speed`: their pace is the fps that was asked for, in real time.

    Attributes:
        keep_alive: Between two messages 12 on one socket [D-EV].
        signaling_return: How long a stream whose signaling socket broke may come back; None: for ever [D-EV].
        media_return: The same for the media socket [D-EV].
        handshake: How long a new socket may take for its first message.
        webhook_answer: Within which a receiver must answer [D-WH].
        webhook_retries: The pauses before the second, third and fourth attempt [D-WH].
        presence_gap: Between two presence updates of one user [D-USERS].
        token_life: `expires_in` of a token [Z-SKILLS].
        code_life: How long an authorization code is good; UNVERIFIED.
        speed: All of the above are divided by it.
    """

    keep_alive: float = 10.0
    signaling_return: float | None = 60.0
    media_return: float | None = 65.0
    handshake: float = 30.0
    webhook_answer: float = 3.0
    webhook_retries: tuple[float, ...] = (300.0, 1200.0, 3600.0)
    presence_gap: float = 60.0
    token_life: float = 3600.0
    code_life: float = 60.0
    speed: float = 1.0

    def scaled(self, seconds: float) -> float:
        """Real seconds for a wait of Zoom's."""
        return seconds / self.speed

    def change(self, wanted: dict[str, object]) -> None:
        """Set fields by name.

        Raises:
            ValueError: A name that is no field, or a value that is no positive number or permitted null.
        """
        known = {field.name for field in fields(self)} - {"webhook_retries"}
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"{name!r} is no timing; there are {', '.join(sorted(known))}")
            if value is not None and not (isinstance(value, int | float) and value > 0):
                raise ValueError(f"{name} must be a number of seconds above 0")
            if value is None and not name.endswith("_return"):
                raise ValueError(f"{name} cannot be null")
            setattr(self, name, value)


def now_ms() -> int:
    """Unix time in milliseconds, the unit of RTMS timestamps [D-EV]."""
    return time.time_ns() // 1_000_000
