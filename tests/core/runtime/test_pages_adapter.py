"""The agents' pages as an adapter: videos, looks, gaps, supersession and notices."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from atdesk_core.runtime.pages.account import page_account
from atdesk_core.runtime.pages.adapter import ASK_AGAIN_S, PageAdapter
from atdesk_core.runtime.pages.screens import Screens
from atdesk_sdk import (
    AdapterEvent,
    CouldNotTell,
    Frame,
    GiveUp,
    HealthReport,
    LookRefused,
    LookRequest,
    Meeting,
    MeetingChanged,
    Notice,
    NoticeKind,
    StreamKey,
    TryLater,
    VideoClosed,
    VideoOpened,
)
from tests.core.runtime.pages import Page

MEETING = Meeting("900", "900", participants=6, outside_guests=False, people_told=True)


class Host:
    """Keeps what is emitted."""

    def __init__(self) -> None:
        self.events: list[AdapterEvent] = []
        self.opened_again = asyncio.Event()

    def emit(self, event: AdapterEvent) -> None:
        self.events.append(event)
        if len(self.opened()) > 1:
            self.opened_again.set()

    def report(self, report: HealthReport) -> None:
        raise AssertionError(report)

    def now(self) -> float:
        return 50.0

    def closed(self) -> list[tuple[StreamKey, CouldNotTell]]:
        return [(one.key, one.reason) for one in self.events if isinstance(one, VideoClosed)]

    def opened(self) -> list[VideoOpened]:
        return [one for one in self.events if isinstance(one, VideoOpened)]


class Desk:
    """A started adapter with one page."""

    def __init__(self) -> None:
        self.host = Host()
        self.screens = Screens(self.host.now)
        self.adapter = PageAdapter(self.screens)
        self.page = Page()

    def request(self, key: StreamKey, **bounds: float) -> LookRequest:
        full = {"max_frames": 2, "max_s": 5.0, "interval_s": 0.02, "first_frame_s": 1.0} | bounds
        return LookRequest("look-1", key, **full, reason="watch")  # type: ignore[arg-type]  # by name

    async def look(self, key: StreamKey, **bounds: float) -> list[Frame]:
        return [frame async for frame in self.adapter.frames(self.request(key, **bounds))]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    await desk.adapter.start(desk.host)
    yield desk
    await desk.adapter.aclose()


def key_of(page: Page) -> StreamKey:
    assert page.key is not None
    return page.key


async def test_a_page_is_a_video_of_that_very_agent_in_no_meeting(desk: Desk) -> None:
    desk.page.open(desk.screens, desk.adapter)
    opened = desk.host.opened()[0]
    assert opened.account == page_account("ann")
    assert opened.meeting is None
    assert opened.key == desk.page.key
    assert opened.key.adapter == "page"


async def test_a_look_opens_the_camera_and_closes_it_right_after(desk: Desk) -> None:
    desk.page.open(desk.screens, desk.adapter)
    frames = await desk.look(key_of(desk.page))
    assert [(frame.look_id, bytes(frame.data), frame.received_at) for frame in frames] == [
        ("look-1", b"agent", 50.0),
        ("look-1", b"agent", 50.0),
    ]
    assert desk.page.told == [("start", "look-1"), ("stop", "look-1")]
    order = desk.page.orders[0]
    assert (order.reason, order.max_frames, order.max_side) == ("watch", 2, 480)
    assert order.fps == pytest.approx(50.0)


async def test_a_frame_that_nobody_asked_for_is_dropped_and_counted(desk: Desk) -> None:
    desk.page.open(desk.screens, desk.adapter)
    key = key_of(desk.page)
    assert not desk.adapter.frame(key, "look-1", b"x", 0.0)
    assert not desk.adapter.frame(StreamKey("page", "nobody", "9"), "look-1", b"x", 0.0)
    desk.page.camera = False
    frames = desk.adapter.frames(desk.request(key))
    first = asyncio.ensure_future(anext(frames))
    await asyncio.sleep(0)
    assert not desk.adapter.frame(key, "look-of-yesterday", b"x", 0.0)
    assert desk.adapter.frame(key, "look-1", b"x", 0.0)
    assert not desk.adapter.frame(key, "look-1", b"y", 0.0)
    assert bytes((await first).data) == b"x"
    await frames.aclose()
    assert not desk.adapter.frame(key, "look-1", b"z", 0.0)
    assert desk.adapter.counts == {"taken": 1, "not_asked_for": 4, "frame_too_soon": 1}


async def test_the_newest_frame_wins_and_a_pool_that_lags_slows_the_page_down(desk: Desk) -> None:
    desk.page.open(desk.screens, desk.adapter)
    desk.page.camera = False
    key = key_of(desk.page)
    frames = desk.adapter.frames(desk.request(key, max_frames=9, interval_s=0.005))
    first = asyncio.ensure_future(anext(frames))
    await asyncio.sleep(0)
    for number in range(3):
        assert desk.adapter.frame(key, "look-1", bytes([number]), 0.0)
        await asyncio.sleep(0.02)
    assert bytes((await first).data) == b"\0"
    assert bytes((await anext(frames)).data) == b"\2"
    assert desk.page.paces == [pytest.approx(100.0)]
    await frames.aclose()


async def test_a_page_that_sends_nothing_is_no_signal(desk: Desk) -> None:
    desk.page.camera = False
    desk.page.open(desk.screens, desk.adapter)
    with pytest.raises(LookRefused) as refused:
        await desk.look(key_of(desk.page), first_frame_s=0.02)
    assert refused.value.reason is CouldNotTell.NO_SIGNAL
    assert desk.page.told[-1] == ("stop", "look-1")


@pytest.mark.parametrize(
    "reason", [CouldNotTell.CAMERA_OFF, CouldNotTell.COVERED, CouldNotTell.STREAM_PAUSED]
)
async def test_a_gap_ends_the_look_and_closes_the_video_with_its_reason(
    desk: Desk, reason: CouldNotTell
) -> None:
    desk.page.camera = False
    desk.page.open(desk.screens, desk.adapter)
    key = key_of(desk.page)
    asyncio.get_running_loop().call_soon(desk.adapter.gap, key, reason)
    with pytest.raises(LookRefused) as refused:
        await desk.look(key)
    assert refused.value.reason is reason
    assert desk.host.closed() == [(key, reason)]
    with pytest.raises(LookRefused) as again:
        await desk.look(key)
    assert again.value.reason is reason
    assert len(desk.page.orders) == 1, "a page in a gap is not asked"


async def test_after_a_gap_the_video_is_announced_anew(desk: Desk) -> None:
    desk.page.open(desk.screens, desk.adapter)
    key = key_of(desk.page)
    desk.adapter.resumed(key)
    desk.adapter.gap(key, CouldNotTell.CAMERA_OFF)
    desk.adapter.gap(key, CouldNotTell.NO_SIGNAL)
    assert desk.host.closed() == [(key, CouldNotTell.CAMERA_OFF)]
    desk.adapter.resumed(key)
    assert [one.key for one in desk.host.opened()] == [key, key]
    assert len(await desk.look(key)) == 2


async def test_a_page_that_never_says_that_its_camera_is_back_is_asked_again_after_a_minute(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atdesk_core.runtime.pages.adapter.ASK_AGAIN_S", 0.01)
    assert ASK_AGAIN_S == 60.0
    desk.page.open(desk.screens, desk.adapter)
    desk.adapter.gap(key_of(desk.page), CouldNotTell.CAMERA_OFF)
    async with asyncio.timeout(20):
        await desk.host.opened_again.wait()


async def test_a_page_that_goes_away_in_a_look_is_no_signal(desk: Desk) -> None:
    desk.page.camera = False
    desk.page.open(desk.screens, desk.adapter)
    key = key_of(desk.page)
    asyncio.get_running_loop().call_soon(desk.adapter.gone, key, CouldNotTell.NO_SIGNAL)
    with pytest.raises(LookRefused) as refused:
        await desk.look(key)
    assert refused.value.reason is CouldNotTell.NO_SIGNAL
    desk.adapter.gone(key, CouldNotTell.NO_SIGNAL)
    assert desk.host.closed() == [(key, CouldNotTell.NO_SIGNAL)]
    with pytest.raises(LookRefused):
        await desk.look(key)


async def test_a_newer_page_takes_the_place_of_the_older(desk: Desk) -> None:
    desk.page.open(desk.screens, desk.adapter)
    old, newer = key_of(desk.page), Page()
    newer.open(desk.screens, desk.adapter)
    assert desk.page.told.count(("superseded", "")) == 2, "as a screen and as a camera"
    assert desk.host.closed() == [(old, CouldNotTell.NO_SIGNAL)]
    desk.adapter.gone(old, CouldNotTell.NO_SIGNAL)
    assert len(await desk.look(key_of(newer))) == 2


async def test_a_forwarder_is_a_video_of_a_meeting_beside_the_page(desk: Desk) -> None:
    desk.page.open(desk.screens, desk.adapter)
    forwarder = Page(adapter=desk.adapter)
    forwarder.key = desk.adapter.connected("ann", forwarder, MEETING)
    assert desk.host.opened()[1].meeting == MEETING
    assert desk.host.closed() == []
    crowded = Meeting("900", "900", participants=7, outside_guests=True, people_told=True)
    desk.adapter.meeting_changed(forwarder.key, crowded)
    desk.adapter.meeting_changed(key_of(desk.page), crowded)
    changes = [one for one in desk.host.events if isinstance(one, MeetingChanged)]
    assert [(one.key, one.meeting) for one in changes] == [(forwarder.key, crowded)]
    assert len(await desk.look(forwarder.key)) == 2


async def test_nobody_connects_before_the_service_runs_or_after_it_has_stopped() -> None:
    desk = Desk()
    with pytest.raises(TryLater):
        desk.page.open(desk.screens, desk.adapter)
    await desk.adapter.start(desk.host)
    desk.page.open(desk.screens, desk.adapter)
    await desk.adapter.aclose()
    await desk.adapter.aclose()
    assert desk.host.closed() == [(key_of(desk.page), CouldNotTell.ADAPTER_DOWN)]
    with pytest.raises(TryLater):
        desk.page.open(desk.screens, desk.adapter)


def notice() -> Notice:
    return Notice("n1", page_account("ann"), NoticeKind.ABSENT, "we can't see you", 1.0)


async def test_a_notice_is_shown_on_the_open_page(desk: Desk) -> None:
    desk.page.open(desk.screens)
    ref = await desk.adapter.notify(notice())
    assert (ref.adapter, ref.channel, ref.external_id) == ("page", "ann", "n1")
    assert desk.page.notices == [notice()]


async def test_what_is_about_somebody_else_in_the_seat_is_not_shown_there(desk: Desk) -> None:
    desk.page.open(desk.screens)
    with pytest.raises(GiveUp, match="somebody else"):
        await desk.adapter.notify(replace(notice(), kind=NoticeKind.DIFFERENT_PERSON))
    assert desk.page.notices == []


async def test_without_an_open_page_or_its_answer_the_notice_is_given_up(desk: Desk) -> None:
    with pytest.raises(GiveUp, match="not open"):
        await desk.adapter.notify(notice())
    desk.page.takes_notices = False
    desk.page.open(desk.screens)
    with pytest.raises(GiveUp, match="does not answer"):
        await desk.adapter.notify(notice())
