"""What Prometheus may know: counts and times by closed words. No person, no name and no id is in a label."""

import hmac
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from atdesk_core.runtime.broker import Eyes
from atdesk_core.runtime.outbox import Delivery, Outcome
from atdesk_core.runtime.service import Service
from atdesk_core.session import Record, RecordKind, Wanted
from atdesk_core.store import OutboxRow, OutboxStatus
from atdesk_core.web.sign_in import LiveGuard, is_loopback
from atdesk_sdk import Frame, HealthStatus, MessageRef, Observation

_DELIVERED_S: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_OBSERVED_S: Final = (0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.0, 6.0, 10.0)


class Metrics:
    """The figures of one service, in a registry of their own.

    Args:
        now: Engine's clock.
        timer: Monotonic seconds.

    Attributes:
        registry: Holds them.
    """

    def __init__(
        self, now: Callable[[], float] = time.time, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self.registry = CollectorRegistry()
        self._now = now
        self._timer = timer
        self._looks = self._counter("looks", "Looks that were opened", "reason")
        self._skips = self._counter("looks_skipped", "Looks that were not opened", "because")
        self._findings = self._counter("findings", "Findings that were decided", "kind")
        self._unknown = self._counter("could_not_tell", "Times that nothing could be told", "reason")
        self._flags = self._counter("flags", "What became of flags", "what")
        self._delivered = Histogram(
            "atdesk_delivered_seconds",
            "From when a message or a state write was due until the platform had taken it",
            ["kind"],
            registry=self.registry,
            buckets=_DELIVERED_S,
        )
        self._observed = Histogram(
            "atdesk_observed_seconds",
            "From when a frame was opened until it was measured, the wait for a worker included",
            registry=self.registry,
            buckets=_OBSERVED_S,
        )
        self._in_pool = Gauge(
            "atdesk_vision_frames", "Frames in the vision pool: measured, or waiting", registry=self.registry
        )

    def record(self, _agent_id: str, record: Record) -> None:
        """Count a row of the decision log. Its words are closed; ids and numbers of it are left out."""
        data = record.data
        match record.kind:
            case RecordKind.LOOK_OPENED:
                self._looks.labels(data["reason"]).inc()
            case RecordKind.LOOK_SKIPPED:
                self._skips.labels(data["because"]).inc()
            case RecordKind.FINDING:
                self._findings.labels(data["what"]).inc()
            case RecordKind.COULD_NOT_TELL:
                self._unknown.labels(data["what"]).inc()
            case RecordKind.FLAG:
                self._flags.labels(data["what"]).inc()

    def delivery(self, inner: Delivery) -> Delivery:
        """The same delivery, timed."""
        return _TimedDelivery(inner, self._now, self._delivered)

    def eyes(self, inner: Eyes) -> Eyes:
        """The same vision pool, timed."""
        return _TimedEyes(inner, self._timer, self._observed, self._in_pool)

    def watch(self, service: Service, guard: LiveGuard) -> None:
        """Read a service's own counters whenever somebody asks."""
        self.registry.register(_OfService(service, guard))

    def text(self) -> bytes:
        """All of it as Prometheus reads it."""
        return generate_latest(self.registry)

    def _counter(self, name: str, says: str, label: str) -> Counter:
        return Counter(f"atdesk_{name}", says, [label], registry=self.registry)


class _TimedDelivery:
    """Implements `Delivery`."""

    def __init__(self, inner: Delivery, now: Callable[[], float], delivered: Histogram) -> None:
        self._inner = inner
        self._now = now
        self._delivered = delivered

    async def deliver(self, row: OutboxRow, *, sent_before: bool) -> Outcome:
        outcome = await self._inner.deliver(row, sent_before=sent_before)
        if outcome.status is OutboxStatus.SENT:
            waited_s = max(0.0, self._now() - row.due_at)
            self._delivered.labels(row.kind.value).observe(waited_s)
        return outcome

    async def look_up(self, row: OutboxRow) -> MessageRef | None:
        return await self._inner.look_up(row)


class _TimedEyes:
    """Implements `Eyes`."""

    def __init__(self, inner: Eyes, timer: Callable[[], float], observed: Histogram, in_pool: Gauge) -> None:
        self._inner = inner
        self._timer = timer
        self._observed = observed
        self._in_pool = in_pool

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        began = self._timer()
        with self._in_pool.track_inprogress():
            observation = await self._inner.observe(agent_id, frame, wanted)
        self._observed.observe(self._timer() - began)
        return observation


class _OfService(Collector):
    """Counters that the parts of a service keep themselves."""

    def __init__(self, service: Service, guard: LiveGuard) -> None:
        self._service = service
        self._guard = guard

    def collect(self) -> Iterator[Metric]:
        """Asked at each scrape."""
        service = self._service
        yield _gauge("outbox_rows", "Rows that are owed to platforms", service.outbox.depth)
        yield _gauge("mailbox_frames", "Frames that wait for the vision pool", service.broker.waiting_frames)
        yield _gauge("pages_open", "Agents' pages that are open and answer", service.screens.answering)
        yield _counts("outbox_settled", "How rows of the outbox ended", "how", service.outbox.counts)
        yield _counts("frames", "What became of frames, and how looks ended", "what", service.broker.counts)
        yield _counts("page_frames", "What became of frames over the socket", "what", service.page.counts)
        yield _counts(
            "sign_ins_refused", "Requests without a right, by reason", "reason", self._guard.refused
        )
        yield self._adapters()
        yield self._adapter_counts()

    def _adapters(self) -> Metric:
        family = GaugeMetricFamily(
            "atdesk_adapter_state", "1 for the state that an adapter is in", labels=["adapter", "state"]
        )
        for name, report in self._service.health().items():
            for status in HealthStatus:
                family.add_metric([name, status.value], float(report.status is status))
        return family

    def _adapter_counts(self) -> Metric:
        family = CounterMetricFamily(
            "atdesk_adapter", "What adapters count by words of their own", labels=["adapter", "what"]
        )
        for name, counts in self._service.adapter_counts().items():
            for what, count in sorted(counts.items()):
                family.add_metric([name, what], count)
        return family


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"atdesk_{name}", says, value=value)


def _counts(name: str, says: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"atdesk_{name}", says, labels=[label])
    for word, count in sorted(counts.items()):
        family.add_metric([word], count)
    return family


def metrics_route(metrics: Metrics, secret: str | None) -> BaseRoute:
    """`/metrics`, for whoever has the secret; without one for this machine alone.

    Args:
        metrics: The figures.
        secret: What has to be in `Authorization: Bearer`; None: only asked from here, and by this address.
    """

    async def show(request: Request) -> Response:
        if not (_has(request, secret) if secret is not None else _from_here(request)):
            message = "From another machine /metrics needs the secret of service.metrics_secret."
            return JSONResponse({"error": {"code": "not_allowed", "message": message}}, status_code=403)
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", show)


def _has(request: Request, secret: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), secret.encode())


def _from_here(request: Request) -> bool:
    """Asked by a process of this machine, and not through a proxy for somebody else."""
    through_proxy = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "via"))
    asked_for = request.url.hostname or ""
    return not through_proxy and is_loopback(asked_for) and is_loopback(_peer(request))


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""
