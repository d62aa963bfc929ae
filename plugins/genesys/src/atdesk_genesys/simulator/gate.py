"""What every request passes: the journal, the faults, the token and the request limit."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Scope

from atdesk_genesys.simulator import wire
from atdesk_genesys.simulator.access import Allowance, in_scope
from atdesk_genesys.simulator.faults import HttpFault
from atdesk_genesys.simulator.platform import Platform
from atdesk_sdk.simulating import gate
from atdesk_sdk.simulating.connections import Connections

_CODES = {401: "bad.credentials", 403: "not.authorized", 409: "request.conflict", 429: "too.many.requests"}


def problem(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Answer with an error body."""
    correlation = str(uuid4())
    return JSONResponse(wire.error(status, code, message, correlation), status, headers)


class Gate(gate.Gate[HttpFault]):
    """ASGI application round the real one, with the token and the request limit."""

    def __init__(self, app: ASGIApp, platform: Platform, connections: Connections) -> None:
        super().__init__(app, platform.faults, connections)
        self._platform = platform

    def meanwhile(self, fault: HttpFault) -> None:
        """An agent changes their own presence."""
        if fault.agent is not None and fault.presence is not None:
            self._platform.world.set_presence(fault.agent, fault.presence)

    async def answer(self, scope: Scope, body: bytes, fault: HttpFault | None) -> Response:
        """What the fault asks for, or what Genesys would say."""
        if fault is not None and fault.html:
            return HTMLResponse("<html><body>Please wait while we check your browser.</body></html>")
        if fault is not None and fault.status is not None:
            headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            code = fault.code or _CODES.get(fault.status, "internal.server.error")
            response: Response = problem(fault.status, code, "A fault was asked for.", headers)
        else:
            response = await self._admitted(scope, body)
        response.headers["ININ-Correlation-Id"] = str(uuid4())
        return response

    async def _admitted(self, scope: Scope, body: bytes) -> Response:
        if not scope["path"].startswith("/api/v2/"):
            return await self.ask(scope, body)
        named = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        token = self._platform.tokens.check(named)
        if token is None:
            code = "bad.credentials" if named else "authentication.required"
            return problem(401, code, "No valid authentication was sent.")
        allowance = self._platform.limiter.count(token.counted_as)
        scope["genesys.token"] = token
        if allowance.exceeded:
            response: Response = _too_many(allowance)
        elif not in_scope(token, scope["method"], scope["path"]):
            code = "app.not.authorized.for.scope"
            response = problem(403, code, f"App not authorized for {scope['method']} {scope['path']}")
        else:
            response = await self.ask(scope, body)
        response.headers.update(allowance.headers())
        return response

    def note(self, scope: Scope, body: bytes, status: int) -> None:
        """A token call's body may carry the secret: it is not written down."""
        kind = "webhook" if scope["path"].startswith("/webhooks/") else "http"
        query = scope["query_string"].decode("latin-1")
        content = None if scope["path"] == "/oauth/token" else _parsed(body)
        what = f"{scope['method']} {scope['path']}"
        self._platform.journal.note(kind, what, query=query, status=status, body=content)


def _too_many(allowance: Allowance) -> Response:
    wait = {"Retry-After": str(allowance.reset_s)}
    return problem(
        429, "too.many.requests.retry.after", f"Retry the request in [{allowance.reset_s}] seconds", wait
    )


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
