"""Keeps the adapters running: starts each on its own, tries again, and says once when one goes down.

An adapter that is down never looks like a person who is away: its videos close with `adapter_down`.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from atdesk_sdk import (
    Adapter,
    AdapterError,
    AdapterEvent,
    ConfigError,
    CredentialsBad,
    GiveUp,
    HealthReport,
    HealthStatus,
    TryLater,
)

log = logging.getLogger(__name__)

FIRST_RETRY_S = 2.0
LONGEST_RETRY_S = 300.0
# A refusal by the platform is mended by a person; we look whether it was this often.
REFUSED_RETRY_S = 300.0
START_S = 60.0


class AdapterHost:
    """What one adapter is given. See `atdesk_sdk.Host`."""

    def __init__(
        self,
        name: str,
        take: Callable[[AdapterEvent], None],
        on_health: Callable[[HealthReport], None],
        now: Callable[[], float],
    ) -> None:
        self.health = HealthReport(name, HealthStatus.STARTING, "", now())
        self._take = take
        self._on_health = on_health
        self._now = now

    def emit(self, event: AdapterEvent) -> None:
        """An event; a fault of ours while taking it is logged and does not reach the adapter."""
        try:
            self._take(replace(event, received_at=self._now()))  # ours, whatever clock an adapter reads
        except Exception:
            log.exception("an event of %s could not be taken", self.health.adapter)

    def report(self, report: HealthReport) -> None:
        """Health; a repeat of the same state is not logged again, nor what an adapter adds while it is up."""
        before, self.health = self.health, report
        if _said(report) == _said(before):
            return
        level = logging.INFO if report.status is HealthStatus.UP else logging.WARNING
        if before.status is not report.status or report.status is not HealthStatus.UP:
            log.log(level, "%s is %s %s", report.adapter, report.status.value, report.message)
        self._on_health(report)

    def now(self) -> float:
        """Engine's clock."""
        return self._now()


class Supervisor:
    """Starts and stops adapters.

    Args:
        adapters: Built, not started.
        take: Takes their events.
        on_health: Told of changes of health.
        on_up: Called with an adapter that has started.
        now: Engine's clock.
    """

    def __init__(
        self,
        adapters: Sequence[Adapter],
        take: Callable[[AdapterEvent], None],
        on_health: Callable[[HealthReport], None],
        on_up: Callable[[Adapter], None],
        now: Callable[[], float],
    ) -> None:
        self.hosts = {one.name: AdapterHost(one.name, take, on_health, now) for one in adapters}
        self._adapters = tuple(adapters)
        self._on_up = on_up
        self._now = now
        self._tasks: list[asyncio.Task[None]] = []
        self._failed: dict[str, HealthReport] = {}

    async def start(self) -> None:
        """Begin to start all of them; returns when each has started or failed once."""
        tried = [asyncio.Event() for _ in self._adapters]
        self._tasks = [
            asyncio.create_task(self._keep_starting(one, event), name=f"atdesk-start-{one.name}")
            for one, event in zip(self._adapters, tried, strict=True)
        ]
        await asyncio.gather(*(event.wait() for event in tried))

    async def aclose(self) -> None:
        """Stop all of them. Closing twice is fine."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        results = await asyncio.gather(*(one.aclose() for one in self._adapters), return_exceptions=True)
        for adapter, result in zip(self._adapters, results, strict=True):
            if isinstance(result, BaseException):
                log.error("%s did not close: %s", adapter.name, type(result).__name__)

    async def _keep_starting(self, adapter: Adapter, tried: asyncio.Event) -> None:
        attempt = 0
        while True:
            wait_s = await self._start_once(adapter, attempt)
            tried.set()
            if wait_s is None:
                return
            attempt += 1
            await asyncio.sleep(wait_s)

    async def _start_once(self, adapter: Adapter, attempt: int) -> float | None:
        """None when it has started; else seconds until the next try."""
        host = self.hosts[adapter.name]
        try:
            async with asyncio.timeout(START_S):
                await adapter.start(host)
        except (CredentialsBad, GiveUp, ConfigError) as error:
            return self._down(host, str(error), REFUSED_RETRY_S)
        except (AdapterError, TimeoutError, OSError) as error:
            asked = error.retry_after_s if isinstance(error, TryLater) else None
            wait_s = asked or min(LONGEST_RETRY_S, FIRST_RETRY_S * 2 ** min(attempt, 10))
            return self._down(host, str(error) or "no answer in time", wait_s)
        except Exception as error:
            log.exception("%s broke while starting", adapter.name)
            return self._down(host, f"broke while starting ({type(error).__name__})", REFUSED_RETRY_S)
        if host.health.status is HealthStatus.STARTING or host.health is self._failed.get(adapter.name):
            host.report(HealthReport(adapter.name, HealthStatus.UP, "", self._now()))
        self._on_up(adapter)
        return None

    def _down(self, host: AdapterHost, message: str, wait_s: float) -> float:
        now = self._now()
        report = HealthReport(host.health.adapter, HealthStatus.DOWN, message, now, now + wait_s)
        self._failed[report.adapter] = report  # ours to end when it starts, where it says nothing itself
        host.report(report)
        return wait_s


def _said(report: HealthReport) -> tuple[HealthStatus, str, bool]:
    return report.status, report.message, report.in_touch
