"""What every request passes: the faults and the journal."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import uuid4

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Scope

from atdesk_sdk.simulating import gate
from atdesk_sdk.simulating.connections import Connections
from atdesk_teams.simulator.faults import Faults, HttpFault
from atdesk_teams.simulator.graph_bodies import STALE, error_answer
from atdesk_teams.simulator.journal import Journal
from atdesk_teams.simulator.world import World

_CODES: Final = {
    401: "InvalidAuthenticationToken",
    403: "Forbidden",
    404: "NotFound",
    429: "TooManyRequests",
    503: "ServiceUnavailable",
}
_PREFIXES: Final = {"/v1.0/": "graph", "/connector": "connector", "/workflows": "workflows"}
_TOKEN: Final = "/oauth2/v2.0/token"


class Gate(gate.Gate[HttpFault]):
    """ASGI application round the real one."""

    def __init__(
        self, app: ASGIApp, world: World, faults: Faults, journal: Journal, connections: Connections
    ) -> None:
        super().__init__(app, faults, connections)
        self._world, self._journal = world, journal

    def leave(self) -> None:
        """Let nothing wait any longer, and break every connection.

        A client that keeps its connection says no farewell, and TLS would wait for it.
        """
        super().leave()
        self.connections.abort_all()

    def meanwhile(self, fault: HttpFault) -> None:
        """A user picks a status."""
        if fault.user is not None and fault.picks is not None:
            self._world.pick(fault.user, fault.picks)

    async def answer(self, scope: Scope, body: bytes, fault: HttpFault | None) -> Response:
        """What the fault asks for, or what Microsoft would say."""
        if fault is not None and (fault.html or fault.status is not None):
            response = _failed(fault, scope["path"])
        else:
            scope[STALE] = fault is not None and fault.stale
            response = await self.ask(scope, body)
        response.headers["request-id"] = str(uuid4())
        return response

    def note(self, scope: Scope, body: bytes, status: int) -> None:
        """Of a token request only what is no secret."""
        what = f"{scope['method']} {scope['path']}"
        where = _where(scope["path"])
        told = _grant(body) if where == "token" else _parsed(body)
        self._journal.add("in", where, what, told, str(status))


def _where(path: str) -> str:
    found = next((name for prefix, name in _PREFIXES.items() if path.startswith(prefix)), None)
    return found or ("token" if path.endswith(_TOKEN) else "sign_in")


def _failed(fault: HttpFault, path: str) -> Response:
    status = fault.status or 200
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.html:
        page = "<html><body>The service is unavailable. Please wait.</body></html>"
        return HTMLResponse(page, status, headers)
    if path.endswith(_TOKEN):
        word = fault.code or "temporarily_unavailable"
        return JSONResponse({"error": word, "error_description": fault.message}, status, headers)
    code = fault.code or _CODES.get(status, "InternalServerError")
    return error_answer(status, code, fault.message, headers)


def _grant(body: bytes) -> dict[str, str]:
    """Of a token request only what is no secret."""
    form = parse_qs(body.decode(errors="replace"))
    return {key: form[key][0] for key in ("grant_type", "scope") if key in form}


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body) if body else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {"body": found}
