"""How an adapter says how it is. An adapter that is down never looks like a person who is away."""

from dataclasses import dataclass
from enum import StrEnum


class HealthStatus(StrEnum):
    """One word for a health report."""

    STARTING = "starting"
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class HealthReport:
    """State of one adapter.

    Attributes:
        adapter: Its name.
        status: See `HealthStatus`.
        message: What is wrong and what to do, in one sentence; empty when up. No secrets.
        at: Engine's clock, seconds since the epoch.
        retry_at: When it tries again by itself; None when it does not.
    """

    adapter: str
    status: HealthStatus
    message: str
    at: float
    retry_at: float | None = None
