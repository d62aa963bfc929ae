"""What every request passes: the faults and the journal."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import uuid4

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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


class Gate:
    """ASGI application round the real one. The control plane passes untouched."""

    def __init__(
        self, app: ASGIApp, world: World, faults: Faults, journal: Journal, connections: Connections
    ) -> None:
        self._app, self._world, self._faults = app, world, faults
        self._journal, self._connections = journal, connections
        self._leaving = asyncio.Event()

    def leave(self) -> None:
        """Let nothing wait any longer, and break every connection.

        A client that keeps its connection says no farewell, and TLS would wait for it.
        """
        self._leaving.set()
        self._connections.abort_all()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith("/_sim"):
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        fault = self._faults.strike(scope["method"], scope["path"])
        if fault is not None:
            await self._before(fault)
        lost = fault is not None and fault.cut == "before"
        response = None if lost else await self._answer(scope, body, fault)
        self._note(scope, body, 0 if response is None else response.status_code)
        await self._pause(0.0 if fault is None else fault.late_s)
        if response is None or (fault is not None and fault.cut == "after"):
            await self._cut(scope, receive)
            return
        await response(scope, receive, send)

    async def _before(self, fault: HttpFault) -> None:
        await self._pause(fault.delay_s)
        if fault.user is not None and fault.picks is not None:
            self._world.pick(fault.user, fault.picks)

    async def _pause(self, seconds: float) -> None:
        """Wait; who has gone meanwhile is waited for too, since what they asked for is still done."""
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._leaving.wait()

    async def _answer(self, scope: Scope, body: bytes, fault: HttpFault | None) -> Response:
        if fault is not None and (fault.html or fault.status is not None):
            response = _failed(fault, scope["path"])
        else:
            scope[STALE] = fault is not None and fault.stale
            response = await _capture(self._app, scope, body)
        response.headers["request-id"] = str(uuid4())
        return response

    def _note(self, scope: Scope, body: bytes, status: int) -> None:
        what = f"{scope['method']} {scope['path']}"
        where = _where(scope["path"])
        told = _grant(body) if where == "token" else _parsed(body)
        self._journal.add("in", where, what, told, str(status))

    async def _cut(self, scope: Scope, receive: Receive) -> None:
        self._connections.abort(scope["client"])
        while (await receive())["type"] != "http.disconnect":
            pass


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
