"""A server inside somebody else's process and event loop, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Collection, Generator
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from atdesk_sdk.simulating.connections import Connections

HOST: Final = "127.0.0.1"
_LOGGERS: Final = ("uvicorn.access", "uvicorn.error")
#: Beginning and ending take milliseconds; what takes this long never ends.
_PATIENCE_S: Final = 10.0


class _Quiet(logging.Filter):
    """Let only warnings of uvicorn through, since its request lines may hold addresses that are secrets."""

    def __init__(self, unremarkable: Collection[str]) -> None:
        super().__init__()
        self._unremarkable = frozenset(unremarkable)

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING and record.getMessage() not in self._unremarkable


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
        # uvicorn's own looks every 0.1 s whether it should stop; tests start and stop hundreds of these. A
        # tick a second is what the `Date` of the answers needs.
        while not self.leaving.is_set():
            await self.on_tick(0)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self.leaving.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def listener_at(port: int) -> socket.socket:
    """A socket that listens on 127.0.0.1: whoever connects before it is served waits.

    Args:
        port: 0 takes any free one.

    Raises:
        OSError: The port is taken.
    """
    # By its full name: asyncio sends small pieces at once only where it knows the protocol to be TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


@contextlib.asynccontextmanager
async def serving(
    app: ASGIApp,
    listener: socket.socket,
    *,
    tls: ssl.SSLContext | None = None,
    connections: Connections | None = None,
    websockets: bool = False,
    keep_alive_s: int = 5,
    unremarkable: Collection[str] = (),
) -> AsyncIterator[None]:
    """Serve from here to the end. Requests that are under way then have a second to be answered.

    Args:
        app: What answers.
        listener: See `listener_at`; it is closed at the end.
        tls: None for none.
        connections: Where each connection is kept, so that it can be broken.
        websockets: Whether `app` has any; nobody is pinged.
        keep_alive_s: How long a connection may be without a request before it is closed.
        unremarkable: What uvicorn logs as an error, and is none in this simulator.
    """
    config = uvicorn.Config(
        app,
        http=(connections or Connections()).protocol,
        ws="websockets-sansio" if websockets else "none",
        ws_ping_interval=None,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=keep_alive_s,
        timeout_graceful_shutdown=1,
        ssl_context_factory=None if tls is None else lambda _config, _default: tls,
    )
    # Now, since what is missing for it is missed by whoever starts the simulator, and not by a task.
    config.load()
    with _quiet(unremarkable):
        async with _running(_Server(config), listener):
            yield


@contextlib.contextmanager
def _quiet(unremarkable: Collection[str]) -> Generator[None, None, None]:
    quiet = _Quiet(unremarkable)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(quiet)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(quiet)


@contextlib.asynccontextmanager
async def _running(server: _Server, listener: socket.socket) -> AsyncIterator[None]:
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await server.listening.wait()
        yield
    finally:
        server.leaving.set()
        async with asyncio.timeout(_PATIENCE_S):
            await task
