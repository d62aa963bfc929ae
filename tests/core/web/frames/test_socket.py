"""Looks over real sockets, with a real service behind them: what is taken, and what not."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from atdesk_core.web.frames.protocol import MAX_FRAME_BYTES
from atdesk_core.web.frames.taking import DROPS_AT_ONCE
from atdesk_sdk import PauseChanged, PausedBy
from tests.core.runtime.office import account
from tests.core.web.frames.desk import PICTURE, Desk, Sender, eventually, opened
from tests.core.web.frames.pictures import claims


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path) as desk:
        desk.open_page()
        yield desk


async def served_look(desk: Desk, sender: Sender) -> None:
    """One look that comes to something: nothing was lost by what went before."""
    before = len(desk.eyes.seen)
    look = await sender.told("look_start")
    await sender.send(look["look"])
    await eventually(lambda: len(desk.eyes.seen) > before)


async def test_a_look_is_asked_for_served_and_ended(desk: Desk) -> None:
    async with desk.sender() as sender:
        look = await sender.told("look_start")
        assert (look["max_side"], look["look"], look["reason"]) == (480, 1, "state_change")
        await sender.say(t="opened", look_id=look["look_id"])
        await sender.send(look["look"])
        await eventually(lambda: bool(desk.eyes.seen))
        assert desk.eyes.seen[0] == ("ann", PICTURE)
        assert (await sender.told("look_end"))["look_id"] == look["look_id"]


async def test_after_the_end_of_a_look_nothing_of_it_is_opened(desk: Desk) -> None:
    async with desk.sender() as sender:
        look = await sender.told("look_start")
        await sender.told("look_end")
        await sender.send(look["look"])
        assert await sender.told("dropped") == {"t": "dropped", "seq": 1, "why": "ended"}
    assert desk.eyes.seen == []
    assert desk.counts["dropped_ended"] == 1


async def test_a_pause_ends_the_look_and_what_still_comes_is_dropped(desk: Desk) -> None:
    async with desk.sender() as sender:
        look = await sender.told("look_start")
        now = time.time()
        pause = PauseChanged(account("ann"), True, PausedBy.AGENT, now, now)
        desk.service.router.pause("ann", pause)
        await sender.told("look_end")
        await sender.send(look["look"])
        assert (await sender.told("dropped"))["why"] == "ended"
        assert len(desk.ended()) == 1
    assert desk.eyes.seen == []


async def test_without_a_page_that_shows_it_no_frame_is_asked_for(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk, desk.sender() as sender:
        await sender.send(1)
        assert (await sender.told("dropped"))["why"] == "no_look"
        assert desk.ended() == []
        assert desk.eyes.seen == []


async def test_too_many_frames_that_nobody_asked_for_close_and_the_next_connection_is_heard(
    desk: Desk,
) -> None:
    async with desk.sender() as sender:
        for _ in range(DROPS_AT_ONCE + 5):
            await sender.send(99)
        assert await sender.closed() == (4429, "too_fast")
    assert desk.eyes.seen == []
    async with desk.sender() as sender:
        await served_look(desk, sender)
    assert desk.nobody_is_harmed()


async def test_frames_that_come_too_fast_are_dropped_and_the_look_goes_on(desk: Desk) -> None:
    async with desk.sender() as sender:
        look = await sender.told("look_start")
        await sender.send(look["look"])
        await sender.send(look["look"])
        assert (await sender.told("dropped"))["why"] == "too_early"
        await eventually(lambda: len(desk.eyes.seen) == 1)
        await served_look(desk, sender)


async def test_a_repeated_frame_is_dropped_and_a_gap_in_the_numbers_counted(desk: Desk) -> None:
    async with desk.sender() as sender:
        look = await sender.told("look_start")
        await sender.send(look["look"], seq=10)
        await sender.send(look["look"], seq=10)
        assert await sender.told("dropped") == {"t": "dropped", "seq": 10, "why": "repeated"}
        await sender.send(look["look"], seq=14)
        assert (await sender.told("dropped"))["why"] == "too_early"
    assert desk.counts["left_out"] == 3


async def test_what_is_no_jpeg_is_dropped_and_the_look_ends_in_no_signal(desk: Desk) -> None:
    async with desk.sender() as sender:
        look = await sender.told("look_start")
        for picture in (b"GIF89a and so on", PICTURE[:200], claims(PICTURE, 60_000, 60_000)):
            await sender.send(look["look"], picture)
            assert (await sender.told("dropped"))["why"] == "not_a_jpeg"
        await sender.told("look_end")
        await eventually(lambda: desk.ended()[:1] == ["no_signal"])
        assert desk.eyes.seen == []
    async with desk.sender() as sender:
        await served_look(desk, sender)
    assert desk.nobody_is_harmed()


async def test_a_frame_that_is_too_large_closes_and_nothing_is_lost(desk: Desk) -> None:
    async with desk.sender() as sender:
        look = await sender.told("look_start")
        await sender.send(look["look"], bytes(MAX_FRAME_BYTES))
        assert await sender.closed() == (4413, "too_large")
    await eventually(lambda: desk.ended() == ["no_signal"])
    async with desk.sender() as sender:
        await served_look(desk, sender)
    assert desk.nobody_is_harmed()


async def test_a_message_beyond_all_bounds_closes_before_it_is_held(desk: Desk) -> None:
    async with desk.sender() as sender:
        await sender.socket.send(bytes(2 * 1024 * 1024))
        assert (await sender.closed())[0] == 1009
    async with desk.sender() as sender:
        await served_look(desk, sender)


@pytest.mark.parametrize("reason", ["camera_off", "denied", "in_use", "unplugged", "muted"])
async def test_a_camera_that_cannot_be_had_is_no_absence(desk: Desk, reason: str) -> None:
    async with desk.sender() as sender:
        look = await sender.told("look_start")
        await sender.say(t="refused", look_id=look["look_id"], reason=reason)
        assert (await sender.told("look_end"))["look_id"] == look["look_id"]
        await eventually(lambda: desk.ended() == ["camera_off"])
        assert desk.could_not_tell()[-1] == "camera_off"
        await sender.say(t="resume")
        await served_look(desk, sender)
    assert desk.nobody_is_harmed()


@pytest.mark.parametrize(
    ("reason", "becomes"),
    [
        ("hidden", "no_signal"),
        ("paused", "stream_paused"),
        ("lost", "no_signal"),
        ("unplugged", "camera_off"),
    ],
)
async def test_in_a_gap_nobody_is_asked_and_the_reason_is_told(desk: Desk, reason: str, becomes: str) -> None:
    async with desk.sender() as sender:
        await sender.told("look_start")
        await sender.say(t="gap", reason=reason)
        await sender.told("look_end")
        await eventually(lambda: desk.ended() == [becomes])
        await sender.say(t="resume")
        await served_look(desk, sender)
    assert desk.nobody_is_harmed()


async def test_the_refusal_of_another_look_changes_nothing(desk: Desk) -> None:
    async with desk.sender() as sender:
        look = await sender.told("look_start")
        await sender.say(t="refused", look_id="another", reason="denied")
        await sender.send(look["look"])
        await eventually(lambda: bool(desk.eyes.seen))


async def test_too_many_messages_close(desk: Desk) -> None:
    async with desk.sender() as sender:
        for _ in range(200):
            await sender.say(t="resume")
        assert await sender.closed() == (4429, "too_fast")


@pytest.mark.parametrize("text", ["{}", '{"t":"gap","reason":"bored"}', '{"t":"hello","v":1}'])
async def test_what_is_no_message_closes(desk: Desk, text: str) -> None:
    async with desk.sender() as sender:
        await sender.socket.send(text)
        assert await sender.closed() == (4400, "malformed")


async def test_a_second_hello_closes(desk: Desk) -> None:
    async with desk.sender() as sender:
        await sender.say(t="hello", v=1, source="page", token=desk.token())
        assert await sender.closed() == (4400, "malformed")
