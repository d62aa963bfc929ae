"""A host that keeps what an adapter tells it, and lets a test wait for it."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from atdesk_sdk.events import AdapterEvent
from atdesk_sdk.health import HealthReport

Event = TypeVar("Event", bound=AdapterEvent)


class RecordingHost:
    """A `Host` for tests.

    Args:
        now: The engine's clock, seconds since the epoch; `VirtualClock.now` in virtual time.

    Attributes:
        events: Everything emitted so far, in order.
        reports: Every health report so far, in order.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.events: list[AdapterEvent] = []
        self.reports: list[HealthReport] = []
        self._now = now
        self._changed = asyncio.Event()

    def emit(self, event: AdapterEvent) -> None:
        """Keep the event and wake who waits for it."""
        self.events.append(event)
        self._wake()

    def report(self, report: HealthReport) -> None:
        """Keep the report and wake who waits for it."""
        self.reports.append(report)
        self._wake()

    def now(self) -> float:
        """The engine's clock."""
        return self._now()

    def of(self, kind: type[Event], since: int = 0) -> list[Event]:
        """The events of one class, in order.

        Args:
            kind: Their class.
            since: How many events to leave out at the beginning: `len(host.events)` of an earlier moment.
        """
        return [event for event in self.events[since:] if isinstance(event, kind)]

    async def wait_for(
        self,
        kind: type[Event],
        where: Callable[[Event], bool] = lambda event: True,
        *,
        since: int = 0,
        timeout_s: float = 5.0,
    ) -> Event:
        """The first event of a class that fits, which may have come already.

        Args:
            kind: Its class.
            where: What else it has to fulfil.
            since: See `of`.
            timeout_s: How long to wait for it, seconds of the loop's time.

        Raises:
            AssertionError: It did not come. The message lists what came instead.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    for event in self.of(kind, since):
                        if where(event):
                            return event
                    await self._changed.wait()
        except TimeoutError:
            came = [repr(event) for event in self.events[since:]] or ["nothing"]
            raise AssertionError(
                f"no fitting {kind.__name__} within {timeout_s:g} s; what came: {', '.join(came)}"
            ) from None

    def _wake(self) -> None:
        # Who waits holds the old event; setting it once and replacing it wakes each of them once.
        self._changed.set()
        self._changed = asyncio.Event()
