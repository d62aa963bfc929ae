"""An HTTP server inside somebody else's process and event loop, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

HOST = "127.0.0.1"


class _Embedded(uvicorn.Server):
    """Signals are not its business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_http(app: Starlette, port: int, stack: contextlib.AsyncExitStack) -> int:
    """Serve `app` until `stack` closes; the port accepts connections when this returns.

    Args:
        app: What answers.
        port: 0 takes a free one.
        stack: Ends the server when it closes.

    Returns:
        The port.

    Raises:
        OSError: The port is taken.
    """
    listener = socket.create_server((HOST, port), backlog=128)
    # What is accepted has it from here: else an answer in two pieces takes 40 ms longer.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        app, log_config=None, log_level="critical", access_log=False, lifespan="off", ws="none"
    )
    config.timeout_graceful_shutdown = 1
    server = _Embedded(config)
    task = asyncio.get_running_loop().create_task(server.serve(sockets=[listener]))

    async def stop() -> None:
        server.should_exit = True
        await task

    stack.push_async_callback(stop)
    return int(listener.getsockname()[1])
