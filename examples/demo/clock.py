"""The story's own time."""

import time


class Clock:
    """Seconds since the story began; 0 before.

    Attributes:
        began_at: Seconds since the epoch.
        running: Whether it has begun.
    """

    def __init__(self) -> None:
        self.began_at = 0.0
        self.running = False

    def begin(self) -> None:
        """The story begins now."""
        self.began_at, self.running = time.time(), True

    def __call__(self) -> float:
        """Seconds of the story."""
        return time.time() - self.began_at if self.running else 0.0
