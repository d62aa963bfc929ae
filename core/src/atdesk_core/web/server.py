"""Runs an ASGI application in this process, on the running event loop."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.applications import Starlette

from atdesk_sdk import ConfigError

# An open event stream must not keep the process from ending.
CLOSE_S = 2
# Nothing that anybody sends over a socket is larger; what is closes it before it is held as a whole.
MAX_MESSAGE_BYTES = 1024 * 1024


def _is_ours_to_hear(record: logging.LogRecord) -> bool:
    """Text over a socket that is no text closes it with 1007; anybody can send that, so it is no fault."""
    return not (record.exc_info and record.exc_info[0] is UnicodeDecodeError)


class _Server(uvicorn.Server):
    """The process has its own signal handling."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


@contextlib.asynccontextmanager
async def serving(app: Starlette, host: str, port: int) -> AsyncIterator[int]:
    """Serve until the block is left.

    Args:
        app: What to serve.
        host: Address.
        port: 0 takes any free port.

    Yields:
        The port that is listened on.

    Raises:
        ConfigError: The address cannot be used.
    """
    logging.getLogger("uvicorn.error").addFilter(_is_ours_to_hear)
    listener = _listen(host, port)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=CLOSE_S,
        # The same library without a task and buffers for each socket: a third less memory for an open page.
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        # It costs a socket 40 kB and more, and a JPEG gets no smaller by it.
        ws_per_message_deflate=False,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="atdesk-web")
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {host}:{port}: {error.strerror}; set service.host and service.port"
        ) from None
    # asyncio does it only for sockets that name their protocol, which Python's accepted ones do not: without
    # it the second half of an answer waits 40 ms for the other side's word that it has the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
