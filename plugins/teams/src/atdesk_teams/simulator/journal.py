"""The log of what arrived and what was sent, with times; the witness that tests and the demo ask."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

Way = Literal["in", "out"]
_LONGEST_LIST: Final = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that passed.

    Attributes:
        at_s: Seconds since the simulator started.
        at_ms: Unix time in milliseconds.
        way: `in`: came to the simulator; `out`: sent by it.
        where: `token`, `sign_in`, `graph`, `connector`, `workflows` or `bot`.
        what: Method and path, or the name of an activity.
        body: The JSON that was sent; of a list of more than 50 its length alone.
        note: The answer's status (0: the connection was cut), or why something was refused.
    """

    at_s: float
    at_ms: int
    way: Way
    where: str
    what: str
    body: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """The entry as a JSON object."""
        return asdict(self)


class Journal:
    """Keeps the newest entries (the oldest fall out) and wakes those who wait for one."""

    def __init__(self, limit: int = 20_000) -> None:
        self._started = time.monotonic()
        self._entries: deque[Entry] = deque(maxlen=limit)
        self._news = asyncio.Event()

    def add(
        self, way: Way, where: str, what: str, body: Mapping[str, Any] | None = None, note: str = ""
    ) -> None:
        """Write one entry down."""
        at_s = round(time.monotonic() - self._started, 4)
        short = {key: _short(value) for key, value in (body or {}).items()}
        self._entries.append(Entry(at_s, time.time_ns() // 1_000_000, way, where, what, short, note))
        self._news.set()
        self._news = asyncio.Event()

    def find(self, where: str = "", what: str = "", way: str = "") -> list[Entry]:
        """The entries that fit; an empty argument fits all, `what` may be a part of an entry's."""
        return [
            entry
            for entry in self._entries
            if (not where or entry.where == where)
            and (not way or entry.way == way)
            and (not what or what in entry.what)
        ]

    def clear(self) -> None:
        """Forget everything written so far."""
        self._entries.clear()

    async def wait_for(self, wanted: Callable[[Journal], bool], timeout_s: float = 10.0) -> None:
        """Wait until `wanted` holds.

        Raises:
            TimeoutError: It did not within `timeout_s`; the message holds the newest entries.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    news = self._news
                    if wanted(self):
                        return
                    await news.wait()
        except TimeoutError:
            newest = "; ".join(f"{e.way} {e.where} {e.what} {e.note}" for e in list(self._entries)[-15:])
            raise TimeoutError(f"not within {timeout_s} s; newest: {newest}") from None

    async def wait_entries(
        self, count: int = 1, where: str = "", what: str = "", way: str = "", timeout_s: float = 10.0
    ) -> list[Entry]:
        """Wait until at least `count` entries fit and return them.

        Raises:
            TimeoutError: See `wait_for`.
        """
        await self.wait_for(lambda journal: len(journal.find(where, what, way)) >= count, timeout_s)
        return self.find(where, what, way)


def _short(value: Any) -> Any:
    """Ten thousand agents are polled with lists of 650 ids: thousands of those are not kept."""
    return f"<{len(value)} items>" if isinstance(value, list) and len(value) > _LONGEST_LIST else value
