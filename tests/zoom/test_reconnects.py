"""Coming back by Zoom's rules: cases 1 to 4, and what happens when Zoom's word is lost."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from atdesk_sdk import CouldNotTell, LookRefused, PauseChanged, VideoClosed
from atdesk_zoom.vocabulary import StopReason
from tests.zoom.running import ANN, World, request, world


async def back_again(here: World, handshakes: int, media: int) -> None:
    """Wait until so many handshakes were made, and the stream is ready."""
    await here.sim.journal.wait_entries(handshakes, "signaling", "1", "in")
    await here.sim.journal.wait_entries(media, "signaling", "7", "in")
    await here.until(lambda: here.sim.room.stream.ready)


async def test_case_1_a_new_server() -> None:
    async with world() as here:
        _, key = await here.on_air()
        await here.sim.room.fail_server()
        await back_again(here, 2, 2)
        assert len(await here.look(key)) == 2
        assert here.sim.journal.find("signaling", "2", "out")[-1].body["status_code"] == 0


async def test_case_1_while_connected() -> None:
    """The start event comes again for a stream that still stands: close both, connect anew at once."""
    async with world() as here:
        _, key = await here.on_air()
        here.sim.open_points.displace_signaling = True
        here.sim.room.announce_started(here.sim.room.stream)
        await back_again(here, 2, 2)
        assert len(await here.look(key)) == 2


async def test_case_2_signaling_breaks() -> None:
    async with world() as here:
        _, key = await here.on_air()
        async with aclosing(here.adapter.frames(request(key, 1000))) as frames:
            await anext(frames)
            here.sim.room.drop_signaling()
            with pytest.raises(LookRefused) as refusal:
                async with asyncio.timeout(5):
                    [_ async for _ in frames]
        assert refusal.value.reason is CouldNotTell.NO_SIGNAL
        await back_again(here, 2, 2)
        assert len(await here.look(key)) == 2
        assert here.host.of(VideoClosed) == [], "a short break is no end of the video"


async def test_case_2_when_the_webhook_is_lost() -> None:
    """The link does not hurry, but it does not wait for ever either."""
    async with world() as here:
        _, key = await here.on_air()
        here.sim.faults.lose_webhooks = {"meeting.rtms_interrupted"}
        here.sim.room.drop_signaling()
        await back_again(here, 2, 2)
        _first, second = here.sim.journal.find("signaling", "1")
        lost = here.sim.journal.find("webhook", "meeting.rtms_interrupted")[0]
        assert lost.note == "not sent"
        assert second.at_s - lost.at_s >= 0.5
        assert len(await here.look(key)) == 2


async def test_who_leaves_during_a_break_is_gone() -> None:
    """Nobody replays that; the participant webhook says it."""
    async with world() as here:
        here.sim.open_points.replay_joins = False
        ann = await here.join("Ann Agent", ANN, 100)
        here.sim.room.start_stream()
        await here.opened(ann, None)
        here.sim.open_points.replay_joins = True
        here.sim.room.drop_signaling()
        await back_again(here, 2, 2)
        await here.opened(ann, ANN)
        here.sim.faults.lose_webhooks = {"meeting.rtms_interrupted"}
        here.sim.room.drop_signaling()
        await here.sim.room.leave(ann.user_id)
        closed = await here.host.wait_for(VideoClosed, lambda event: event.reason is CouldNotTell.NO_SIGNAL)
        assert closed.key.participant_id == str(ann.user_id)


async def test_case_3_media_breaks() -> None:
    """Only the media socket again: handshake, ready, and the next look subscribes anew."""
    async with world() as here:
        _, key = await here.on_air()
        await here.look(key)
        here.sim.room.drop_media()
        await back_again(here, 1, 2)
        assert len(here.sim.journal.find("media", "3")) == 2
        assert len(here.sim.journal.find("signaling", "1")) == 1
        assert len(await here.look(key)) == 2
        assert here.host.of(VideoClosed) == []


async def test_case_4_the_stream_ends() -> None:
    async with world() as here:
        _, key = await here.on_air()
        await here.sim.room.stream.stop(StopReason.INTERNAL_EXCEPTION)
        closed = await here.host.wait_for(VideoClosed)
        assert closed.reason is CouldNotTell.NO_SIGNAL
        assert here.host.of(PauseChanged) == []
        with pytest.raises(LookRefused):
            await here.look(key)


async def test_the_stop_webhook_alone_is_enough() -> None:
    """The server dies with the sockets; the webhook says that the stream is over."""
    async with world() as here:
        await here.on_air()
        stream = here.sim.room.stream
        await stream.fail_server()
        await stream.stop(StopReason.MEETING_ENDED)
        assert (await here.host.wait_for(VideoClosed)).reason is CouldNotTell.NO_SIGNAL


async def test_keep_alives_keep_the_stream() -> None:
    async with world(timing={"keep_alive": 0.05}) as here:
        _, key = await here.on_air()
        for where in ("signaling", "media"):
            answers = await here.sim.journal.wait_entries(8, where, "13", "in")
            assert set(answers[0].body) == {"msg_type", "timestamp", "sequence"}
        assert len(await here.look(key)) == 2


async def test_a_keep_alive_without_sequence_is_echoed_as_it_came() -> None:
    async with world(timing={"keep_alive": 0.05}) as here:
        here.sim.faults.keep_alive_without_sequence = True
        await here.on_air()
        answers = await here.sim.journal.wait_entries(8, "signaling", "13", "in")
        assert set(answers[0].body) == {"msg_type", "timestamp"}
        assert not here.sim.room.stream.ended


async def test_a_server_that_falls_silent_is_left() -> None:
    """The watchdog: no message at all for too long, and both sockets are made anew."""
    async with world() as here:
        await here.on_air()
        here.sim.faults.mute_keep_alive = True
        await back_again(here, 2, 2)


async def test_a_duplicate_is_tried_again() -> None:
    """Zoom may still hold the old connection when we come back: status 8, and a little patience."""
    async with world() as here:
        _, key = await here.on_air()
        here.sim.faults.duplicates = 2
        here.sim.room.drop_signaling()
        await back_again(here, 4, 2)
        answers = [entry.body["status_code"] for entry in here.sim.journal.find("signaling", "2", "out")]
        assert answers == [0, 8, 8, 0]
        assert len(await here.look(key)) == 2


async def test_a_missing_scope_is_named() -> None:
    async with world(scopes=frozenset({"audio"})) as here:
        here.sim.room.start_stream()
        await here.until(lambda: len(here.host.reports) == 2)
        assert "meeting:read:meeting_video" in here.host.reports[-1].message


async def test_a_wrong_secret_ends_the_stream_with_a_word_to_the_operator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ZOOM_TEST_APP", "not it")
    async with world() as here:
        await here.join("Ann Agent", None, 100)
        here.sim.room.start_stream()
        await here.sim.journal.wait_entries(1, "signaling", "2", "out")
        await here.until(lambda: len(here.host.reports) == 2)
        assert "client id and secret" in here.host.reports[-1].message
