"""Many open pages in one process of their own, for the benchmark `page`.

Reads one line of JSON from standard input: `url`, `tab`, `tokens` (one a page), `first` (how many to open
before the others), `camera` (a `Camera`) and `jpeg` (what a camera shows, base64). Opens these, says `open`,
opens the rest at the next line, says `open` again, and keeps all alive until its input ends. Then it prints
how long each socket for frames took, from being asked for to the look over it, as a list of seconds.
"""

import asyncio
import base64
import contextlib
import itertools
import json
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection, connect

from atdesk_core.vision import header
from atdesk_core.web.frames.protocol import Header, pack

PROTOCOL = websockets.Subprotocol("atdesk.page.v1")
FRAMES = websockets.Subprotocol("atdesk.frames.v1")
BEAT_S = 4.0
COMES_S = 0.1
"""From one page that is looked at to the next: 500 people within a minute, not all at the same moment."""


class Camera(StrEnum):
    """What the pages have."""

    NONE = "none"
    """None that policy lets be used: nothing is said of it."""
    WAITS = "waits"
    """One that waits for looks on the page's live line."""
    LOOKED = "looked"
    """The same, and one look each comes; the page is idle once its socket for frames is closed again."""
    OPEN = "open"
    """One whose socket for frames stays open."""


class Page:
    """One page, as a browser has it.

    Attributes:
        is_open: It has its object and, where a look is to come, that look has begun.
        is_idle: Nothing goes on at it.
        asked_s: See the module.
    """

    def __init__(self, task: dict[str, Any], token: str) -> None:
        self.is_open, self.is_idle = asyncio.Event(), asyncio.Event()
        self.asked_s: list[float] = []
        self._task = task
        self._camera = Camera(task["camera"])
        self._hello = {"t": "hello", "v": 1, "token": token, "tab": task["tab"]}
        self._asked_at = 0.0
        self._frames: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Until it is cancelled."""
        async with self._socket("live", PROTOCOL) as live:
            await live.send(json.dumps(self._hello))
            beat = asyncio.create_task(_beat(live))
            try:
                async for text in live:
                    await self._heed(live, json.loads(text))
            finally:
                beat.cancel()
                self._close_frames()

    async def _heed(self, live: ClientConnection, message: dict[str, Any]) -> None:
        match message["t"]:
            case "me" if not self.is_open.is_set():
                await self._begin(live)
            case "look_begins":
                await live.send(json.dumps({"t": "shown", "look_id": message["look_id"]}))
            case "notice":
                await live.send(json.dumps({"t": "seen", "notice_id": message["notice"]["notice_id"]}))
            case "frames" if message["open"]:
                self._asked_at = time.perf_counter()
                self._open_frames()
            case "frames" if self._camera is not Camera.OPEN:
                self._close_frames()
                self.is_idle.set()

    async def _begin(self, live: ClientConnection) -> None:
        if self._camera is Camera.OPEN:  # not one that could be looked through: the page is idle
            await live.send(json.dumps({"t": "camera", "reason": "denied"}))
            self._open_frames()
        elif self._camera is not Camera.NONE:
            await live.send(json.dumps({"t": "camera", "reason": ""}))
        if self._camera is not Camera.LOOKED:
            self.is_open.set()
            self.is_idle.set()

    def _open_frames(self) -> None:
        self._close_frames()
        self._frames = asyncio.create_task(self._serve_looks())

    def _close_frames(self) -> None:
        if self._frames is not None:
            self._frames.cancel()

    async def _serve_looks(self) -> None:
        async with self._socket("frames", FRAMES) as socket:
            await socket.send(json.dumps(self._hello | {"source": "page", "client": {}}))
            seq, sending = itertools.count(1), None
            async for text in socket:
                message = json.loads(text)
                if message["t"] == "ping":
                    await socket.send(json.dumps({"t": "pong"}))
                elif message["t"] == "look_start":
                    self._look_began()
                    sending = asyncio.create_task(_send(socket, message, self._task["jpeg"], seq.__next__))
                elif message["t"] == "look_end" and sending is not None:
                    sending.cancel()

    def _look_began(self) -> None:
        if self._asked_at:
            self.asked_s.append(time.perf_counter() - self._asked_at)
            self._asked_at = 0.0
        self.is_open.set()

    def _socket(self, path: str, protocol: websockets.Subprotocol) -> connect:
        return connect(f"{self._task['url']}/{path}", subprotocols=[protocol], compression=None)


async def _send(
    socket: ClientConnection, look: dict[str, Any], picture: str, number: Callable[[], int]
) -> None:
    jpeg = base64.b64decode(picture)
    told = header.read(jpeg)
    for _ in range(look["max_frames"]):
        at = time.time_ns() // 1000
        one = Header(told.width, told.height, look["look"], number(), at, len(jpeg))
        await socket.send(pack(one) + jpeg)
        await asyncio.sleep(1 / look["fps"])


async def _beat(socket: ClientConnection) -> None:
    while True:
        await asyncio.sleep(BEAT_S)
        await socket.send('{"t":"alive"}')


async def _open(task: dict[str, Any], tokens: list[str]) -> dict[Page, asyncio.Task[None]]:
    pages = {}
    for token in tokens:
        page = Page(task, token)
        pages[page] = asyncio.create_task(page.run())
        async with asyncio.timeout(30):
            await page.is_open.wait()
        if task["camera"] == Camera.LOOKED:
            await asyncio.sleep(COMES_S)
    async with asyncio.timeout(180):
        for page in pages:
            await page.is_idle.wait()
    print("open", flush=True)
    return pages


async def _all(task: dict[str, Any]) -> None:
    first = task["first"]
    pages = await _open(task, task["tokens"][:first])
    await asyncio.to_thread(sys.stdin.readline)
    pages |= await _open(task, task["tokens"][first:])
    await asyncio.to_thread(sys.stdin.read)
    for running in pages.values():
        running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*pages.values(), return_exceptions=True)
    print(json.dumps([one for page in pages for one in page.asked_s]))


if __name__ == "__main__":
    asyncio.run(_all(json.loads(sys.stdin.readline())))
