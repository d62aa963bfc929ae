"""Changes of messages that nobody waits for: one at a time for each message, and the newest wins."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from atdesk_sdk.errors import AdapterError, TryLater
from atdesk_sdk.flags import MessageRef
from atdesk_teams.cards import Card

#: Pauses before a card is changed again, for a change that nobody else would repeat.
PAUSES_S: Final = (1.0, 4.0)
_LONGEST_PAUSE_S: Final = 30.0

Wanted = tuple[Card, str]
"""What a message is to show, and its summary."""


class Rewriting:
    """What messages are to show, until they show it. What fails for good is counted and nothing else.

    Args:
        change: Changes a message; raises the errors of the sdk.
        later: Runs a task that somebody owns.
        counts: For the metrics.
    """

    def __init__(
        self,
        change: Callable[[MessageRef, Card, str], Awaitable[None]],
        later: Callable[[Coroutine[Any, Any, None]], None],
        counts: Counter[str],
    ) -> None:
        self._change, self._later, self._counts = change, later, counts
        self._wanted: dict[MessageRef, Wanted] = {}
        self._busy: set[MessageRef] = set()

    def show(self, ref: MessageRef, card: Card, summary: str) -> None:
        """The message is to show this. Returns at once."""
        self._wanted[ref] = (card, summary)
        if ref not in self._busy:
            self._busy.add(ref)
            self._later(self._run(ref))

    def forget(self) -> None:
        """Nothing is to be changed any more."""
        self._wanted.clear()
        self._busy.clear()

    async def _run(self, ref: MessageRef) -> None:
        try:
            while ref in self._wanted:
                await self._bring(ref)
        finally:
            self._busy.discard(ref)

    async def _bring(self, ref: MessageRef) -> None:
        """Until it shows what was wanted last, or cannot: a busy Teams never brings back an older card."""
        for pause_s in (*PAUSES_S, None):
            wanted = self._wanted[ref]
            try:
                await self._change(ref, *wanted)
                break
            except TryLater as busy:
                if pause_s is not None:
                    await asyncio.sleep(max(pause_s, min(busy.retry_after_s or 0.0, _LONGEST_PAUSE_S)))
                    continue
            except AdapterError:
                pass
            self._counts["card_not_changed"] += 1
            break
        if self._wanted.get(ref) is wanted:
            del self._wanted[ref]
