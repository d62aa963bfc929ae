"""Keeps the tasks of a connection going: what nobody foresaw ends one turn of a task, never the task."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from atdesk_sdk.condition import Condition
from atdesk_sdk.health import HealthStatus

log = logging.getLogger(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]


class Tending:
    """Runs tasks until `aclose`, again after a pause when one breaks; says so, and says when it is over.

    Args:
        condition: Learns of what broke.
        first_s: Pause after the first break; twice as long each time.
        longest_s: Longest pause.
        steady_s: What has run for so long is well again.
    """

    def __init__(
        self, condition: Condition, *, first_s: float = 1.0, longest_s: float = 60.0, steady_s: float = 10.0
    ) -> None:
        self._condition = condition
        self._first_s, self._longest_s, self._steady_s = first_s, longest_s, steady_s
        self._tasks: set[asyncio.Task[None]] = set()

    def keep(self, work: Work, name: str, *, hears: bool) -> None:
        """Run something until the end.

        Args:
            work: Begins it; called again after a break.
            name: For the log and the health.
            hears: Without it nobody knows how the accounts are.
        """
        task: asyncio.Task[None] = asyncio.create_task(self._run(work, name, hears), name=f"teams {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        """End everything. Twice is fine."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, work: Work, name: str, hears: bool) -> None:
        loop = asyncio.get_running_loop()
        breaks = 0
        while True:
            began = loop.time()
            well = loop.call_later(self._steady_s, self._condition.over, ("task", name))
            try:
                await work()
                return
            except Exception as error:
                log.exception("the task %s broke", name)
                breaks = breaks + 1 if loop.time() - began < self._steady_s else 1
                said = f"{name} stopped unexpectedly ({type(error).__name__}) and is begun again; see the log"
                self._condition.trouble(("task", name), HealthStatus.DEGRADED, said, in_touch=not hears)
            finally:
                well.cancel()
            await asyncio.sleep(min(self._longest_s, self._first_s * 2 ** min(breaks - 1, 10)))
