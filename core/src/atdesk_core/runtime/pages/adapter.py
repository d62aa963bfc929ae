"""The agent's own page as a source of frames and a way to tell the agent something.

A page, or a forwarder that speaks the same protocol, is connected for one agent whose sign-in was checked
before. Its camera is opened for a look alone and closed right after. What keeps it from giving pictures
closes the video with that reason, so nobody takes a page without a camera for an empty chair.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from atdesk_core.runtime.pages.account import PAGE, page_account
from atdesk_core.runtime.pages.link import FrameCarrier, FrameLink, LookOrder
from atdesk_core.runtime.pages.look import PageLook
from atdesk_core.runtime.pages.screens import Screens
from atdesk_core.runtime.pages.waiting import WaitingLink
from atdesk_sdk import (
    Capabilities,
    CouldNotTell,
    Frame,
    GiveUp,
    Host,
    LookRefused,
    LookRequest,
    Meeting,
    MeetingChanged,
    MessageRef,
    Notice,
    NoticeKind,
    StreamKey,
    TryLater,
    VideoClosed,
    VideoOpened,
)

# A camera that was in use or denied is asked for again after this, whatever the page says.
ASK_AGAIN_S = 60.0


@dataclass(slots=True)
class _Line:
    """One connected link.

    Attributes:
        gap: Why there are no pictures at the moment; None while there may be.
        timer: Asks again after a gap.
    """

    agent_id: str
    key: StreamKey
    link: FrameLink
    meeting: Meeting | None
    look: PageLook | None = None
    gap: CouldNotTell | None = None
    timer: asyncio.TimerHandle | None = None


class PageAdapter:
    """Video source and agent notice. See `atdesk_sdk.Adapter`.

    Args:
        screens: The open pages: where notices are shown.

    Attributes:
        counts: Frames by what became of them: "taken", "not_asked_for", "frame_too_soon", "frame_late".
    """

    def __init__(self, screens: Screens) -> None:
        self.name, self.platform, self.tenant = PAGE, PAGE, ""
        self.capabilities = Capabilities(notice_on_desk_screen=True)
        self.counts: Counter[str] = Counter()
        self._screens = screens
        self._host: Host | None = None
        self._lines: dict[StreamKey, _Line] = {}
        self._waiting: dict[str, StreamKey] = {}
        self._serial = 0

    async def start(self, host: Host) -> None:
        """Pages may connect from now on."""
        self._host = host

    async def aclose(self) -> None:
        """Every camera closes. Twice is fine."""
        for key in tuple(self._lines):
            self.gone(key, CouldNotTell.ADAPTER_DOWN)
        self._host = None

    # ---- links -------------------------------------------------------------------------------------------

    def connected(self, agent_id: str, link: FrameLink, meeting: Meeting | None = None) -> StreamKey:
        """A page, or a forwarder, can give frames of this agent from now on.

        Args:
            agent_id: Whose, by a token that was checked.
            link: The socket. It supersedes an older one of the same agent and meeting.
            meeting: That a forwarder's frames come from; None: the camera of the agent's own page.

        Raises:
            TryLater: The service is starting or stopping.
        """
        host = self._running()
        for older in [one for one in self._lines.values() if _same_place(one, agent_id, meeting)]:
            self.gone(older.key, CouldNotTell.NO_SIGNAL)
            older.link.superseded()
        self._serial += 1
        where = agent_id if meeting is None else f"{meeting.meeting_id}/{agent_id}"
        key = StreamKey(PAGE, where, str(self._serial))
        self._lines[key] = line = _Line(agent_id, key, link, meeting)
        if isinstance(link, WaitingLink):
            self._waiting[agent_id] = key
        self._open(line, host)
        return key

    def waiting_for(self, agent_id: str, tab: str) -> StreamKey | None:
        """The link of a page that waits for its socket; None: this tab of this agent does not wait.

        Args:
            agent_id: Whose, by a token that was checked.
            tab: Secret of the tab, checked likewise.
        """
        key = self._waiting.get(agent_id)
        link = self._lines[key].link if key is not None else None
        return key if isinstance(link, WaitingLink) and link.tab == tab else None

    def joined(self, key: StreamKey, carrier: FrameCarrier) -> None:
        """The socket of a page that waits for looks is open; to the engine nothing changes by it."""
        line = self._lines.get(key)
        if line is not None and isinstance(line.link, WaitingLink):
            line.link.joined(carrier)

    def left(self, key: StreamKey, carrier: FrameCarrier, reason: CouldNotTell) -> None:
        """A socket is closed. The link is over with it, unless its page waits for looks beside it."""
        line = self._lines.get(key)
        if line is None or not isinstance(line.link, WaitingLink):
            self.gone(key, reason)
        elif line.link.left(carrier) and line.look is not None:
            line.look.end(reason, f"the socket of the page was closed: {reason.value}")

    def meeting_changed(self, key: StreamKey, meeting: Meeting) -> None:
        """The meeting that a forwarder's frames come from changed: somebody joined, a guest came."""
        line = self._lines.get(key)
        if line is None or line.meeting is None or self._host is None:
            return
        line.meeting = meeting
        now = self._host.now()
        self._host.emit(MeetingChanged(key, meeting, now, now))

    def gone(self, key: StreamKey, reason: CouldNotTell) -> None:
        """A link is over. One that is over already, or was superseded, is no matter."""
        line = self._lines.pop(key, None)
        if line is None:
            return
        if self._waiting.get(line.agent_id) == key:
            del self._waiting[line.agent_id]
        if line.timer is not None:
            line.timer.cancel()
        self._close(line, reason)

    def gap(self, key: StreamKey, reason: CouldNotTell) -> None:
        """There are no pictures for now: the camera is off, denied, unplugged or in use, or nothing comes.

        An open look ends with this reason. The page is asked again once it says that pictures are back, and
        after a minute in any case.
        """
        line = self._lines.get(key)
        if line is None or line.gap is reason:
            return
        if line.timer is not None:
            line.timer.cancel()
        if line.gap is None:
            self._close(line, reason)
        line.gap = reason
        line.timer = asyncio.get_running_loop().call_later(ASK_AGAIN_S, self.resumed, key)

    def resumed(self, key: StreamKey) -> None:
        """Pictures are back, or may be."""
        line = self._lines.get(key)
        if line is None or line.gap is None:
            return
        if line.timer is not None:
            line.timer.cancel()
        line.gap, line.timer = None, None
        if self._host is not None:
            self._open(line, self._host)

    def frame(self, key: StreamKey, look_id: str, jpeg: bytes, captured_at: float) -> bool:
        """A picture has come. False: nobody asked for it, so it is dropped unopened, and counted.

        Args:
            key: Of the link.
            look_id: That the page sent it under.
            jpeg: The picture.
            captured_at: The page's clock, seconds since the epoch.
        """
        line = self._lines.get(key)
        look = line.look if line is not None else None
        if line is None or look is None or look.request.look_id != look_id:
            self.counts["not_asked_for"] += 1
            return False
        taken, overtaken = look.offer(jpeg, captured_at), look.overtaken
        self.counts["taken"] += taken
        if overtaken == 1:  # the pool does not keep up: half as many are as good
            line.link.pace(0.5 / look.request.interval_s)
        return taken

    # ---- what the engine asks ----------------------------------------------------------------------------

    async def frames(self, request: LookRequest) -> AsyncGenerator[Frame, None]:
        """See `atdesk_sdk.VideoSource`. One look at a time on each link."""
        line = self._lines.get(request.key)
        if line is None:
            raise LookRefused(CouldNotTell.NO_SIGNAL, "the page is closed")
        if line.gap is not None:
            raise LookRefused(line.gap, f"the page gives no pictures: {line.gap.value}")
        if line.look is not None:
            raise LookRefused(CouldNotTell.NOT_OUR_TURN, "an earlier look at this page is not over yet")
        line.look = look = PageLook(request, self._running().now, self.counts)
        line.link.start_look(_order(request))
        try:
            async with aclosing(look.frames()) as frames:
                async for frame in frames:
                    yield frame
        finally:
            line.look = None
            line.link.end_look(request.look_id)

    async def notify(self, notice: Notice) -> MessageRef:
        """Show a notice on the agent's page.

        Raises:
            GiveUp: No page is open, or it does not say that the notice is there; or it is about somebody
                else in the seat, who would read it.
        """
        if notice.kind is NoticeKind.DIFFERENT_PERSON:
            raise GiveUp("a notice about somebody else in the seat does not go to the screen there")
        agent_id = notice.account.external_id
        screen = self._screens.screen_of(agent_id)
        if screen is None:
            raise GiveUp("the agent's page is not open")
        await screen.notify(notice)
        return MessageRef(self.name, agent_id, notice.notice_id)

    # ---- telling the engine ------------------------------------------------------------------------------

    def _open(self, line: _Line, host: Host) -> None:
        now = host.now()
        host.emit(VideoOpened(line.key, page_account(line.agent_id), line.meeting, now, now))

    def _close(self, line: _Line, reason: CouldNotTell) -> None:
        if line.look is not None:
            line.look.end(reason, f"the page gives no pictures: {reason.value}")
        if self._host is not None:
            now = self._host.now()
            self._host.emit(VideoClosed(line.key, reason, now, now))

    def _running(self) -> Host:
        if self._host is None:
            raise TryLater("the service is starting or stopping: connect again in a few seconds", 2.0)
        return self._host


def _same_place(line: _Line, agent_id: str, meeting: Meeting | None) -> bool:
    if line.agent_id != agent_id or (line.meeting is None) != (meeting is None):
        return False
    return line.meeting is None or meeting is None or line.meeting.meeting_id == meeting.meeting_id


def _order(request: LookRequest) -> LookOrder:
    fps = 1.0 / request.interval_s
    return LookOrder(request.look_id, request.reason, fps, request.max_frames)
