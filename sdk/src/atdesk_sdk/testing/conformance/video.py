"""Checks of giving frames for a look."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress

import pytest

from atdesk_sdk.adapter import LookRequest, VideoSource
from atdesk_sdk.detector import Frame, PixelFormat
from atdesk_sdk.errors import LookRefused
from atdesk_sdk.events import StreamKey, VideoClosed, VideoOpened
from atdesk_sdk.findings import CouldNotTell
from atdesk_sdk.testing.conformance.case import AdapterCase, Running, close, given, within

_numbers = itertools.count(1)


class VideoChecks:
    """A `VideoSource` gives what was asked for, and no more."""

    async def test_a_video_is_announced(self, case: AdapterCase) -> None:
        """`VideoOpened` names the adapter, and both times are set."""
        began = case.now()
        async with on_air(case) as (run, opened):
            assert opened.key.adapter == run.adapter.name
            assert began <= opened.received_at <= case.now(), "received_at is the engine's clock: host.now()"
            assert opened.occurred_at > 1e9, "occurred_at is in seconds since the epoch"
            assert opened.meeting is not None, "only the agent's own page is in no meeting"
            assert opened.meeting.meeting_id, "policy lists meetings by their id"

    async def test_frames_stay_within_the_bounds(self, case: AdapterCase) -> None:
        """Not more frames than asked for, and not faster."""
        async with on_air(case) as (run, opened):
            request = look(case, opened.key, max_frames=3)
            frames = await frames_of(run, request)
        assert 1 <= len(frames) <= 3
        for earlier, later in itertools.pairwise(frames):
            # A fifth less is the jitter of a camera; a source that ignores the interval is far below.
            assert later.received_at - earlier.received_at >= 0.8 * request.interval_s, (
                "faster than asked for"
            )

    async def test_a_look_ends_in_time(self, case: AdapterCase) -> None:
        """`max_s` bounds a look that nobody closes."""
        async with on_air(case) as (run, opened):
            request = look(case, opened.key, max_frames=10_000, max_s=3 * case.look_interval_s)
            frames = await frames_of(run, request)
        assert 1 <= len(frames) <= 5
        assert frames[-1].received_at - frames[0].received_at <= 1.2 * request.max_s + 0.05

    async def test_frames_are_of_this_look_and_readable(self, case: AdapterCase) -> None:
        """Every frame carries the look's id, both times, and bytes that nobody can change."""
        began = case.now()
        async with on_air(case) as (run, opened):
            request = look(case, opened.key, max_frames=2)
            frames = await frames_of(run, request)
        assert {frame.look_id for frame in frames} == {request.look_id}
        for frame in frames:
            assert began <= frame.received_at <= case.now(), "received_at is the engine's clock: host.now()"
            assert frame.occurred_at > 1e9, "occurred_at is in seconds since the epoch"
            assert_readable(frame)

    async def test_closing_ends_the_look(self, case: AdapterCase) -> None:
        """Closing the generator closes the look at the platform, and makes room for the next one."""
        async with on_air(case) as (run, opened):
            for _ in range(2):
                request = look(case, opened.key, max_frames=50)
                async with aclosing(run.video.frames(request)) as frames, within(case.patience_s, "a frame"):
                    await anext(frames)
            if case.looks_open is None:
                pytest.skip("the case gives no looks_open: whether the platform stopped was not checked")
            await no_look_open(case)

    async def test_the_last_frame_ends_the_look(self, case: AdapterCase) -> None:
        """A look that is complete is closed at the platform without being asked."""
        given(case, VideoSource, case.looks_open, "looks_open")
        async with on_air(case) as (run, opened):
            await frames_of(run, look(case, opened.key, max_frames=1))
            await no_look_open(case)

    async def test_nobody_there_is_refused(self, case: AdapterCase) -> None:
        """A key that no video belongs to is refused with a reason, never answered with silence."""
        async with case.running() as run:
            key = StreamKey(run.adapter.name, "no-such-stream", "no-such-participant")
            await assert_refused(run, look(case, key, max_frames=1))

    async def test_camera_off_is_refused(self, case: AdapterCase) -> None:
        """A camera that is off is no evidence: the look ends in `camera_off`, or the video is closed so."""
        camera_off = given(case, VideoSource, case.camera_off, "camera_off")
        async with on_air(case) as (run, opened):
            await camera_off(opened.key)
            reason = await assert_refused(run, look(case, opened.key, max_frames=3))
        assert reason is CouldNotTell.CAMERA_OFF

    async def test_a_video_that_ends_is_told(self, case: AdapterCase) -> None:
        """`VideoClosed` says what it is instead of absence, and later looks are refused."""
        close_video = given(case, VideoSource, case.close_video, "close_video")
        async with on_air(case) as (run, opened):
            await close_video(opened.key)
            closed = await run.host.wait_for(
                VideoClosed, lambda event: event.key == opened.key, timeout_s=case.patience_s
            )
            assert isinstance(closed.reason, CouldNotTell)
            await assert_refused(run, look(case, opened.key, max_frames=1))

    async def test_close_ends_a_running_look(self, case: AdapterCase) -> None:
        """A look that is under way when the adapter closes ends at once, by refusal or by its end."""
        async with on_air(case) as (run, opened):
            frames = run.video.frames(look(case, opened.key, max_frames=10_000))
            async with within(case.patience_s, "the look"):
                await anext(frames)
            await close(run.adapter, case.patience_s)
            with suppress(LookRefused):
                async with within(case.patience_s, "the look"):
                    await _drain(frames)


