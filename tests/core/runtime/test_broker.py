"""Looks as they are carried out: the newest frame wins, what is too slow or too late ends in its reason."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest

from atdesk_core.policy import LookReason
from atdesk_core.runtime import broker as broker_module
from atdesk_core.runtime.broker import LookBroker, Source
from atdesk_core.runtime.mailbox import Mailbox
from atdesk_core.runtime.pages.indicator import Indicator
from atdesk_core.runtime.pages.screens import Screens
from atdesk_core.session import Input, LookEnded, Observed, OpenLook, Wanted
from atdesk_sdk import (
    CouldNotTell,
    Frame,
    LookRefused,
    LookRequest,
    Observation,
    PixelFormat,
    StreamKey,
    VideoSource,
)
from tests.core.session.desk import observation

KEY = StreamKey("fast", "stream", "1")


def frame(look_id: str, number: int = 0) -> Frame:
    return Frame(look_id, memoryview(b"agent"), PixelFormat.JPEG, float(number), float(number))


def look(look_id: str = "look-1") -> OpenLook:
    return OpenLook(look_id, LookReason.WATCH, KEY, 6, 5.0, 1.0, may_be_absent=False, page_must_show=False)


async def test_the_newest_frame_wins_and_what_it_pushes_out_is_counted() -> None:
    mailbox = Mailbox()
    for number in range(5):
        mailbox.put(frame("look-1", number))
    mailbox.close()
    newest = await mailbox.take()
    assert newest is not None
    assert newest.occurred_at == 4.0
    assert mailbox.dropped == 4
    assert await mailbox.take() is None


@dataclass
class Fast:
    """A source that gives everything at once, then ends as it is told."""

    frames_given: int = 10
    look_id: str | None = None
    ends: Exception | None = None
    closed: int = 0

    async def frames(self, request: LookRequest) -> AsyncGenerator[Frame, None]:
        try:
            for number in range(self.frames_given):
                yield frame(self.look_id or request.look_id, number)
            await asyncio.sleep(0)
            if self.ends is not None:
                raise self.ends
        finally:
            self.closed += 1


@dataclass
class SlowEyes:
    """Takes so long for each frame."""

    takes_s: float = 0.0
    seen: list[float] = field(default_factory=list)

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        await asyncio.sleep(self.takes_s)
        self.seen.append(frame.occurred_at)
        return observation("agent", frame.look_id, frame.received_at)


async def _no(_agent_id: str, _command: OpenLook) -> bool:
    return False


class Desk:
    """A broker with what came out of it."""

    def __init__(self, source: VideoSource, eyes: SlowEyes, *, permit: bool = True) -> None:
        self.events: list[Input] = []
        self.ended = asyncio.Event()
        self.broker = LookBroker(
            {"fast": Source(source, 1)},
            eyes,
            lambda _agent_id, _look_id: permit,
            self._take,
            time.time,
            _no,
            lambda _agent_id: Wanted(),
            Indicator(Screens(time.time), time.time),
        )

    def _take(self, _agent_id: str, event: Input) -> None:
        self.events.append(event)
        if isinstance(event, LookEnded):
            self.ended.set()

    async def run(self) -> CouldNotTell | None:
        self.broker.open("ann", look())
        async with asyncio.timeout(10):
            await self.ended.wait()
        last = self.events[-1]
        assert isinstance(last, LookEnded)
        await self.broker.aclose()
        return last.reason


async def test_frames_that_come_faster_than_they_are_measured_are_dropped_not_queued() -> None:
    source, eyes = Fast(10), SlowEyes(0.05)
    desk = Desk(source, eyes)
    assert await desk.run() is None
    assert len(eyes.seen) < 10
    assert eyes.seen[-1] == 9.0
    assert desk.broker.counts["frames_dropped"] == 10 - len(eyes.seen)
    assert source.closed == 1


async def test_a_frame_of_another_look_is_never_measured() -> None:
    eyes = SlowEyes()
    desk = Desk(Fast(3, look_id="somebody-else's"), eyes)
    await desk.run()
    assert eyes.seen == []
    assert desk.broker.counts["frames_late"] >= 1


async def test_without_permission_no_frame_is_measured() -> None:
    eyes = SlowEyes()
    desk = Desk(Fast(3), eyes, permit=False)
    await desk.run()
    assert eyes.seen == []
    assert desk.broker.counts["frames_refused"] >= 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (LookRefused(CouldNotTell.CAMERA_OFF, "off"), CouldNotTell.CAMERA_OFF),
        (RuntimeError("a fault of the adapter's"), CouldNotTell.NO_SIGNAL),
    ],
)
async def test_a_source_that_breaks_off_ends_the_look_in_a_reason(
    error: Exception, reason: CouldNotTell
) -> None:
    assert await Desk(Fast(0, ends=error), SlowEyes()).run() is reason


async def test_a_pool_that_is_too_slow_ends_the_look_and_blames_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(broker_module, "OBSERVE_S", 0.05)
    desk = Desk(Fast(1), SlowEyes(1.0))
    assert await desk.run() is CouldNotTell.ENGINE_BUSY
    assert not [event for event in desk.events if isinstance(event, Observed)]


async def test_a_look_that_does_not_get_its_turn_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_module, "TURN_S", 0.05)
    desk = Desk(Fast(1), SlowEyes(0.5))
    desk.broker.open("bob", look("look-2"))
    await asyncio.sleep(0.01)
    assert await desk.run() is CouldNotTell.NOT_OUR_TURN


async def test_a_stream_that_is_over_leaves_nothing_behind() -> None:
    """Pages connect anew all day, each time as another stream."""
    desk = Desk(Fast(2), SlowEyes())
    assert await desk.run() is None
    await asyncio.sleep(0)
    assert desk.broker.waiting_frames == 0
    assert desk.broker.streams == 0


async def test_a_look_that_is_closed_in_the_moment_in_which_it_was_opened_keeps_no_slot() -> None:
    """Its agent pauses in the same turn of the loop: the others of the stream are looked at all the same."""
    desk = Desk(Fast(2), SlowEyes())
    desk.broker.open("bob", look("look-2"))
    desk.broker.close("look-2")
    assert await desk.run() is None
    await asyncio.sleep(0)
    assert desk.broker.streams == 0
