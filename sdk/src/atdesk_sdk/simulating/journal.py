"""What passed, in order and with times: what tests and the demo check themselves against."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Generic, Literal, Self, TypeVar

LineT = TypeVar("LineT")
Way = Literal["in", "out"]


class Lines(Generic[LineT]):
    """Keeps the newest lines, and wakes those who wait for one. A line's `str` is what a failure shows of it.

    Args:
        limit: How many are kept; beyond it the oldest fall out.

    Attributes:
        dropped: How many fell out.
    """

    def __init__(self, limit: int = 20_000) -> None:
        self._lines: deque[LineT] = deque(maxlen=limit)
        self._news = asyncio.Event()
        self.dropped = 0

    def __iter__(self) -> Iterator[LineT]:
        return iter(self._lines)

    def write(self, line: LineT) -> None:
        """Write one line down."""
        self.dropped += len(self._lines) == self._lines.maxlen
        self._lines.append(line)
        self._news.set()
        self._news = asyncio.Event()

    def clear(self) -> None:
        """Forget everything written so far."""
        self._lines.clear()

    async def until(self, holds: Callable[[], bool], wanted: str, timeout_s: float) -> None:
        """Wait until `holds` does; it is asked now, and again after each line.

        Args:
            holds: Looks at what is here.
            wanted: What it waits for, in words for the failure.
            timeout_s: How long.

        Raises:
            TimeoutError: It did not hold in time; the message says what came instead.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not holds():
                    await self._news.wait()
        except TimeoutError:
            newest = "; ".join(str(line) for line in list(self._lines)[-15:])
            raise TimeoutError(f"{wanted} did not come within {timeout_s:g} s; newest: {newest}") from None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that passed.

    Attributes:
        at_s: Seconds since the simulator started.
        at_ms: Unix time in milliseconds.
        way: `in`: came to the simulator; `out`: sent by it.
        where: Which part of the platform; each simulator says which it has.
        what: Method and path, or the name of an event, a message or an activity.
        body: The message, without what is too long or secret.
        note: The answer's status, or why something was refused.
    """

    at_s: float
    at_ms: int
    way: Way
    where: str
    what: str
    body: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    def __str__(self) -> str:
        return f"{self.way} {self.where} {self.what} {self.note}"

    def as_json(self) -> dict[str, Any]:
        """The entry as a JSON object."""
        return asdict(self)


class Journal(Lines[Entry]):
    """What arrived and what was sent. A subclass says what is kept of a body, and what `what` finds."""

    def __init__(self, limit: int = 20_000) -> None:
        super().__init__(limit)
        self._started = time.monotonic()

    def add(
        self, way: Way, where: str, what: str, body: Mapping[str, Any] | None = None, note: str = ""
    ) -> None:
        """Write one entry down."""
        at_s = round(time.monotonic() - self._started, 4)
        self.write(Entry(at_s, time.time_ns() // 1_000_000, way, where, what, self.kept(body or {}), note))

    def kept(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """What is kept of a body: all of it, unless a subclass knows better."""
        return dict(body)

    def names(self, what: str, entry: Entry) -> bool:
        """Whether an entry is found by `what` (not empty): by any part of its own, if not overridden."""
        return what in entry.what

    def find(self, where: str = "", what: str = "", way: str = "") -> list[Entry]:
        """The entries that fit, oldest first; an empty argument fits all."""
        return [
            entry
            for entry in self
            if (not where or entry.where == where)
            and (not way or entry.way == way)
            and (not what or self.names(what, entry))
        ]

    async def wait_for(self, wanted: Callable[[Self], bool], timeout_s: float = 10.0) -> None:
        """Wait until `wanted` holds.

        Raises:
            TimeoutError: It did not within `timeout_s`; the message holds the newest entries.
        """
        await self.until(lambda: wanted(self), "what was waited for", timeout_s)

    async def wait_entries(
        self, count: int = 1, where: str = "", what: str = "", way: str = "", timeout_s: float = 10.0
    ) -> list[Entry]:
        """Wait until at least `count` entries fit and return them.

        Raises:
            TimeoutError: See `wait_for`.
        """
        asked = " ".join(word for word in (way, where, what) if word) or "anything"
        wanted = f"{count} x {asked!r}"
        await self.until(lambda: len(self.find(where, what, way)) >= count, wanted, timeout_s)
        return self.find(where, what, way)
