"""The network drops, the lid closes, the browser crashes, the token ends: in the middle of a look."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import websockets
from websockets.asyncio.client import connect

from atdesk_core.web.frames import SUBPROTOCOL
from tests.core.web.frames.desk import IMPATIENT, QUICK, Desk, Sender, eventually, opened
from tests.core.web.serving import TAB


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path) as desk:
        desk.open_page()
        yield desk


@pytest.fixture
async def impatient(tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path, timing=IMPATIENT) as desk:
        desk.open_page()
        yield desk


class Wire:
    """Between sender and service; `cut` lets nothing through any more and tells neither side."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._is_cut = False
        self._tasks: list[asyncio.Task[None]] = []

    def cut(self) -> None:
        self._is_cut = True

    @contextlib.asynccontextmanager
    async def laid(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            server.close()
            await server.wait_closed()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        for source, target in ((reader, far_writer), (far_reader, writer)):
            self._tasks.append(asyncio.create_task(self._carry(source, target)))

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
                if not self._is_cut:
                    target.write(data)
        finally:
            target.close()


async def says_hello(desk: Desk, sender: Sender) -> None:
    await sender.say(t="hello", v=1, source="page", token=desk.token(), tab=TAB)
    await sender.told("ready")


async def test_a_dropped_network_ends_the_look_and_the_next_connection_goes_on(impatient: Desk) -> None:
    desk = impatient
    wire = Wire(int(desk.pages.url.rsplit(":", 1)[1]))
    async with wire.laid() as port:
        address = f"ws://127.0.0.1:{port}/frames"
        lost = await connect(address, subprotocols=[websockets.Subprotocol(SUBPROTOCOL)], close_timeout=0.1)
        sender = Sender(lost)
        await says_hello(desk, sender)
        await sender.told("look_start")
        wire.cut()
        await eventually(lambda: desk.ended() == ["no_signal"])
        assert desk.counts["closed_silent"] == 1
        await lost.close()
    async with desk.sender() as back:
        look = await back.told("look_start")
        await back.send(look["look"])
        await eventually(lambda: bool(desk.eyes.seen))
    assert desk.nobody_is_harmed()


async def test_a_sender_that_falls_silent_is_closed(impatient: Desk) -> None:
    """A closed lid: the socket stands, nobody answers."""
    desk = impatient
    async with desk.sender() as sender:
        await sender.told("look_start")
        assert await sender.closed() == (4408, "silent")
    assert desk.ended() == ["no_signal"]


async def test_whoever_answers_is_not_silent(impatient: Desk) -> None:
    async with impatient.sender() as sender:
        await sender.told("look_start")
        for _ in range(8):
            await sender.told("ping")
            await sender.say(t="pong")
        assert 8 * IMPATIENT.ping_s > IMPATIENT.silent_s
        await sender.told("look_end")


async def test_a_crash_ends_the_look_at_once(desk: Desk) -> None:
    async with desk.sender() as sender:
        await sender.told("look_start")
        sender.socket.transport.abort()
        await eventually(lambda: desk.ended() == ["no_signal"])
    assert desk.counts["closed_by_sender"] == 1
    assert desk.nobody_is_harmed()


async def test_a_sign_out_ends_the_look_and_closes(desk: Desk) -> None:
    async with desk.sender() as sender:
        await sender.told("look_start")
        desk.pages.guard.end_all("ann")
        assert await sender.closed() == (4401, "token")
    assert desk.ended() == ["no_signal"]


async def test_no_camera_is_opened_for_a_sign_in_that_is_over(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk, desk.sender() as sender:
        desk.pages.guard.end_all("ann")
        desk.open_page()
        told = []
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                told.append((await sender.next())["t"])
        assert told == ["stop"]
        assert sender.socket.close_code == 4401


async def test_a_token_that_ran_out_in_the_middle_closes_and_nothing_is_lost(desk: Desk) -> None:
    shift = desk.service.world.shift_at("ann", desk.clock())
    assert shift is not None
    async with desk.sender() as sender:
        await sender.told("look_start")
        desk.clock.ahead_s += shift.ends_at - desk.clock() - QUICK.reauth_s / 2
        within_s = (await sender.told("reauth"))["within_s"]
        assert 0 <= within_s <= QUICK.reauth_s
        assert await sender.closed() == (4401, "token")
    assert desk.ended() == ["no_signal"]
    async with desk.sender() as back:
        look = await back.told("look_start")
        await back.send(look["look"])
        await eventually(lambda: bool(desk.eyes.seen))
    assert desk.nobody_is_harmed()


async def test_a_newer_token_in_time_keeps_the_connection_and_the_look(desk: Desk) -> None:
    shift = desk.service.world.shift_at("ann", desk.clock())
    assert shift is not None
    async with desk.sender() as sender:
        look = await sender.told("look_start")
        desk.clock.ahead_s += shift.ends_at - desk.clock() - 0.8 * QUICK.reauth_s
        await sender.told("reauth")
        desk.clock.ahead_s -= 3600  # the newer one lasts longer than the one before
        await sender.say(t="token", token=desk.token(), tab=TAB)
        await sender.send(look["look"])
        await eventually(lambda: bool(desk.eyes.seen))


@pytest.mark.parametrize(("person", "tab"), [("bob", TAB), ("ann", "another tab of hers")])
async def test_a_newer_token_of_somebody_else_closes(tmp_path: Path, person: str, tab: str) -> None:
    async with opened(tmp_path, "ann", "bob") as desk, desk.sender() as sender:
        await sender.say(t="token", token=desk.token(person, tab), tab=tab)
        assert await sender.closed() == (4403, "not_allowed")


async def test_a_wrong_newer_token_closes(desk: Desk) -> None:
    async with desk.sender() as sender:
        await sender.say(t="token", token="x", tab=TAB)
        assert await sender.closed() == (4401, "token")
