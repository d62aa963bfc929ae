"""What the live views are told: one publisher, any number of listeners, none of whom can hold it up.

The newest picture is held in memory, replaced by the next one, and let go when the feed closes.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_KEPT: Final = 400
"""Events that a new listener is told first; older ones are gone."""
_WAITING: Final = 200
"""Events that wait for one listener; beyond them the oldest is dropped, and counted."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something to show.

    Attributes:
        number: Rises by one from event to event.
        topic: What kind it is, such as `seen`, `state`, `agent`, `card`, `line`.
        data: JSON values.
    """

    number: int
    topic: str
    data: Mapping[str, Any]


class Feed:
    """Events in order, and the newest picture. Use it from one event loop.

    Attributes:
        dropped: Events that a slow listener did not get.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._number = 0
        self._kept: deque[Event] = deque(maxlen=_KEPT)
        self._listeners: set[asyncio.Queue[Event | None]] = set()
        self._picture: tuple[int, bytes] | None = None
        self._closed = False

    def publish(self, topic: str, **data: Any) -> None:
        """Tell everybody; after `close` nobody is told."""
        if self._closed:
            return
        self._number += 1
        event = Event(self._number, topic, data)
        self._kept.append(event)
        for queue in self._listeners:
            self._put(queue, event)

    def show(self, jpeg: bytes) -> int:
        """Hold a picture in place of the one before. Returns its number."""
        number = self._picture[0] + 1 if self._picture else 1
        if not self._closed:
            self._picture = (number, jpeg)
        return number

    @property
    def picture(self) -> bytes | None:
        """The newest picture, JPEG; None when there is none."""
        return self._picture[1] if self._picture else None

    async def follow(self) -> AsyncGenerator[Event, None]:
        """What was told before and is kept, then everything as it comes, until the feed is closed."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        for event in self._kept:
            queue.put_nowait(event)
        if self._closed:
            queue.put_nowait(None)
        self._listeners.add(queue)
        try:
            while (news := await queue.get()) is not None:
                yield news
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        """End every listener and let the picture go. Closing twice is fine."""
        if self._closed:
            return
        self._closed = True
        self._picture = None
        for queue in self._listeners:
            queue.put_nowait(None)

    def _put(self, queue: asyncio.Queue[Event | None], event: Event) -> None:
        if queue.qsize() >= _WAITING + _KEPT:
            queue.get_nowait()
            self.dropped += 1
        queue.put_nowait(event)
