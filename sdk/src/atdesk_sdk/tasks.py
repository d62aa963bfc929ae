"""The tasks that an adapter lives by: one that ends unforeseen is said, and begun again with longer rests."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, Final

from atdesk_sdk.condition import Condition
from atdesk_sdk.health import HealthStatus

log = logging.getLogger(__name__)

#: Before a task is begun again, seconds: doubled each time it ends before it has run for as long.
FIRST_REST_S: Final = 1.0
_LONGEST_REST_S: Final = 60.0


class Tasks:
    """Keeps tasks alive until `aclose`. Made inside a running loop.

    Args:
        adapter: The adapter's name.
        condition: Is told of a task that ended, and that it is well again once it has run for a while.
        now: Engine's clock, seconds since the epoch.
        first_rest_s: Before the first new attempt.
    """

    def __init__(
        self, adapter: str, condition: Condition, now: Callable[[], float], first_rest_s: float = FIRST_REST_S
    ) -> None:
        self._adapter, self._condition, self._now = adapter, condition, now
        self._first_rest_s = first_rest_s
        self._loop = asyncio.get_running_loop()
        self._clock = self._loop.time
        self._tasks: set[asyncio.Task[None]] = set()

    def keep(
        self,
        work: Callable[[], Coroutine[Any, Any, None]],
        name: str,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """Run something for as long as the adapter lives. Work that returns is done.

        Args:
            work: Begins it; called again after an unforeseen error.
            name: For the log and the health, such as `presences`.
            ended: Called after each unforeseen error, once it was said.
        """
        task = self._loop.create_task(self._keep(work, name, ended), name=f"atdesk {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        """Stop all of them."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(
        self, work: Callable[[], Coroutine[Any, Any, None]], name: str, ended: Callable[[], None]
    ) -> None:
        rest_s = 0.0
        while True:
            began_at = self._clock()
            try:
                await self._run(work, name, rest_s)
                return
            except Exception as error:  # else the adapter is deaf, and says that it hears
                lasted = self._clock() - began_at >= rest_s
                rest_s = self._first_rest_s if lasted else min(2 * rest_s, _LONGEST_REST_S)
                self._say(name, error, rest_s)
                ended()
            await asyncio.sleep(rest_s)

    async def _run(self, work: Callable[[], Coroutine[Any, Any, None]], name: str, steady_s: float) -> None:
        """Run it once. After a failure it is well once it has run for as long as the rest before it."""
        if not steady_s:
            return await work()
        well = self._loop.call_later(steady_s, self._condition.over, name)
        try:
            await work()
            self._condition.over(name)
        finally:
            well.cancel()

    def _say(self, name: str, error: Exception, rest_s: float) -> None:
        """Where and of which kind: what an error says may hold what it was working on."""
        at = traceback.extract_tb(error.__traceback__)[-1]
        kind = type(error).__name__
        log.error("%s of %s ended: %s at %s:%s", name, self._adapter, kind, at.filename, at.lineno)
        message = f"{name} stopped unexpectedly ({kind}) and is begun again in {rest_s:.0f} s"
        self._condition.trouble(name, HealthStatus.DOWN, message, self._now() + rest_s, in_touch=False)
