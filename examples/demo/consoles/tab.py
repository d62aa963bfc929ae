"""Plays the agent's page: shows that a look is on, and sends the camera's picture when one is asked for.

It speaks the two sockets of the page, as docs/agent-page-api.md and docs/frames.md describe them. The page
itself does the same in a browser.
"""

import asyncio
import base64
import contextlib
import itertools
import json
import secrets
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final, Protocol

from websockets import Subprotocol
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

_HEADER: Final = struct.Struct("<4sBBHHHIIQI")
_BOX: Final = (480, 270)
_SHOWN_EVERY_S: Final = 3.0
_AGAIN_S: Final = 0.5
_FINAL: Final = frozenset({4401, 4403, 4409})
_SOURCE: Final = "teams-tab"

Message = Mapping[str, Any]
SignIn = Callable[[str], Awaitable[str]]


class Camera(Protocol):
    """What the tab shows."""

    def jpeg(self, at_s: float, box: tuple[int, int]) -> bytes:
        """The picture of a time, no larger than `box`."""
        ...


class Tab:
    """One open tab of the agent's page.

    Args:
        origin: Of the pages.
        camera: What its camera shows.
        sign_in: Gets the page's token for the secret of this tab.
    """

    def __init__(self, origin: str, camera: Camera, sign_in: SignIn) -> None:
        self._origin = origin
        self._sign_in = sign_in
        self._secret = base64.b64encode(secrets.token_bytes(32)).decode()
        self._began = time.monotonic()
        self._camera = camera
        self._seq = itertools.count(1)

    def play(self, camera: Camera) -> None:
        """The camera shows this from now on, from its beginning."""
        self._camera, self._began = camera, time.monotonic()

    async def run(self) -> None:
        """Until cancelled, or until the service wants this tab no more."""
        token = await self._sign_in(self._secret)
        hello = {"v": 1, "token": token, "tab": self._secret}
        camera = {"source": _SOURCE, "client": {"page": "demo"}}
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hold("live", "atdesk.page.v1", hello, self._live))
            tasks.create_task(self._hold("frames", "atdesk.frames.v1", hello | camera, self._frames))

    async def _hold(
        self,
        path: str,
        protocol: str,
        hello: Message,
        serve: Callable[[ClientConnection], Awaitable[None]],
    ) -> None:
        """As the page does it: a line that breaks comes back, unless it is closed for good."""
        while True:
            over = None
            try:
                async with self._line(path, protocol) as line:
                    await _say(line, t="hello", **hello)
                    await serve(line)
            except ConnectionClosed as closed:
                over = closed.rcvd and closed.rcvd.code
            except (OSError, WebSocketException):
                pass  # not there at the moment
            if over in _FINAL:
                return
            await asyncio.sleep(_AGAIN_S)

    def _line(self, path: str, protocol: str) -> connect:
        url = self._origin.replace("http", "ws", 1) + f"/{path}"
        return connect(url, subprotocols=[Subprotocol(protocol)], compression=None, origin=None, proxy=None)

    async def _live(self, line: ClientConnection) -> None:
        """The indicator: it is up as long as a look is on."""
        looks: set[str] = set()
        async with _ticking(line, looks):
            async for text in line:
                message = json.loads(text)
                match message["t"]:
                    case "look_begins":
                        looks.add(message["look_id"])
                        await _say(line, t="shown", look_id=message["look_id"])
                    case "look_ends":
                        looks.discard(message["look_id"])
                    case "notice":
                        await _say(line, t="seen", notice_id=message["notice"]["notice_id"])

    async def _frames(self, line: ClientConnection) -> None:
        """The camera: open for a look alone."""
        async with contextlib.AsyncExitStack() as open_look:
            async for text in line:
                message = json.loads(text)
                match message["t"]:
                    case "look_start":
                        await open_look.aclose()
                        await _say(line, t="opened", look_id=message["look_id"])
                        await open_look.enter_async_context(running(self._send(line, message)))
                    case "look_end":
                        await open_look.aclose()
                    case "ping":
                        await _say(line, t="pong")

    async def _send(self, line: ClientConnection, look: Message) -> None:
        for _ in range(look["max_frames"]):
            jpeg = await asyncio.to_thread(self._camera.jpeg, time.monotonic() - self._began, _BOX)
            width, height = _size_of(jpeg)
            taken_us, number = time.time_ns() // 1000, next(self._seq)
            header = (b"ADF1", 1, 0, _HEADER.size, width, height, look["look"], number, taken_us, len(jpeg))
            await line.send(_HEADER.pack(*header) + jpeg)
            await asyncio.sleep(1 / look["fps"])


async def _say(line: ClientConnection, **message: object) -> None:
    await line.send(json.dumps(message))


@contextlib.asynccontextmanager
async def _ticking(line: ClientConnection, looks: set[str]) -> AsyncIterator[None]:
    """The page answers, and its indicator stands, until the block is left."""

    async def tick() -> None:
        while True:
            await asyncio.sleep(_SHOWN_EVERY_S)
            await _say(line, t="alive")
            for look_id in tuple(looks):
                await _say(line, t="shown", look_id=look_id)

    async with running(tick()):
        yield


@contextlib.asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Something goes on beside the block, and ends with it."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _size_of(jpeg: bytes) -> tuple[int, int]:
    """(width, height) of a JPEG, as its own header says."""
    at = 2
    while jpeg[at + 1] not in range(0xC0, 0xC4):
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    height, width = struct.unpack(">HH", jpeg[at + 5 : at + 9])
    return width, height