@asynccontextmanager
async def on_air(case: AdapterCase) -> AsyncIterator[tuple[Running, VideoOpened]]:
    """A running adapter that has announced a video."""
    open_video = given(case, VideoSource, case.open_video, "open_video")
    async with case.running() as run:
        _ = run.video  # skips before the platform is asked
        await open_video()
        yield run, await run.host.wait_for(VideoOpened, timeout_s=case.patience_s)


def look(case: AdapterCase, key: StreamKey, *, max_frames: int, max_s: float = 60.0) -> LookRequest:
    """A wish for frames, with an id of its own."""
    look_id = f"look-{next(_numbers)}"
    return LookRequest(look_id, key, max_frames, max_s, case.look_interval_s, first_frame_s=case.patience_s)


async def frames_of(run: Running, request: LookRequest) -> list[Frame]:
    """All frames of a look, to its own end."""
    async with within(run.case.patience_s, "the look"), aclosing(run.video.frames(request)) as frames:
        return [frame async for frame in frames]


async def assert_refused(run: Running, request: LookRequest) -> CouldNotTell:
    """Fail unless the look is refused; returns the reason."""
    with pytest.raises(LookRefused) as refused:
        await frames_of(run, request)
    assert isinstance(refused.value.reason, CouldNotTell)
    assert str(refused.value), "a refusal says in words what is the matter, for the log"
    return refused.value.reason


def assert_readable(frame: Frame) -> None:
    """Fail unless the bytes are as the contract says."""
    assert frame.data.readonly, "Frame.data is read-only: memoryview(bytes(...))"
    if frame.pixel_format is PixelFormat.JPEG:
        assert bytes(frame.data[:2]) == b"\xff\xd8", "not the start of a JPEG picture"
        assert (frame.width, frame.height, frame.stride) == (0, 0, 0), "a JPEG tells its size itself"
    else:
        channels = 1 if frame.pixel_format is PixelFormat.GRAY8 else 3
        assert frame.stride >= frame.width * channels > 0
        assert frame.data.nbytes >= frame.stride * (frame.height - 1) + frame.width * channels > 0


async def no_look_open(case: AdapterCase) -> None:
    """Wait until the platform has no look open."""
    looks_open = given(case, VideoSource, case.looks_open, "looks_open")
    patience = asyncio.get_running_loop().time() + case.patience_s
    while looks_open():
        assert asyncio.get_running_loop().time() < patience, "the platform still has the look open"
        await asyncio.sleep(case.quiet_s / 10)


async def _drain(frames: AsyncGenerator[Frame, None]) -> None:
    async for _ in frames:
        pass
