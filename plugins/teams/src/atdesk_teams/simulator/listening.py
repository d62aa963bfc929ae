"""A TLS server inside somebody else's process and event loop, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Generator
from typing import Final

import uvicorn

from atdesk_teams.simulator.gate import Gate, Transports, protocol_with

_HOST: Final = "127.0.0.1"
_LOGGERS: Final = ("uvicorn.access", "uvicorn.error")
#: Longer than anybody's pause between two polls: a connection that ends just then looks like a fault.
_KEPT_ALIVE_S: Final = 75


class _Quiet(logging.Filter):
    """Let only warnings of uvicorn through: a workflow's address is a secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


class _Server(uvicorn.Server):
    """uvicorn that says when it listens and leaves the signals to its host."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self.leaving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        # uvicorn's own looks every 0.1 s whether it should stop; tests start and stop hundreds of these.
        await self.on_tick(0)
        await self.leaving.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def listener_at(port: int) -> socket.socket:
    """A socket bound to 127.0.0.1; port 0 takes any free one.

    Raises:
        OSError: The port is taken.
    """
    # By its full name: asyncio sends small pieces at once only where it knows the protocol to be TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


async def run(
    gate: Gate,
    context: ssl.SSLContext,
    listener: socket.socket,
    transports: Transports,
    stack: contextlib.AsyncExitStack,
) -> None:
    """Serve until `stack` closes; it listens when this returns.

    Args:
        gate: What answers.
        context: Of TLS.
        listener: Bound.
        transports: Where each connection is kept, so that it can be broken.
        stack: Ends the server when it closes.
    """
    config = uvicorn.Config(
        gate,
        http=protocol_with(transports),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=_KEPT_ALIVE_S,
        timeout_graceful_shutdown=1,
        ssl_context_factory=lambda _config, _default: context,
    )
    server = _Server(config)
    quiet = _Quiet()
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(quiet)
        stack.callback(logging.getLogger(name).removeFilter, quiet)
    running = asyncio.create_task(server.serve(sockets=[listener]))

    async def stop() -> None:
        gate.leave()
        server.leaving.set()
        async with asyncio.timeout(10):
            await running

    stack.push_async_callback(stop)
    async with asyncio.timeout(10):
        await server.listening.wait()
