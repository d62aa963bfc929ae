"""Who may send frames: the first message, its token, and what ends a connection before a look."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import connect

from atdesk_core.web.sign_in import Role
from tests.core.web.frames.desk import IMPATIENT, Desk, Sender, eventually, opened
from tests.core.web.frames.pictures import jpeg
from tests.core.web.serving import TAB


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path, "ann", "bob") as desk:
        yield desk


async def test_without_the_subprotocol_nobody_is_let_in(desk: Desk) -> None:
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with connect(desk.pages.ws_url + "/frames"):
            pass
    assert caught.value.response.status_code == 403


async def test_ready_says_what_is_wanted(desk: Desk) -> None:
    async with desk.socket() as sender:
        assert sender.socket.subprotocol == "atdesk.frames.v1"
        await sender.say(t="hello", v=1, source="page", token=desk.token(), tab=TAB)
        ready = await sender.told("ready")
    assert (ready["fps"], ready["max_side"], ready["format"]) == (1.0, 480, "jpeg")
    assert 0 < ready["ttl_s"] <= 13 * 3600


async def test_a_hello_that_does_not_come_closes(tmp_path: Path) -> None:
    async with opened(tmp_path, timing=IMPATIENT) as desk, desk.socket() as sender:
        assert await sender.closed() == (4408, "silent")


@pytest.mark.parametrize("first", ["{", '{"t":"pong"}', b"", b"ADF1 and more"])
async def test_the_first_message_is_a_hello(desk: Desk, first: str | bytes) -> None:
    async with desk.socket() as sender:
        await sender.socket.send(first)
        assert await sender.closed() == (4400, "malformed")


async def greeting_of(sender: Sender, **hello: Any) -> tuple[int, str]:
    await sender.say(t="hello", v=1, **hello)
    return await sender.closed()


async def test_a_wrong_token_or_the_right_one_in_another_tab_opens_nothing(desk: Desk) -> None:
    async with desk.socket() as sender:
        assert await greeting_of(sender, source="page", token="x", tab=TAB) == (4401, "token")
    async with desk.socket() as sender:
        told = await greeting_of(sender, source="page", token=desk.token(), tab="another tab")
        assert told == (4401, "token")
    async with desk.socket() as sender:
        assert await greeting_of(sender, source="forwarder", token=desk.token()) == (4401, "token")


async def test_a_sign_in_that_is_not_for_the_page_opens_nothing(desk: Desk) -> None:
    token = desk.pages.guard.issue("lee", [Role.LEAD], TAB)
    async with desk.socket() as sender:
        assert await greeting_of(sender, source="page", token=token, tab=TAB) == (4403, "not_allowed")


async def test_a_second_tab_takes_over_and_the_first_is_told(desk: Desk) -> None:
    desk.open_page()
    async with desk.sender() as first:
        look = await first.told("look_start")
        async with desk.sender() as second:
            assert await first.closed() == (4409, "superseded")
            assert "no_signal" in desk.ended()
            again = await second.told("look_start")
            assert again["look_id"] != look["look_id"]
            await second.send(again["look"])
            await eventually(lambda: bool(desk.eyes.seen))
    assert desk.nobody_is_harmed()


async def test_two_agents_never_send_for_each_other(desk: Desk) -> None:
    """A look has a number on one connection alone: there is no way to name one of somebody else."""
    desk.open_page("bob")
    async with desk.sender("ann") as ann, desk.sender("bob") as bob:
        look = await bob.told("look_start")
        await ann.send(look["look"])
        assert (await ann.told("dropped"))["why"] == "no_look"
        hers = jpeg(64, 64)
        await bob.send(look["look"], hers, width=64, height=64)
        await eventually(lambda: bool(desk.eyes.seen))
    assert desk.eyes.seen == [("bob", hers)]


async def test_a_refused_sender_is_no_reason_to_look_at_anybody_else(desk: Desk) -> None:
    desk.open_page()
    async with desk.socket() as sender:
        await greeting_of(sender, source="page", token="x", tab=TAB)
    async with desk.sender() as sender:
        assert (await sender.told("look_start"))["look"] == 1


async def test_a_service_that_stops_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        connection = desk.sender()
        sender = await connection.__aenter__()
        closing = asyncio.create_task(sender.closed())
    assert (await closing)[0] == 1012
    await connection.__aexit__(None, None, None)
