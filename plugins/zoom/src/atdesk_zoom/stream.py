"""One RTMS stream as the engine sees it: who may be looked at, the one slot, pauses, and the end."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from atdesk_sdk import (
    AccountRef,
    CouldNotTell,
    Frame,
    Host,
    LookRefused,
    LookRequest,
    Meeting,
    MeetingChanged,
    PauseChanged,
    PausedBy,
    StreamKey,
    VideoClosed,
    VideoOpened,
)
from atdesk_sdk.tasks import Tasks
from atdesk_zoom import protocol
from atdesk_zoom.link_settings import LinkDown, LinkSettings
from atdesk_zoom.look import Look
from atdesk_zoom.roster import Roster
from atdesk_zoom.rtms import Link
from atdesk_zoom.vocabulary import SessionState, StatusCode, StopReason, StreamState
from atdesk_zoom.webhook import StreamStarted

logger = logging.getLogger(__name__)

#: Stops that somebody made on purpose: each counts as the agent's own pause.
STOPPED_BY = {
    StopReason.HOST_TRIGGERED: PausedBy.HOST,
    StopReason.USER_TRIGGERED: PausedBy.AGENT,
    StopReason.HOST_DISABLED_APP: PausedBy.HOST,
    StopReason.STREAM_CANCELED: PausedBy.AGENT,
    StopReason.STREAM_REVOKED: PausedBy.ADMIN,
    StopReason.ALL_APPS_DISABLED: PausedBy.HOST,
    StopReason.ADMIN_DISABLED_APP: PausedBy.ADMIN,
}
_RUNNING = (SessionState.STARTED, SessionState.RESUMED)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a stream needs of its adapter.

    Attributes:
        connected: Called whenever a stream's sockets stand.
        ended: Called once when the stream is over, with a sentence for the health report or nothing.
        stays_paused: Whether this Zoom user paused in the chat: a stream that goes on does not end that.
    """

    name: str
    tenant: str
    host: Host
    links: LinkSettings
    tasks: Tasks
    client_id: str
    client_secret: str = field(repr=False)
    dwell_s: float
    inside_domains: frozenset[str]
    counts: Counter[str]
    connected: Callable[[], None]
    ended: Callable[[str, str], None]
    stays_paused: Callable[[str], bool]


@dataclass(slots=True)
class _Person:
    """Somebody in the stream.

    Attributes:
        camera: Whether it is on; None while Zoom has not said: a look finds out.
    """

    name: str
    camera: bool | None = None


