"""What every request passes: the journal, the faults, the token and the request limit."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atdesk_genesys.simulator import wire
from atdesk_genesys.simulator.access import Allowance, in_scope
from atdesk_genesys.simulator.faults import HttpFault
from atdesk_genesys.simulator.platform import Platform
from atdesk_sdk.simulating.connections import Connections

_CODES = {401: "bad.credentials", 403: "not.authorized", 409: "request.conflict", 429: "too.many.requests"}


def problem(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Answer with an error body."""
    correlation = str(uuid4())
    return JSONResponse(wire.error(status, code, message, correlation), status, headers)


class Gate:
    """ASGI application round the real one. Sockets and the control plane pass untouched."""

    def __init__(self, app: ASGIApp, platform: Platform, connections: Connections) -> None:
        self._app = app
        self._platform = platform
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith("/_sim"):
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        fault = self._platform.faults.strike(scope["method"], scope["path"])
        if fault is not None:
            await self._before(fault)
        lost = fault is not None and fault.cut == "before"
        response = None if lost else await self._answer(scope, body, fault)
        self._note(scope, body, 0 if response is None else response.status_code)
        await asyncio.sleep(0.0 if fault is None else fault.late_s)
        if response is None or (fault is not None and fault.cut == "after"):
            await self._cut(scope, receive)
            return
        await response(scope, receive, send)

    async def _before(self, fault: HttpFault) -> None:
        await asyncio.sleep(fault.delay_s)
        if fault.agent is not None and fault.presence is not None:
            self._platform.world.set_presence(fault.agent, fault.presence)

    async def _answer(self, scope: Scope, body: bytes, fault: HttpFault | None) -> Response:
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
            return await _capture(self._app, scope, body)
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
            response = await _capture(self._app, scope, body)
        response.headers.update(allowance.headers())
        return response

    def _note(self, scope: Scope, body: bytes, status: int) -> None:
        kind = "webhook" if scope["path"].startswith("/webhooks/") else "http"
        query = scope["query_string"].decode("latin-1")
        # A token call's body may carry the secret: it is not written down.
        content = None if scope["path"] == "/oauth/token" else _parsed(body)
        what = f"{scope['method']} {scope['path']}"
        self._platform.journal.note(kind, what, query=query, status=status, body=content)

    async def _cut(self, scope: Scope, receive: Receive) -> None:
        self._connections.abort(scope["client"])
        while (await receive())["type"] != "http.disconnect":
            pass


def _too_many(allowance: Allowance) -> Response:
    wait = {"Retry-After": str(allowance.reset_s)}
    return problem(
        429, "too.many.requests.retry.after", f"Retry the request in [{allowance.reset_s}] seconds", wait
    )


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return body


async def _capture(app: ASGIApp, scope: Scope, body: bytes) -> Response:
    """Run the application on a body already read, and keep its answer so that it can still be withheld."""
    response = Response()
    parts: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            response.status_code = message["status"]
            response.raw_headers = list(message["headers"])
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    response.body = b"".join(parts)
    return response


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
