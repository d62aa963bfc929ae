"""The connections that a simulator has, so that it can break one, as networks do."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


class Connections:
    """Each connection by its peer's address.

    Attributes:
        protocol: uvicorn's, which writes down here whoever comes and goes.
    """

    protocol: type[H11Protocol]

    def __init__(self) -> None:
        self._transports: dict[Any, asyncio.Transport] = {}
        self.protocol = _protocol_with(self._transports)

    def abort(self, peer: Any) -> None:
        """Break the connection of `peer` (host and port), if there still is one; it gets no farewell."""
        transport = self._transports.get(tuple(peer))
        if transport is not None:
            transport.abort()

    def abort_all(self) -> None:
        """Break every connection."""
        for transport in list(self._transports.values()):
            transport.abort()


def _protocol_with(transports: dict[Any, asyncio.Transport]) -> type[H11Protocol]:
    class Remembering(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            # Kept by itself: behind TLS a transport forgets its peer before this hears that it is gone.
            self.peer = transport.get_extra_info("peername")
            transports[self.peer] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            transports.pop(self.peer, None)

    return Remembering
