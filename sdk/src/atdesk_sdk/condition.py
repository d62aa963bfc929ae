"""How the adapter is: every trouble has a name, and the worst one is reported, once."""

from __future__ import annotations

from collections.abc import Hashable

from atdesk_sdk.adapter import Host
from atdesk_sdk.health import HealthReport, HealthStatus

_ORDER = (HealthStatus.DOWN, HealthStatus.DEGRADED)


class Condition:
    """Collects troubles and tells the host.

    Args:
        adapter: The adapter's name.
        host: Who is told.
    """

    def __init__(self, adapter: str, host: Host) -> None:
        self._adapter = adapter
        self._host = host
        self._troubles: dict[Hashable, tuple[HealthStatus, str, float | None]] = {}
        self._said: tuple[HealthStatus, str] | None = None

    def trouble(
        self, name: Hashable, status: HealthStatus, message: str, retry_at: float | None = None
    ) -> None:
        """Note a trouble, in one sentence with the way out and without secrets."""
        self._troubles[name] = (status, message, retry_at)
        self._tell()

    def over(self, name: Hashable) -> None:
        """Note that a trouble is over. One that never was is fine."""
        self._troubles.pop(name, None)
        self._tell()

    def _tell(self) -> None:
        worst = min(self._troubles.values(), key=_severity, default=(HealthStatus.UP, "", None))
        status, message, retry_at = worst
        if self._said != (status, message):
            self._said = (status, message)
            self._host.report(HealthReport(self._adapter, status, message, self._host.now(), retry_at))


def _severity(trouble: tuple[HealthStatus, str, float | None]) -> int:
    return _ORDER.index(trouble[0]) if trouble[0] in _ORDER else len(_ORDER)
