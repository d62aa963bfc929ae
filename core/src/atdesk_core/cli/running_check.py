"""What `atdesk doctor` hears from the service that runs beside it: some things only show while it runs."""

from typing import Final

import httpx2
from pydantic import BaseModel, ValidationError

from atdesk_core.cli.platforms_check import Line
from atdesk_core.runtime.config import ServiceTable
from atdesk_sdk import HealthStatus

_PATIENCE_S: Final = 3.0
_ANY: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (where it listens, not we)
_WELL: Final = (HealthStatus.UP, HealthStatus.DEGRADED)


class _Said(BaseModel):
    """Of one adapter."""

    status: HealthStatus
    message: str


class _Ready(BaseModel):
    """The answer of `/readyz`."""

    adapters: dict[str, _Said]


async def running_lines(service: ServiceTable) -> list[Line]:
    """A line for each adapter of the running service that has something to say; none where none runs here."""
    if not service.port:
        return []
    try:
        async with httpx2.AsyncClient(timeout=_PATIENCE_S, trust_env=False) as client:
            answer = await client.get(f"http://{_address(service.host)}:{service.port}/readyz")
        ready = _Ready.model_validate_json(answer.content)
    except (httpx2.HTTPError, ValidationError):
        return []
    return [
        (f"the running service, {name}", one.status in _WELL, one.message)
        for name, one in ready.adapters.items()
        if one.message
    ]


def _address(host: str) -> str:
    host = _ANY.get(host, host)
    return f"[{host}]" if ":" in host else host
