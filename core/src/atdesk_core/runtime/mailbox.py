"""Where frames wait for the vision pool: the newest wins, what it pushes out is counted."""

import asyncio
from collections import deque

from atdesk_sdk import Frame


class Mailbox:
    """One writer, one reader, both on the event loop.

    Args:
        capacity: Frames that may wait; one more pushes the oldest out.
    """

    def __init__(self, capacity: int = 1) -> None:
        self.dropped = 0
        self._frames: deque[Frame] = deque(maxlen=capacity)
        self._changed = asyncio.Event()
        self._closed = False

    def __len__(self) -> int:
        """Frames that wait."""
        return len(self._frames)

    def put(self, frame: Frame) -> None:
        """Leave a frame. Never blocks."""
        self.dropped += len(self._frames) == self._frames.maxlen
        self._frames.append(frame)
        self._changed.set()

    def close(self) -> None:
        """No more frames come; what waits can still be taken."""
        self._closed = True
        self._changed.set()

    async def take(self) -> Frame | None:
        """The newest frame; None once the mailbox is closed and empty."""
        while not self._frames:
            if self._closed:
                return None
            self._changed.clear()
            await self._changed.wait()
        return self._frames.popleft()
