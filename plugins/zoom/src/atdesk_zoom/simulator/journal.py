"""The log of what arrived and what was sent, with times; the witness that tests and the demo ask."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Way = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that passed.

    Attributes:
        at_s: Seconds since the simulator started.
        at_ms: Unix time in milliseconds.
        way: `in`: came to the simulator; `out`: sent by it.
        where: `signaling`, `media`, `rest`, `token`, `webhook` or `bot`.
        what: A message type number, or method and path, or the event's name.
        body: The message; picture data is replaced by its length.
        note: The answer's status, or why a message was refused.
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
        self._news = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def add(
        self, way: Way, where: str, what: str, body: Mapping[str, Any] | None = None, note: str = ""
    ) -> None:
        """Write one entry down."""
        at_s = round(time.monotonic() - self._started, 4)
        self._entries.append(
            Entry(at_s, time.time_ns() // 1_000_000, way, where, what, _bare(body or {}), note)
        )
        task = asyncio.get_running_loop().create_task(self._wake())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def find(self, where: str = "", what: str = "", way: str = "") -> list[Entry]:
        """The entries that fit; an empty argument fits all, `what` may be a beginning."""
        return [
            entry
            for entry in self._entries
            if (not where or entry.where == where)
            and (not way or entry.way == way)
            and (not what or entry.what == what or entry.what.startswith(what + " "))
        ]

    async def wait_for(self, wanted: Callable[[Journal], bool], timeout_s: float = 10.0) -> None:
        """Wait until `wanted` holds.

        Raises:
            TimeoutError: It did not within `timeout_s`; the message holds the newest entries.
        """
        try:
            async with asyncio.timeout(timeout_s), self._news:
                await self._news.wait_for(lambda: wanted(self))
        except TimeoutError:
            newest = "; ".join(f"{e.way} {e.where} {e.what} {e.note}" for e in list(self._entries)[-15:])
            raise TimeoutError(f"not within {timeout_s} s; newest: {newest}") from None

    async def wait_entries(
        self, count: int = 1, where: str = "", what: str = "", way: str = ""
    ) -> list[Entry]:
        """Wait until at least `count` entries fit (at most 10 s) and return them."""
        await self.wait_for(lambda journal: len(journal.find(where, what, way)) >= count)
        return self.find(where, what, way)

    async def _wake(self) -> None:
        async with self._news:
            self._news.notify_all()


def _bare(body: Mapping[str, Any]) -> dict[str, Any]:
    """A copy without picture data and without what signs a message."""
    bare = {key: value for key, value in body.items() if key != "signature"}
    content = bare.get("content")
    if isinstance(content, dict) and "data" in content:
        bare["content"] = content | {"data": f"<{len(str(content['data']))} characters>"}
    return bare
