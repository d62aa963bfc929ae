"""The way to a simulator: a relay on loopback that breaks connections before a word was said on them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit


class PoorLine:
    """Carries bytes between whoever connects and a server on this machine.

    `async with PoorLine(server_url) as line:` and then `line.url` in place of the server's.

    Args:
        url: Where the server is.

    Attributes:
        url: The same, by way of this.
        refused: Connections that were broken as soon as they were made.
    """

    url: str

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self.refused = 0
        self._plans: deque[tuple[int, Callable[[], bool]]] = deque()
        self._under_way: set[asyncio.Task[None]] = set()

    def refuse(self, many: int, once: Callable[[], bool] = lambda: True) -> None:
        """Break the next so many connections.

        Args:
            many: How many.
            once: Only from when this is so, and after what was asked for earlier.
        """
        self._plans.append((many, once))

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._came, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = urlunsplit(self._to._replace(netloc=f"{self._to.hostname}:{port}"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        tasks = tuple(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _is_down(self) -> bool:
        if not self._plans or not self._plans[0][1]():
            return False
        left, once = self._plans.popleft()
        if left > 1:
            self._plans.appendleft((left - 1, once))
        return True

    def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_down():
            self.refused += 1
            writer.transport.abort()
            return
        task = asyncio.create_task(self._carry(reader, writer))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until one side ends it; the other side learns of it in the same way."""
        there, back = await asyncio.open_connection("127.0.0.1", self._to.port)
        ways = [asyncio.create_task(_pass(reader, back)), asyncio.create_task(_pass(there, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            writer.transport.abort()
            back.transport.abort()


async def _pass(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    while piece := await source.read(65_536):
        to.write(piece)
        await to.drain()
