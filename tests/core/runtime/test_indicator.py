"""No indicator, no look: it is up before the first frame, acknowledged all along, and down at the end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field, replace

import pytest

from atdesk_core.policy import LookReason
from atdesk_core.runtime.broker import LookBroker, Source
from atdesk_core.runtime.pages.indicator import Indicator
from atdesk_core.runtime.pages.screens import ANSWER_S, Screens
from atdesk_core.session import Input, LookEnded, LookSource, Observed, OpenLook, Wanted
from atdesk_sdk import CouldNotTell, Frame, LookRequest, Observation, PixelFormat, StreamKey
from tests.core.runtime.pages import Page
from tests.core.session.desk import observation

KEY = StreamKey("page", "ann", "1")
LOOK = OpenLook("look-1", LookReason.WATCH, KEY, 3, 5.0, 1.0, False, LookSource.PAGE, True)
TOLD_BY_PLATFORM = replace(LOOK, source=LookSource.MEETING, page_must_show=False)


@dataclass
class Camera:
    """Gives a frame whenever it is asked to."""

    desk: "Desk"

    async def frames(self, request: LookRequest) -> AsyncGenerator[Frame, None]:
        shown = self.desk.screens.shown("ann", request.look_id, self.desk.now)
        self.desk.order.append("camera, and the page shows it" if shown else "camera")
        for number in range(request.max_frames):
            self.desk.before(number)
            yield Frame(request.look_id, memoryview(b"x"), PixelFormat.JPEG, float(number), 0.0)
            await asyncio.sleep(0.005)  # so that each is measured before the next


@dataclass
class Desk:
    """A broker with one page and one camera. `before` happens before each frame."""

    now: float = 100.0
    order: list[str] = field(default_factory=list)
    events: list[Input] = field(default_factory=list)
    page: Page = field(default_factory=Page)
    before: Callable[[int], None] = lambda _number: None

    def __post_init__(self) -> None:
        self.ended = asyncio.Event()
        self.screens = Screens(lambda: self.now)
        self.indicator = Indicator(self.screens, lambda: self.now)
        self.camera = Camera(self)
        self.broker = LookBroker(
            {"page": Source(self.camera, None)},
            self,
            lambda _agent_id, _look_id: True,
            self._take,
            lambda: self.now,
            self._no_objection,
            lambda _agent_id: Wanted(),
            self.indicator,
        )

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        self.order.append("frame")
        return observation("agent", frame.look_id, frame.received_at)

    async def look(self, command: OpenLook = LOOK) -> CouldNotTell | None:
        """A whole look."""
        self.broker.open("ann", command)
        async with asyncio.timeout(10):
            await self.ended.wait()
        last = self.events[-1]
        assert isinstance(last, LookEnded)
        return last.reason

    @property
    def frames(self) -> int:
        return sum(isinstance(one, Observed) for one in self.events)

    def _take(self, _agent_id: str, event: Input) -> None:
        self.events.append(event)
        if isinstance(event, LookEnded):
            self.ended.set()

    async def _no_objection(self, _agent_id: str, _command: OpenLook) -> bool:
        return False


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.broker.aclose()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that never shows anything is waited for only a moment."""
    monkeypatch.setattr("atdesk_core.runtime.pages.indicator.SHOWN_WITHIN_S", 0.02)


async def test_it_is_up_before_the_camera_opens_and_down_after_the_last_frame(desk: Desk) -> None:
    desk.page.open(desk.screens)
    assert await desk.look() is None
    assert desk.frames == 3
    assert desk.order == ["camera, and the page shows it", *["frame"] * 3]
    assert desk.page.told == [("begins", "look-1"), ("ends", "look-1")]


@pytest.mark.usefixtures("quick")
async def test_a_page_that_does_not_show_it_gets_no_look_and_no_camera_is_opened(desk: Desk) -> None:
    desk.page.obeys = False
    desk.page.open(desk.screens)
    assert await desk.look() is CouldNotTell.NO_SIGNAL
    assert desk.order == []
    assert desk.page.told == [("begins", "look-1"), ("ends", "look-1")]
    assert desk.broker.counts["looks_without_indicator"] == 1


async def test_where_no_page_is_open_there_is_no_look(desk: Desk) -> None:
    assert await desk.look() is CouldNotTell.NO_SIGNAL
    assert desk.order == []


async def test_a_meeting_whose_platform_tells_nobody_needs_the_page_as_well(desk: Desk) -> None:
    assert await desk.look(replace(LOOK, source=LookSource.MEETING)) is CouldNotTell.NO_SIGNAL
    assert desk.order == []


async def test_what_the_platform_shows_by_itself_needs_no_page(desk: Desk) -> None:
    assert await desk.look(TOLD_BY_PLATFORM) is None
    assert desk.frames == 3


async def test_an_open_page_shows_that_look_as_well(desk: Desk) -> None:
    desk.page.obeys = False
    desk.page.open(desk.screens)
    assert await desk.look(TOLD_BY_PLATFORM) is None
    assert desk.page.told == [("begins", "look-1"), ("ends", "look-1")]


async def test_once_the_page_falls_silent_no_further_frame_is_opened(desk: Desk) -> None:
    desk.page.open(desk.screens)

    def silence(number: int) -> None:
        desk.now += ANSWER_S + 1 if number == 1 else 0

    desk.before = silence
    assert await desk.look() is CouldNotTell.NO_SIGNAL
    assert desk.frames == 1
    assert desk.broker.counts["frames_without_indicator"] == 1
    assert desk.page.told[-1] == ("ends", "look-1")


async def test_a_page_that_goes_on_saying_so_keeps_the_look_going(desk: Desk) -> None:
    desk.page.open(desk.screens)

    def say_so(_number: int) -> None:
        desk.now += ANSWER_S - 2
        assert desk.page.attachment is not None
        desk.page.attachment.shown("look-1")

    desk.before = say_so
    assert await desk.look() is None
    assert desk.frames == 3


async def test_a_page_that_only_lives_does_not_keep_it_going(desk: Desk) -> None:
    """A heartbeat says that the page is there, not that the indicator is up."""
    desk.page.open(desk.screens)

    def live(_number: int) -> None:
        desk.now += ANSWER_S - 2
        assert desk.page.attachment is not None
        desk.page.attachment.alive()

    desk.before = live
    assert await desk.look() is CouldNotTell.NO_SIGNAL
    assert desk.frames == 1


async def test_a_page_that_closes_ends_the_look(desk: Desk) -> None:
    desk.page.open(desk.screens)

    def close(number: int) -> None:
        if number == 1 and desk.page.attachment is not None:
            desk.page.attachment.detach()

    desk.before = close
    assert await desk.look() is CouldNotTell.NO_SIGNAL
    assert desk.frames == 1


async def test_a_look_that_is_closed_from_outside_takes_its_indicator_down(desk: Desk) -> None:
    desk.page.open(desk.screens)

    def pause(number: int) -> None:
        if number == 1:
            desk.broker.close("look-1")

    desk.before = pause
    desk.broker.open("ann", LOOK)
    async with asyncio.timeout(20):
        await desk.page.down.wait()
    assert desk.page.told == [("begins", "look-1"), ("ends", "look-1")]
    assert desk.frames == 1