class Stream:
    """From a start event to the end. Implements `link_settings.Ears`.

    Args:
        started: The start event.
        roster: Who is in the meeting, as webhooks tell.
        around: See `Surroundings`.
    """

    def __init__(self, started: StreamStarted, roster: Roster, around: Surroundings) -> None:
        self.stream_id, self.roster = started.stream_id, roster
        self._around, self._host = around, around.host
        identity = protocol.Identity(
            around.client_id, around.client_secret, started.meeting_uuid, started.stream_id
        )
        self.link = Link(identity, started.server_urls, around.links, self, around.counts, around.tasks)
        self._people: dict[int, _Person] = {}
        self._known: dict[int, str] = {}
        self._open: dict[int, tuple[str | None, Meeting]] = {}
        self._dark: set[int] = set()
        self._look: Look | None = None
        self._paused, self._over = False, False
        self._paused_for: set[str] = set()

    def start(self) -> None:
        """Begin to connect."""
        self.link.start()

    async def aclose(self, reason: CouldNotTell = CouldNotTell.ADAPTER_DOWN) -> None:
        """End without a word from Zoom: the adapter closes."""
        self._finish(reason, "the adapter is closing", PausedBy.AGENT, paused=False)
        await self.link.hang_up()
        await self.link.aclose()

    # ---- looks -------------------------------------------------------------------------------------------

    async def frames(self, request: LookRequest) -> AsyncGenerator[Frame, None]:
        """See `atdesk_sdk.VideoSource.frames`. One look at a time: protocol V1 has one slot a stream."""
        deadline = asyncio.get_running_loop().time() + request.first_frame_s
        look = self._begin(request)
        try:
            await self._take_slot(look)
            async with aclosing(look.frames(deadline)) as frames:
                async for frame in frames:
                    yield frame
        finally:
            try:
                await self.link.free_slot(look.user_id)
            finally:
                self._look = None  # not before: the next one's request must not overtake this one's end

    def _begin(self, request: LookRequest) -> Look:
        user_id = self._may_look(request)
        others = any(account for number, (account, _) in self._open.items() if number != user_id)
        max_s = min(request.max_s, self._around.dwell_s) if others else request.max_s
        self._look = Look(request, user_id, max_s, self._around.counts)
        return self._look

    def _may_look(self, request: LookRequest) -> int:
        text = request.key.participant_id
        user_id = int(text) if text.isascii() and text.isdigit() else -1
        person, account = self._people.get(user_id), self._open.get(user_id, (None, None))[0]
        if self._over or person is None:
            raise LookRefused(CouldNotTell.NO_SIGNAL, "this person is not in the stream")
        if self._paused or account in self.roster.stopped_for:
            raise LookRefused(CouldNotTell.STREAM_PAUSED, "the stream is paused in Zoom")
        if person.camera is False:
            raise LookRefused(CouldNotTell.CAMERA_OFF, "the camera is off")
        if not self.link.ready:
            raise LookRefused(CouldNotTell.NO_SIGNAL, "the stream is interrupted")
        if self._look is not None:
            raise LookRefused(CouldNotTell.NOT_OUR_TURN, "somebody else has the only slot of this stream")
        return user_id

    async def _take_slot(self, look: Look) -> None:
        try:
            answer = await self.link.give_slot(look.user_id)
        except LinkDown as problem:
            raise LookRefused(CouldNotTell.NO_SIGNAL, str(problem)) from None
        if answer.status in (StatusCode.OK, StatusCode.DUPLICATE_VIDEO_SUBSCRIPTION):
            return
        person = self._people.get(look.user_id)
        said = f"Zoom gives no video of this person: {answer.status} {answer.reason}"
        if person is not None and person.camera:
            raise LookRefused(CouldNotTell.NO_SIGNAL, said)
        self._camera(look.user_id, on=False, at_ms=0)
        raise LookRefused(CouldNotTell.CAMERA_OFF, said)

    # ---- Ears --------------------------------------------------------------------------------------------

    def heard(self, message: protocol.Message) -> None:
        """See `link_settings.Ears`."""
        if isinstance(message, protocol.Picture):
            self._picture(message)
        elif isinstance(message, protocol.People):
            self._came_or_left(message)
        elif isinstance(message, protocol.Cameras):
            for user_id in message.user_ids:
                self._people.setdefault(user_id, _Person(""))
                self._camera(user_id, on=message.on, at_ms=message.at_ms)
        elif isinstance(message, protocol.SessionChanged):
            self._session(message)
        elif isinstance(message, protocol.StreamChanged):
            self._state(message)

    def connected(self) -> None:
        """See `link_settings.Ears`."""
        self._around.connected()
        self.refresh()

    def interrupted(self) -> None:
        """See `link_settings.Ears`. A look ends; the video is gone only if the link does not come back."""
        if self._look is not None:
            self._look.end(CouldNotTell.NO_SIGNAL, "the stream was interrupted")

    def given_up(self, message: str) -> None:
        """See `link_settings.Ears`. Nobody has left: we have lost them."""
        self._finish(CouldNotTell.ADAPTER_DOWN, message, PausedBy.AGENT, paused=False)
        self._around.ended(self.stream_id, message)

    def _picture(self, picture: protocol.Picture) -> None:
        if self._look is None or self._paused:
            self._around.counts["picture_without_look"] += 1
            return
        self._look.offer(picture, self._host.now())

    def _came_or_left(self, news: protocol.People) -> None:
        for user_id, name in news.people:
            if news.joined:
                person = self._people.setdefault(user_id, _Person(name))
                person.name = name or person.name
            else:
                self._people.pop(user_id, None)
                self._close(user_id, CouldNotTell.NO_SIGNAL, news.at_ms)
        self.refresh(news.at_ms)

    def gone(self, user_id: int) -> None:
        """A webhook says that somebody left; the stream's own word may have been lost in a break."""
        if user_id in self._known:
            self._came_or_left(protocol.People(False, ((user_id, ""),), 0))

    def _camera(self, user_id: int, *, on: bool, at_ms: int) -> None:
        person = self._people.get(user_id)
        if person is not None:
            person.camera = on
        if not on:
            self._close(user_id, CouldNotTell.CAMERA_OFF, at_ms)
        self.refresh(at_ms)

    def _session(self, news: protocol.SessionChanged) -> None:
        if news.state == SessionState.PAUSED:
            self._pause(news.at_ms)
        elif news.state in _RUNNING:
            self._resume(news.at_ms)
        elif news.state == SessionState.STOPPED:
            self.stopped(news.reason)

    def _state(self, news: protocol.StreamChanged) -> None:
        if news.state == StreamState.PAUSED:
            self._pause(news.at_ms)
        elif news.state == StreamState.RESUMED:
            self._resume(news.at_ms)
        elif news.state == StreamState.TERMINATED:
            self.stopped(news.reason)

    # ---- pause and end -----------------------------------------------------------------------------------

    def _pause(self, at_ms: int) -> None:
        if self._paused:
            return
        self._paused = True
        if self._look is not None:
            self._look.end(CouldNotTell.STREAM_PAUSED, "the stream was paused in Zoom")
        self._tell_paused(self._accounts(), at_ms)

    def _tell_paused(self, people: set[str], at_ms: int) -> None:
        for account in sorted(people - self._paused_for):
            self._emit_pause(account, True, PausedBy.AGENT, at_ms)
        self._paused_for |= people

    def _resume(self, at_ms: int) -> None:
        if not self._paused:
            return
        self._paused = False
        people, self._paused_for = self._paused_for, set()
        for account in sorted(people):
            if not self._around.stays_paused(account):
                self._emit_pause(account, False, PausedBy.AGENT, at_ms)

    def stopped(self, reason: int) -> None:
        """Zoom ended the stream, by message or by webhook; being told twice changes nothing."""
        if self._over:
            return
        by = STOPPED_BY.get(StopReason(reason)) if reason in tuple(StopReason) else None
        said = (
            f"Zoom stopped the stream: {StopReason(reason).name if reason in tuple(StopReason) else reason}"
        )
        gone = CouldNotTell.NO_SIGNAL if by is None else CouldNotTell.STREAM_PAUSED
        if by is not None:
            self.roster.stopped_for |= self._accounts()
        self._finish(gone, said, by or PausedBy.AGENT, paused=by is not None)
        revoked = reason == StopReason.STREAM_REVOKED
        self._around.ended(self.stream_id, _REVOKED.format(self.roster.meeting_id) if revoked else "")

    def _finish(self, gone: CouldNotTell, said: str, by: PausedBy, *, paused: bool) -> None:
        if self._over:
            return
        self._over = True
        logger.info("stream over: %s", said)
        if self._look is not None:
            self._look.end(gone, said)
        if paused:
            for account in sorted(self._accounts()):
                self._emit_pause(account, True, by, 0)
        for user_id in (*self._open, *self._dark):
            self._close(user_id, gone, 0)

    # ---- telling the engine ------------------------------------------------------------------------------

    def refresh(self, at_ms: int = 0) -> None:
        """Tell the engine what changed: who can be looked at, who they are, what the meeting is.

        Somebody whose camera Zoom has said nothing about is announced, too: Zoom does not promise to name the
        cameras that were on before us, and a look that finds the camera off is harmless.
        """
        if self._over:
            return
        self._known = self.roster.identify({number: one.name for number, one in self._people.items()})
        meeting = self.roster.meeting(self._people, self._around.inside_domains)
        for user_id, person in self._people.items():
            if person.camera is not False:
                self._announce(user_id, self._known.get(user_id), meeting, at_ms)
        if self._paused:
            self._tell_paused(self._accounts(), at_ms)

    def _announce(self, user_id: int, account: str | None, meeting: Meeting, at_ms: int) -> None:
        before = self._open.get(user_id)
        if before == (account, meeting):
            return
        if before is not None and before[0] not in (account, None):
            self._close(user_id, CouldNotTell.NOT_IDENTIFIED, at_ms)
            before = None
        self._open[user_id] = (account, meeting)
        self._dark.discard(user_id)
        key, now = self._key(user_id), self._host.now()
        if before is not None and before[0] == account:
            self._host.emit(MeetingChanged(key, meeting, at_ms / 1000 or now, now))
        else:
            self._host.emit(VideoOpened(key, self._account(account), meeting, at_ms / 1000 or now, now))

    def _close(self, user_id: int, reason: CouldNotTell, at_ms: int) -> None:
        if self._look is not None and self._look.user_id == user_id:
            self._look.end(reason, f"the video of this person ended: {reason.value}")
        was_open = self._open.pop(user_id, None) is not None
        if self._went_dark(user_id, reason, was_open=was_open) or was_open:
            now = self._host.now()
            self._host.emit(VideoClosed(self._key(user_id), reason, at_ms / 1000 or now, now))

    def _went_dark(self, user_id: int, reason: CouldNotTell, *, was_open: bool) -> bool:
        """Keep who is in the meeting without a camera. True when one of them has left: that is told, too."""
        if was_open and reason is CouldNotTell.CAMERA_OFF:
            self._dark.add(user_id)
        elif reason is CouldNotTell.NO_SIGNAL and user_id in self._dark:
            self._dark.discard(user_id)
            return True
        return False

    def _emit_pause(self, account: str, paused: bool, by: PausedBy, at_ms: int) -> None:
        ref, now = self._account(account), self._host.now()
        if ref is not None:
            self._host.emit(PauseChanged(ref, paused, by, at_ms / 1000 or now, now))

    def _accounts(self) -> set[str]:
        return set(self._known.values())

    def _account(self, person_id: str | None) -> AccountRef | None:
        return AccountRef("zoom", self._around.tenant, person_id) if person_id else None

    def _key(self, user_id: int) -> StreamKey:
        return StreamKey(self._around.name, self.stream_id, str(user_id))


_REVOKED = (
    "Zoom revoked the stream of meeting {}: erase what was kept of it (atdesk erase), "
    "and ask the Zoom admin why"
)
