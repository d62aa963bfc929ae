"""Cuts the decision log once a day, by the longest time that any policy asks for."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable

from atdesk_core.ledger.retention import BrokenLogError, ClockDoubtedError, cut
from atdesk_core.policy import SitePolicy
from atdesk_core.store import Store, StoreError

log = logging.getLogger(__name__)

MOST_DAYS = 730
"""The longest that any jurisdiction allows: it holds where somebody's policy is not known."""
FIRST_S = 60.0
"""After a start, what is owed to platforms goes first."""
EVERY_S = 86_400.0


class LogKeeper:
    """One task of the service's own.

    Args:
        store: Open.
        policies: Of everybody, as they are now; None for somebody whose policy is not known.
        now: Engine's clock.
    """

    def __init__(
        self, store: Store, policies: Callable[[], Iterable[SitePolicy | None]], now: Callable[[], float]
    ) -> None:
        self._store = store
        self._policies = policies
        self._now = now
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Go on by itself."""
        self._task = asyncio.create_task(self._forever(), name="atdesk-log-keeper")

    async def aclose(self) -> None:
        """Stop. Closing twice is fine."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def keep(self) -> int:
        """Cut what has reached its time; gives the number of rows.

        There is one chain for all sites, so that the longest time holds for all. Where a policy is not
        known, it is taken to ask for the longest there is.
        """
        days = longest(self._policies())
        try:
            rows = await cut(self._store, days, self._now())
        except (BrokenLogError, ClockDoubtedError, StoreError) as error:
            log.error("the decision log was not cut: %s", error)
            return 0
        if rows:
            log.info("%d rows of the decision log had reached their time (%d days) and were cut", rows, days)
        return rows

    async def _forever(self) -> None:
        await asyncio.sleep(FIRST_S)
        while True:
            try:
                await self.keep()
            except Exception:
                log.exception("the decision log could not be cut; it is tried again tomorrow")
            await asyncio.sleep(EVERY_S)


def longest(policies: Iterable[SitePolicy | None]) -> int:
    """Days for which the log is kept."""
    days = (MOST_DAYS if policy is None else policy.retention.ledger_days for policy in policies)
    return max(days, default=MOST_DAYS)
