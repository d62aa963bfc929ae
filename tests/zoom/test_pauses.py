"""Who stops or pauses the stream has paused the agent; nothing starts it again but the agent."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from atdesk_sdk import (
    CouldNotTell,
    HealthStatus,
    LookRefused,
    PauseChanged,
    PausedBy,
    StreamKey,
    VideoClosed,
    VideoOpened,
)
from atdesk_zoom.vocabulary import StopReason
from tests.zoom.running import ANN, BEN, request, world


async def test_a_pause_ends_the_look_and_counts_as_the_agents() -> None:
    async with world() as here:
        _, key = await here.on_air()
        async with aclosing(here.adapter.frames(request(key, 1000))) as frames:
            await anext(frames)
            await here.sim.room.stream.pause(on=True)
            with pytest.raises(LookRefused) as refusal:
                async with asyncio.timeout(5):
                    [_ async for _ in frames]
        assert refusal.value.reason is CouldNotTell.STREAM_PAUSED
        paused = await here.host.wait_for(PauseChanged)
        assert (paused.account.external_id, paused.paused, paused.by) == (ANN, True, PausedBy.AGENT)
        with pytest.raises(LookRefused) as refusal:
            await here.look(key)
        assert refusal.value.reason is CouldNotTell.STREAM_PAUSED
        await here.sim.room.stream.pause(on=False)
        await here.host.wait_for(PauseChanged, lambda event: not event.paused)
        assert len(here.host.of(PauseChanged)) == 2, "each of both messages was told"
        assert len(await here.look(key)) == 2


async def test_a_pause_holds_for_who_comes_later() -> None:
    async with world() as here:
        await here.on_air()
        await here.sim.room.stream.pause(on=True)
        await here.host.wait_for(PauseChanged)
        ben = await here.join("Ben Brook", BEN, 200)
        await here.opened(ben, BEN)
        await here.host.wait_for(PauseChanged, lambda event: event.account.external_id == BEN)


STOPS = [
    (StopReason.USER_TRIGGERED, PausedBy.AGENT),
    (StopReason.HOST_TRIGGERED, PausedBy.HOST),
    (StopReason.HOST_DISABLED_APP, PausedBy.HOST),
    (StopReason.ADMIN_DISABLED_APP, PausedBy.ADMIN),
    (StopReason.STREAM_REVOKED, PausedBy.ADMIN),
]


@pytest.mark.parametrize(("reason", "by"), STOPS, ids=[reason.name for reason, _ in STOPS])
async def test_a_stop_on_purpose_is_the_agents_pause(reason: StopReason, by: PausedBy) -> None:
    async with world() as here:
        await here.on_air()
        await here.sim.room.stream.stop(reason)
        closed = await here.host.wait_for(VideoClosed)
        assert closed.reason is CouldNotTell.STREAM_PAUSED
        assert [(one.paused, one.by) for one in here.host.of(PauseChanged)] == [(True, by)]


async def test_a_revoked_stream_asks_for_erasure() -> None:
    async with world() as here:
        await here.on_air()
        await here.sim.room.stream.stop(StopReason.STREAM_REVOKED)
        await here.host.wait_for(VideoClosed)
        report = here.host.reports[-1]
        assert report.status is HealthStatus.DEGRADED
        assert here.sim.room.meeting.number in report.message


async def test_only_the_agent_starts_a_stopped_stream_again() -> None:
    """Somebody else's start connects, and the agent stays paused; the agent's own start lifts the pause."""
    async with world() as here:
        ann, _ = await here.on_air()
        ben = await here.join("Ben Brook", BEN, 200)
        await here.opened(ben, BEN)
        await here.sim.room.stream.stop(StopReason.USER_TRIGGERED)
        await here.host.wait_for(VideoClosed, lambda event: event.key.participant_id == str(ben.user_id))
        mark = len(here.host.events)
        here.sim.room.start_stream(BEN)
        resumed = await here.host.wait_for(PauseChanged, since=mark)
        assert (resumed.account.external_id, resumed.paused) == (BEN, False)
        await here.until(lambda: here.sim.room.stream.ready)
        stream_id = here.sim.room.stream.stream_id
        ann_key = StreamKey(here.adapter.name, stream_id, str(ann.user_id))
        await here.host.wait_for(
            VideoOpened, lambda event: event.key == ann_key and event.account is not None
        )
        assert len(await here.look(replace(ann_key, participant_id=str(ben.user_id)))) == 2
        with pytest.raises(LookRefused) as refusal:
            await here.look(ann_key)
        assert refusal.value.reason is CouldNotTell.STREAM_PAUSED


async def test_a_stream_is_asked_for_when_an_agent_joins() -> None:
    async with world(start_for=[ANN]) as here:
        await here.join("Ann Agent", ANN, 100)
        asked = await here.sim.journal.wait_entries(1, "rest", "PATCH")
        assert asked[0].note == "204"
        await here.until(lambda: bool(here.sim.room.streams))


async def test_a_stopped_stream_is_not_asked_for_again() -> None:
    """The agent stopped it; leaving and coming back changes nothing about that."""
    async with world(start_for=[ANN]) as here:
        ann = await here.join("Ann Agent", ANN, 100)
        await here.opened(ann, ANN)
        await here.sim.room.stream.stop(StopReason.USER_TRIGGERED)
        await here.host.wait_for(VideoClosed)
        await here.sim.room.rejoin(ann.user_id)
        joined = await here.sim.journal.wait_entries(2, "webhook", "meeting.participant_joined")
        assert joined[-1].note == "200"
        await here.sim.journal.wait_entries(1, "rest", "PATCH")
        assert len(here.sim.journal.find("rest", "PATCH")) == 1


async def test_a_refused_start_is_told_to_the_operator() -> None:
    async with world(start_for=[ANN]) as here:
        here.sim.open_points.developer_pack = False
        await here.join("Ann Agent", ANN, 100)
        await here.sim.journal.wait_entries(1, "rest", "PATCH")
        await here.until(lambda: len(here.host.reports) == 2)
        assert "2310" in here.host.reports[-1].message


async def test_a_busy_zoom_is_asked_again() -> None:
    async with world(start_for=[ANN]) as here:
        here.sim.faults.too_many = 2
        ann = await here.join("Ann Agent", ANN, 100)
        await here.opened(ann, ANN)
        assert [entry.note for entry in here.sim.journal.find("rest", "PATCH")] == ["429", "429", "204"]
