"""Renewing the Aways of ours that the engine still claims, before they end by themselves.

The engine says again and again which those are. When it stops saying so, or has just been started again, or
somebody else chose another state, nothing is renewed, and the Away ends at its expiry.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import Final

from atdesk_sdk.condition import Condition
from atdesk_sdk.errors import AdapterError
from atdesk_sdk.health import HealthStatus
from atdesk_teams.journal import Slot, SlotJournal
from atdesk_teams.writing import SafeWriter

log = logging.getLogger(__name__)

#: What the engine said this long ago counts no more, seconds.
_SAID_FOR_S: Final = 120.0


class Renewals:
    """Keeps claimed Aways alive.

    Args:
        writer: Renews.
        journal: What is ours.
        condition: Learns of troubles.
        renew_s: From one renewal to the next.
        now: Engine's clock, seconds since the epoch.
    """

    def __init__(
        self,
        writer: SafeWriter,
        journal: SlotJournal,
        condition: Condition,
        *,
        renew_s: float,
        now: Callable[[], float],
    ) -> None:
        self._writer = writer
        self._journal = journal
        self._condition = condition
        self._renew_s = renew_s
        self._now = now
        self._claimed: frozenset[str] = frozenset()
        self._said_at = float("-inf")

    def keep(self, users: Collection[str]) -> None:
        """Take the engine's word for which Aways still stand."""
        self._claimed = frozenset(user.casefold() for user in users)
        self._said_at = self._now()

    def is_claimed(self, user: str) -> bool:
        """Whether the engine still claims an Away, as far as it said lately."""
        return user in self._claimed and self._now() - self._said_at <= _SAID_FOR_S

    def due(self) -> list[Slot]:
        """What has to be renewed now, the oldest first."""
        latest = self._now() - self._renew_s
        slots = [one for one in self._journal.slots if one.renewed_at <= latest and self.is_claimed(one.user)]
        return sorted(slots, key=lambda slot: slot.expires_at)

    async def go(self) -> None:
        """One round: forget what has ended, renew what is due."""
        self._writer.expire()
        problem: AdapterError | None = None
        for slot in self.due():
            try:
                await self._writer.renew(slot, lambda user=slot.user: self.is_claimed(user))  # type: ignore[misc]
            except AdapterError as refused:
                problem = refused
        if problem is None:  # what could not be renewed has ended by itself by now, or is claimed no more
            self._condition.over("renew")
        else:
            said = f"an Away could not be renewed and ends by itself if that goes on: {problem}"
            self._condition.trouble("renew", HealthStatus.DEGRADED, said)

    async def turn(self) -> None:
        """A rest and a round."""
        await asyncio.sleep(min(self._renew_s / 8, 10.0))
        await self.go()
