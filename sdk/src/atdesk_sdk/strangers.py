"""What strangers send to an adapter's webhooks: refused, counted, said once, and over after a quiet hour.

It is no trouble of the adapter's: whatever strangers do, it is up, hears its accounts and takes what is
genuine. So its health says it, and stays as it is; a trouble of its own comes before it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from atdesk_sdk.condition import Condition
from atdesk_sdk.health import HealthStatus

log = logging.getLogger(__name__)

#: After so long without another one it is over.
QUIET_S: Final = 3600.0

Later = Callable[[float, Callable[[], None]], asyncio.TimerHandle]
"""Calls back after so many seconds, as `loop.call_later` does."""


class Strangers:
    """Keeps what is refused out of the log, but for its beginning and its end.

    Args:
        adapter: The adapter's name.
        condition: Shows it while it lasts.
        clock: Monotonic seconds, such as `loop.time`.
        later: See `Later`; by the same clock.
    """

    def __init__(self, adapter: str, condition: Condition, clock: Callable[[], float], later: Later) -> None:
        self._adapter, self._condition = adapter, condition
        self._clock, self._later = clock, later
        self._spells: dict[str, _Spell] = {}
        self._is_closed = False

    def came(self, kind: str, message: str) -> None:
        """Something was refused. It costs no more than counting, however many come.

        Args:
            kind: One word of a closed set, as it is counted.
            message: In one sentence what comes, and what to do if it should not be refused. Nothing of what
                was sent.
        """
        now, spell = self._clock(), self._spells.get(kind)
        if spell is not None:
            spell.count, spell.last_at = spell.count + 1, now
            return
        if self._is_closed:
            return
        log.warning("%s: %s (said once; counted as %s)", self._adapter, message, kind)
        self._condition.trouble(("strangers", kind), HealthStatus.UP, message)
        self._spells[kind] = _Spell(now, self._wait(kind, QUIET_S))

    def aclose(self) -> None:
        """Stop waiting for the quiet hour; what comes after this is not said. Closing twice is fine."""
        self._is_closed = True
        spells, self._spells = self._spells, {}
        for spell in spells.values():
            spell.timer.cancel()

    def _wait(self, kind: str, seconds: float) -> asyncio.TimerHandle:
        return self._later(seconds, lambda: self._look(kind))

    def _look(self, kind: str) -> None:
        spell = self._spells[kind]
        left_s = spell.last_at + QUIET_S - self._clock()
        if left_s > 0:
            spell.timer = self._wait(kind, left_s)
            return
        del self._spells[kind]
        log.warning("%s: over, %d of them (%s)", self._adapter, spell.count, kind)
        self._condition.over(("strangers", kind))


@dataclass(slots=True)
class _Spell:
    """Since the first one until a quiet hour."""

    last_at: float
    timer: asyncio.TimerHandle
    count: int = 1
