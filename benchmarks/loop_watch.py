"""How long an event loop was held up by each thing that ran on it."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Holdups:
    """Of one stretch of time; seconds.

    Attributes:
        wall: From begin to end of each callback or step of a task that took a millisecond or more.
        cpu: CPU time of the loop's thread in the same ones: what it would have taken on an idle machine.
        ran: How many ran altogether.
        slow: What took 5 ms of CPU or more, by name, with the longest of each.
    """

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    ran: int = 0
    slow: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, wall: float, cpu: float) -> None:
        """One callback or step."""
        self.wall.append(wall)
        self.cpu.append(cpu)
        if cpu >= 0.005:
            self.slow[name] = max(cpu, self.slow.get(name, 0.0))


@contextlib.contextmanager
def holdups() -> Iterator[Holdups]:
    """Measure everything that runs on event loops of this thread while the block runs."""
    found, run = Holdups(), asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        began, began_cpu = time.perf_counter(), time.thread_time()
        run(handle)
        took = time.perf_counter() - began
        found.ran += 1
        if took >= 0.001:
            found.add(_name(handle), took, time.thread_time() - began_cpu)

    asyncio.Handle._run = timed  # type: ignore[method-assign, assignment]  # there is no other way in
    try:
        yield found
    finally:
        asyncio.Handle._run = run  # type: ignore[method-assign]


def _name(handle: asyncio.Handle) -> str:
    """Of the task's coroutine, or of the function."""
    callback = getattr(handle, "_callback", None)
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        return str(getattr(owner.get_coro(), "__qualname__", "a task"))
    return str(getattr(callback, "__qualname__", callback))
