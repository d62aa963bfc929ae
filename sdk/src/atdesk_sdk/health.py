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
        message: What is wrong and what to do, in one sentence. When up it is empty, or names what hinders
            nothing and is worth knowing. No secrets.
        at: Engine's clock, seconds since the epoch.
        retry_at: When it tries again by itself; None when it does not.
        in_touch: False while it does not hear how its accounts are, so that what it said of them last may not
            be so any more. Say True again only after what changed meanwhile has been emitted.
    """

    adapter: str
    status: HealthStatus
    message: str
    at: float
    retry_at: float | None = None
    in_touch: bool = True

    @property
    def knows_states(self) -> bool:
        """Whether its last word on each account still stands. Of one that is down or starting it does not."""
        return self.in_touch and self.status in (HealthStatus.UP, HealthStatus.DEGRADED)
