"""A bot of the tests: it writes down what reaches it, and answers as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

MESSAGE = "application/vnd.microsoft.activity.message"


@dataclass(slots=True)
class SmallBot:
    """What it heard, and what it answers.

    Attributes:
        url: Its messaging endpoint.
        heard: Activities, in the order they came.
        tokens: What came with each; empty for none.
        answers: `(status, body)` of the next ones; then `said`. A status of 0 leaves it unanswered.
        said: What it answers when nothing else is told.
    """

    url: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    answers: list[tuple[int, Any]] = field(default_factory=list)
    said: tuple[int, Any] = (200, {"statusCode": 200, "type": MESSAGE, "value": "Noted."})

    async def hear(self, request: Request) -> Response:
        """Take one activity."""
        self.heard.append(await request.json())
        self.tokens.append(request.headers.get("authorization", "").removeprefix("Bearer "))
        status, body = self.answers.pop(0) if self.answers else self.said
        if status == 0:
            await asyncio.sleep(30)
        return Response(status_code=status) if body is None else JSONResponse(body, status)


@contextlib.asynccontextmanager
async def small_bot() -> AsyncIterator[SmallBot]:
    """The bot, listening on loopback until the block is left."""
    bot = SmallBot()
    app = Starlette(routes=[Route("/api/messages", bot.hear, methods=["POST"])])
    listener = socket.create_server(("127.0.0.1", 0))
    bot.url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/messages"
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with contextlib.ExitStack() as stack:
        stack.enter_context(listener)
        # Signals are pytest's business.
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield bot
        finally:
            server.should_exit = True
            async with asyncio.timeout(10):
                await running
