"""A sender that does not read what it is told, over a connection in memory that can be made to stick."""

import asyncio
import json
from collections.abc import AsyncIterator, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.websockets import WebSocket

from atdesk_core.web.frames.proof import Proofs
from atdesk_core.web.frames.protocol import SUBPROTOCOL
from atdesk_core.web.frames.socket import WAITING, FrameSocket
from atdesk_core.web.frames.socket import Desk as SocketDesk
from atdesk_core.web.frames.timing import Timing
from atdesk_core.web.frames.tokens import StreamTokens
from tests.core.web.frames.desk import Desk, eventually, opened
from tests.core.web.serving import TAB


@dataclass
class Pipe:
    """Both ends of a connection, as ASGI has them."""

    said: asyncio.Queue[MutableMapping[str, Any]] = field(default_factory=asyncio.Queue)
    told: list[str] = field(default_factory=list)
    closed: int | None = None
    flows: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.flows.set()
        self.said.put_nowait({"type": "websocket.connect"})

    def say(self, **message: Any) -> None:
        self.said.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})

    async def take(self, message: MutableMapping[str, Any]) -> None:
        await self.flows.wait()
        if message["type"] == "websocket.send":
            self.told.append(json.loads(message["text"])["t"])
        elif message["type"] == "websocket.close":
            self.closed = message["code"]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path) as desk:
        yield desk


def socket_of(desk: Desk, pipe: Pipe, timing: Timing) -> FrameSocket:
    scope = {
        "type": "websocket",
        "path": "/frames",
        "headers": [],
        "subprotocols": [SUBPROTOCOL],
        "client": ("127.0.0.1", 1),
    }
    websocket = WebSocket(scope, receive=pipe.said.get, send=pipe.take)
    world = desk.service.world
    proofs = Proofs(desk.pages.guard, StreamTokens(desk.clock), lambda: world.directory)
    return FrameSocket(websocket, SocketDesk(desk.service.page, proofs, desk.clock, timing))


async def test_messages_that_pile_up_close(desk: Desk) -> None:
    pipe = Pipe()
    socket = socket_of(desk, pipe, Timing())
    running = asyncio.create_task(socket.run())
    pipe.say(t="hello", v=1, source="page", token=desk.token(), tab=TAB)
    await eventually(lambda: "ready" in pipe.told)
    for _ in range(WAITING + 1):
        socket.pace(1.0)
    async with asyncio.timeout(20):
        await running
    assert (pipe.told[-1], pipe.closed) == ("stop", 4408)
    assert len(pipe.told) < 5


async def test_a_message_that_does_not_leave_closes(desk: Desk) -> None:
    pipe = Pipe()
    socket = socket_of(desk, pipe, Timing(send_s=0.1))
    running = asyncio.create_task(socket.run())
    pipe.say(t="hello", v=1, source="page", token=desk.token(), tab=TAB)
    await eventually(lambda: "ready" in pipe.told)
    pipe.flows.clear()
    socket.pace(1.0)
    async with asyncio.timeout(20):
        await running
    assert desk.counts["closed_silent"] == 1
    assert pipe.closed is None, "nothing leaves any more, not even the end"


async def test_a_service_that_is_not_ready_asks_to_come_later(desk: Desk) -> None:
    await desk.service.page.aclose()
    async with desk.socket() as sender:
        await sender.say(t="hello", v=1, source="page", token=desk.token(), tab=TAB)
        assert await sender.closed() == (1013, "try_later")
