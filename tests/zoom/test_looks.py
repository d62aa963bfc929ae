"""A look is one participant's pictures within bounds, or a reason; never silence taken for absence."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from atdesk_sdk import CouldNotTell, LookRefused, StreamKey, VideoClosed, VideoOpened
from tests.zoom.running import ANN, BEN, World, request, shade, world


async def refused(here: World, key: StreamKey) -> CouldNotTell:
    with pytest.raises(LookRefused) as refusal:
        await here.look(key)
    return refusal.value.reason


@pytest.mark.parametrize("secure", [False, True], ids=["ws", "wss"])
async def test_a_look_shows_the_person_and_frees_the_slot(secure: bool) -> None:
    async with world(secure=secure) as here:
        _, key = await here.on_air()
        frames = await here.look(key, 3)
        assert [abs(shade(frame) - 100) <= 2 for frame in frames] == [True] * 3
        await here.until(lambda: here.sim.room.stream.slot is None)


async def test_nothing_is_sent_before_a_look() -> None:
    """No message 28 without a look: policy decides about looks, and consent is part of it."""
    async with world() as here:
        await here.on_air()
        await here.sim.journal.wait_entries(2, "media", "13", "in")
        assert here.sim.journal.find("signaling", "28") == []
        assert here.sim.journal.find("media", "15") == []


async def test_agents_are_visited_in_turn_and_never_mixed_up() -> None:
    """Pictures of the person before, which come late, are counted and never shown."""
    async with world() as here:
        _, ann_key = await here.on_air()
        ben = await here.join("Ben Brook", BEN, 200)
        ben_key = (await here.opened(ben, BEN)).key
        here.sim.faults.late_frames = 2
        async with aclosing(here.adapter.frames(request(ann_key, 50))) as frames:
            assert abs(shade(await anext(frames)) - 100) <= 2
            assert await refused(here, ben_key) is CouldNotTell.NOT_OUR_TURN
            # The slot goes over without being freed first, so that late pictures can come.
            here.sim.room.stream.subscribe_video(ben.user_id, on=True)
            await here.until(lambda: here.adapter.counts["picture_of_another"] >= 2)
        shades = {round(shade(frame), -1) for frame in await here.look(ben_key, 3)}
        assert shades == {200}


async def test_a_look_gives_the_slot_up_after_the_dwell_time_when_others_wait() -> None:
    async with world(dwell_s=1.0) as here:
        _, key = await here.on_air()
        ben = await here.join("Ben Brook", BEN, 200)
        await here.opened(ben, BEN)
        frames = await here.look(key, 1000, max_s=60.0)
        assert frames[-1].received_at - frames[0].received_at <= 1.2


async def test_a_slow_interval_is_kept() -> None:
    async with world() as here:
        _, key = await here.on_air()
        frames = await here.look(key, 2, interval_s=0.5)
        assert frames[1].received_at - frames[0].received_at >= 0.4
        assert here.adapter.counts["picture_too_soon"] >= 1


async def test_a_camera_that_goes_off_ends_the_look_and_the_video() -> None:
    async with world() as here:
        ann, key = await here.on_air()
        async with aclosing(here.adapter.frames(request(key, 1000))) as frames:
            await anext(frames)
            await here.sim.room.camera(ann.user_id, on=False)
            with pytest.raises(LookRefused) as refusal:
                async with asyncio.timeout(5):
                    [_ async for _ in frames]
        assert refusal.value.reason is CouldNotTell.CAMERA_OFF
        closed = await here.host.wait_for(VideoClosed)
        assert closed.reason is CouldNotTell.CAMERA_OFF
        assert await refused(here, key) is CouldNotTell.CAMERA_OFF
        mark = len(here.host.events)
        await here.sim.room.camera(ann.user_id, on=True)
        await here.host.wait_for(VideoOpened, since=mark)
        assert len(await here.look(key)) == 2


async def test_a_person_who_leaves_is_no_signal() -> None:
    async with world() as here:
        ann, key = await here.on_air()
        await here.sim.room.leave(ann.user_id)
        assert (await here.host.wait_for(VideoClosed)).reason is CouldNotTell.NO_SIGNAL
        assert await refused(here, key) is CouldNotTell.NO_SIGNAL


@pytest.mark.parametrize("all_leave", [False, True])
async def test_who_turned_the_camera_off_and_then_leaves_is_told_of_as_well(all_leave: bool) -> None:
    """Until then the engine takes them to be in the meeting, and asks no other camera of theirs."""
    async with world() as here:
        ann, key = await here.on_air()
        await here.sim.room.camera(ann.user_id, on=False)
        await here.host.wait_for(VideoClosed, lambda event: event.reason is CouldNotTell.CAMERA_OFF)
        mark = len(here.host.events)
        if all_leave:
            await here.sim.room.end()
        else:
            await here.sim.room.leave(ann.user_id)
        left = await here.host.wait_for(VideoClosed, lambda event: event.key == key, since=mark)
        assert left.reason is CouldNotTell.NO_SIGNAL


async def test_cameras_that_were_on_before_us_need_not_be_named() -> None:
    """Whether Zoom replays VIDEO_ON is not documented: a look finds out, and a camera that is off says so."""
    async with world() as here:
        here.sim.open_points.replay_video_on = False
        _ann, key = await here.on_air()
        ben = await here.join("Ben Brook", BEN, 200, camera_on=False)
        ben_key = (await here.opened(ben, BEN)).key
        assert len(await here.look(key)) == 2
        assert await refused(here, ben_key) is CouldNotTell.CAMERA_OFF
        closed = await here.host.wait_for(VideoClosed, lambda event: event.key == ben_key)
        assert closed.reason is CouldNotTell.CAMERA_OFF


async def test_people_who_were_there_before_us_and_are_never_named_stay_unknown() -> None:
    async with world() as here:
        here.sim.open_points.replay_joins = False
        ann = await here.join("Ann Agent", ANN, 100)
        here.sim.room.start_stream()
        opened = await here.opened(ann, None)
        assert opened.account is None


async def test_a_silent_camera_is_no_signal() -> None:
    """The slot is granted and nothing comes: no picture is no evidence."""
    async with world() as here:
        _ann, key = await here.on_air()
        here.sim.room.stream.ready = False
        with pytest.raises(LookRefused) as refusal:
            await here.look(key, first_frame_s=0.4)
        assert refusal.value.reason is CouldNotTell.NO_SIGNAL


async def test_a_closed_adapter_hangs_up() -> None:
    """The meeting must not go on saying that its content goes to an app when nobody listens."""
    async with world() as here:
        await here.on_air()
        await here.adapter.aclose()
        (stopped,) = await here.sim.journal.wait_entries(1, "webhook", "meeting.rtms_stopped")
        assert stopped.body["payload"]["stop_reason"] == 20
        assert [event.reason for event in here.host.of(VideoClosed)] == [CouldNotTell.ADAPTER_DOWN]


async def test_a_closed_adapter_refuses_looks() -> None:
    async with world() as here:
        _, key = await here.on_air()
        await here.adapter.aclose()
        assert await refused(here, key) is CouldNotTell.ADAPTER_DOWN
