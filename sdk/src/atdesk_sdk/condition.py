"""How the adapter is: every trouble has a name, and the worst one is reported, once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

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
        self._troubles: dict[Hashable, _Trouble] = {}
        self._said: tuple[HealthStatus, str, bool] | None = None

    def trouble(
        self,
        name: Hashable,
        status: HealthStatus,
        message: str,
        retry_at: float | None = None,
        *,
        in_touch: bool = True,
    ) -> None:
        """Note a trouble, in one sentence with the way out and without secrets.

        Args:
            name: What `over` ends it by.
            status: How bad it is.
            message: For whoever runs this.
            retry_at: When it is tried again, engine's clock.
            in_touch: False where it keeps the adapter from hearing how its accounts are.
        """
        self._troubles[name] = _Trouble(status, message, retry_at, in_touch)
        self._tell()

    def over(self, name: Hashable) -> None:
        """Note that a trouble is over. One that never was is fine."""
        self._troubles.pop(name, None)
        self._tell()

    def _tell(self) -> None:
        worst = min(self._troubles.values(), key=_severity, default=_NONE)
        in_touch = all(one.in_touch for one in self._troubles.values())
        if self._said != (worst.status, worst.message, in_touch):
            self._said = (worst.status, worst.message, in_touch)
            now = self._host.now()
            self._host.report(
                HealthReport(self._adapter, worst.status, worst.message, now, worst.retry_at, in_touch)
            )


@dataclass(frozen=True, slots=True)
class _Trouble:
    status: HealthStatus
    message: str
    retry_at: float | None = None
    in_touch: bool = True


_NONE = _Trouble(HealthStatus.UP, "")


def _severity(trouble: _Trouble) -> tuple[int, bool]:
    """Of two that are equally bad, the one that costs the touch comes first: nobody is looked at."""
    order = _ORDER.index(trouble.status) if trouble.status in _ORDER else len(_ORDER)
    return order, trouble.in_touch
