"""Changes messages that stand: one change of a message at a time, and the newest wins."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from atdesk_sdk import AdapterError, TryLater

logger = logging.getLogger(__name__)

Content = Mapping[str, Any]


class Rewriting:
    """What messages are to say, until they say it. What fails is counted; nothing waits for it.

    Args:
        change: Changes one message, by its id; raises the errors of the sdk.
        spawn: Runs a task that somebody owns.
        pauses_s: Before the second and later attempts, while the platform says "later".
        counts: For the metrics.
    """

    def __init__(
        self,
        change: Callable[[str, Content], Awaitable[None]],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        pauses_s: tuple[float, ...],
        counts: Counter[str],
    ) -> None:
        self._change, self._spawn, self._pauses_s, self._counts = change, spawn, pauses_s, counts
        self._wanted: dict[str, Content] = {}
        self._busy: set[str] = set()

    def show(self, message_id: str, content: Content) -> None:
        """The message is to say this. Returns at once."""
        self._wanted[message_id] = content
        if message_id not in self._busy:
            self._busy.add(message_id)
            self._spawn(self._run(message_id))

    async def _run(self, message_id: str) -> None:
        try:
            while (content := self._wanted.pop(message_id, None)) is not None:
                await self._try(message_id, content)
        finally:
            self._busy.discard(message_id)

    async def _try(self, message_id: str, content: Content) -> None:
        for pause_s in (*self._pauses_s, None):
            try:
                await self._change(message_id, content)
                return
            except TryLater as problem:
                if pause_s is None:
                    self._failed(problem)
                    return
                await asyncio.sleep(max(pause_s, min(problem.retry_after_s or 0.0, 60.0)))
            except AdapterError as problem:
                self._failed(problem)
                return
            if message_id in self._wanted:  # something newer is to be said
                return

    def _failed(self, problem: AdapterError) -> None:
        self._counts["notice_not_changed"] += 1
        logger.warning("a notice could not be changed after a click: %s", problem)
