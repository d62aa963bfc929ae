"""Many senders of `atdesk.frames.v1` in one process of their own, for the benchmark `frames`.

Reads one line of JSON from standard input: `url`, `tokens` (one a sender), `pictures` (files). Sends until
its input ends, then prints how many frames it sent.
"""

import asyncio
import contextlib
import itertools
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection, connect

from atdesk_core.vision import header
from atdesk_core.web.frames.protocol import SUBPROTOCOL, Header, pack


class Sender:
    """One connection that serves every look at once, at the server's pace."""

    def __init__(self, socket: ClientConnection, pictures: list[bytes]) -> None:
        self.sent = 0
        self._socket = socket
        self._pictures = itertools.cycle(pictures)
        self._sending: asyncio.Task[None] | None = None

    async def run(self, token: str) -> None:
        """Until the server closes."""
        await self._say(t="hello", v=1, source="forwarder", token=token)
        try:
            async for text in self._socket:
                await self._heed(json.loads(text))
        finally:
            self._stop()

    async def _heed(self, message: dict[str, Any]) -> None:
        if message["t"] == "ping":
            await self._say(t="pong")
        elif message["t"] in ("look_start", "look_end"):
            self._stop()
            if message["t"] == "look_start":
                self._sending = asyncio.create_task(self._send(message))

    def _stop(self) -> None:
        sending, self._sending = self._sending, None
        if sending is not None:
            sending.cancel()

    async def _send(self, look: dict[str, Any]) -> None:
        # Cameras do not start together; a herd would measure the herd.
        await asyncio.sleep(random.random() / look["fps"])  # noqa: S311  (no secret)
        for _ in range(look["max_frames"]):
            self.sent += 1
            await self._socket.send(_frame(next(self._pictures), look["look"], self.sent))
            await asyncio.sleep(1 / look["fps"])

    async def _say(self, **message: object) -> None:
        await self._socket.send(json.dumps(message))


def _frame(jpeg: bytes, look: int, seq: int) -> bytes:
    told = header.read(jpeg)
    return pack(Header(told.width, told.height, look, seq, time.time_ns() // 1000, len(jpeg))) + jpeg


async def _one(url: str, token: str, pictures: list[bytes], senders: list[Sender]) -> None:
    protocols = [websockets.Subprotocol(SUBPROTOCOL)]
    async with connect(url, subprotocols=protocols, compression=None) as socket:
        sender = Sender(socket, pictures)
        senders.append(sender)
        await sender.run(token)


async def _all(task: dict[str, Any], pictures: list[bytes]) -> int:
    senders: list[Sender] = []
    running = [asyncio.create_task(_one(task["url"], token, pictures, senders)) for token in task["tokens"]]
    await asyncio.to_thread(sys.stdin.read)
    for one in running:
        one.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*running, return_exceptions=True)
    return sum(one.sent for one in senders)


if __name__ == "__main__":
    wanted = json.loads(sys.stdin.readline())
    print(asyncio.run(_all(wanted, [Path(one).read_bytes() for one in wanted["pictures"]])))
