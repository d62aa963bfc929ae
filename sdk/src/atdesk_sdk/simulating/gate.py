"""What every request to a simulated platform passes: faults strike here, and answers are held back."""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from typing import Generic

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atdesk_sdk.simulating.connections import Connections
from atdesk_sdk.simulating.faults import FaultT, HttpFaults


class Gate(ABC, Generic[FaultT]):
    """ASGI application round the real one. WebSockets and the control plane (`/_sim`) pass untouched.

    A subclass says how its platform answers, and what its journal holds of it.

    Args:
        app: The real one.
        faults: What waits to strike.
        connections: The server's, so that one can be broken.
    """

    def __init__(self, app: ASGIApp, faults: HttpFaults[FaultT], connections: Connections) -> None:
        self.connections = connections
        self._app, self._faults = app, faults
        self._leaving = asyncio.Event()

    def meanwhile(self, fault: FaultT) -> None:
        """Do what a fault says that somebody does just before the request is handled."""

    @abstractmethod
    async def answer(self, scope: Scope, body: bytes, fault: FaultT | None) -> Response:
        """Give the answer that `fault` asks for, or else the platform's own (see `ask`)."""

    @abstractmethod
    def note(self, scope: Scope, body: bytes, status: int) -> None:
        """Write a request down.

        Args:
            scope: Of the request.
            body: As it was sent.
            status: What it is answered with; 0: its connection breaks, and nothing was done.
        """

    def leave(self) -> None:
        """Let no request wait any longer."""
        self._leaving.set()

    async def ask(self, scope: Scope, body: bytes) -> Response:
        """Run the real application on a body already read; its answer can still be withheld."""
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

        await self._app(scope, receive, send)
        response.body = b"".join(parts)
        return response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith("/_sim"):
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        fault = self._faults.strike(scope["method"], scope["path"])
        response = await self._handled(scope, body, fault)
        self.note(scope, body, 0 if response is None else response.status_code)
        if fault is not None:
            await self._pause(fault.late_s)
        if response is None or (fault is not None and fault.cut == "after"):
            await self._cut(scope, receive)
            return
        await response(scope, receive, send)

    async def _handled(self, scope: Scope, body: bytes, fault: FaultT | None) -> Response | None:
        """The answer; None where nothing was done."""
        if fault is not None:
            await self._pause(fault.delay_s)
            self.meanwhile(fault)
            if fault.cut == "before":
                return None
        return await self.answer(scope, body, fault)

    async def _pause(self, seconds: float) -> None:
        """Wait; who has gone meanwhile is waited for too, since what they asked for is still done."""
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._leaving.wait()

    async def _cut(self, scope: Scope, receive: Receive) -> None:
        self.connections.abort(scope["client"])
        while (await receive())["type"] != "http.disconnect":
            pass


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return body
