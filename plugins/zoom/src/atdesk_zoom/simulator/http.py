"""The HTTP side of the simulator, on loopback."""

from __future__ import annotations

import contextlib
from typing import Final

from starlette.applications import Starlette

from atdesk_sdk.simulating.listening import listener_at, serving

#: An answer that is lost on purpose is unfinished to uvicorn.
_LOST_ANSWER: Final = "ASGI callable returned without completing response."


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
    listener = stack.enter_context(listener_at(port))
    await stack.enter_async_context(serving(app, listener, unremarkable=[_LOST_ANSWER]))
    return int(listener.getsockname()[1])
