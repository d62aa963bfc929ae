"""Short tasks of the service's own, which are waited for at the end."""

import asyncio
from collections.abc import Callable, Coroutine

Spawn = Callable[[Coroutine[None, None, None]], None]


class Errands:
    """Runs them and keeps hold of them: a task that nobody holds may be collected in its midst."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[None, None, None]) -> None:
        """Begin one."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        """Wait for those that run, and for those that they begin."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
