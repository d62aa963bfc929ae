"""One RTMS stream of a meeting: its state, its two sockets, its one video slot, and how it ends."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from atdesk_zoom.simulator.connection import Socket
from atdesk_zoom.simulator.faults import Faults, OpenPoints
from atdesk_zoom.simulator.handshake import Refusal, VideoParams
from atdesk_zoom.simulator.people import Credentials, Meeting, Participant
from atdesk_zoom.simulator.timing import Timing, now_ms
from atdesk_zoom.vocabulary import (
    EventType,
    MessageType,
    SessionState,
    StatusCode,
    StopReason,
    StreamState,
)

_ENDED = frozenset({StreamState.TERMINATING, StreamState.TERMINATED})
#: Messages 8 and 9 for a pause and its end.
_PAUSE = (StreamState.PAUSED, SessionState.PAUSED)
_RESUME = (StreamState.RESUMED, SessionState.RESUMED)


class Announce(Protocol):
    """Sends the meeting's webhook about a stream."""

    def __call__(self, event: str, payload: Mapping[str, Any]) -> None:
        """Post `event` with `payload`."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every stream of a simulator."""

    credentials: Credentials
    scopes: frozenset[str]
    timing: Timing
    faults: Faults
    open_points: OpenPoints


class Stream:
    """An RTMS stream, from its start to its stop reason.

    Attributes:
        stream_id: `rtms_stream_id`.
        generation: Rises when a server fails; only the newest server's URLs are good.
        slot: The in-meeting number of the one participant whose video is sent (data option 4).
        late: The participant before, and how many pictures of theirs still come.
    """

    def __init__(self, meeting: Meeting, operator_id: str, rules: Rules, announce: Announce) -> None:
        self.meeting, self.operator_id = meeting, operator_id
        self.rules, self._announce = rules, announce
        self.stream_id = secrets.token_hex(16)
        self.session_id = secrets.token_hex(16)
        self.generation = 1
        self.state = StreamState.INACTIVE
        self.session_state = SessionState.INITIALIZE
        self.paused = False
        self.signaling: Socket | None = None
        self.media: Socket | None = None
        self.video = VideoParams()
        self.ready = False
        self.events: set[int] = set()
        self.slot: int | None = None
        self.late: tuple[Participant, int] | None = None
        self._deadline: asyncio.Task[None] | None = None

    @property
    def ended(self) -> bool:
        """Whether the stream is over for good."""
        return self.state in _ENDED

    # ---- sockets -----------------------------------------------------------------------------------------

    async def take_signaling(self, socket: Socket) -> None:
        """Make `socket` the signaling connection.

        Raises:
            Refusal: 8 when there is one already (unless the newer one displaces it).
        """
        standing = self.signaling is not None and not self.rules.open_points.displace_signaling
        if standing or self.rules.faults.take("duplicates"):
            raise Refusal(StatusCode.DUPLICATE_SIGNAL_REQUEST, "duplicate signal request")
        old, self.signaling = self.signaling, socket
        if old is not None:
            old.abort()
        self._stop_waiting()
        self.ready = False

    async def take_media(self, socket: Socket, video: VideoParams) -> None:
        """Make `socket` the video connection.

        Raises:
            Refusal: 16 when there is one already, 2 when no signaling connection stands.
        """
        if self.signaling is None:
            raise Refusal(StatusCode.INVALID_RTMS_STREAM_ID, "no signaling connection for this stream")
        if self.media is not None:
            raise Refusal(StatusCode.DUPLICATE_MEDIA_DATA_CONNECTION, "duplicate media data connection")
        self.media, self.video, self.slot = socket, video, None
        self._stop_waiting()

    async def lost(self, socket: Socket) -> None:
        """A socket has ended: interruption, unless the stream is over or another took its place."""
        if socket is self.media:
            self.media, self.slot, self.ready = None, None, False
            if not self.ended and self.signaling is not None:
                await self._media_interrupted(starved=socket.starved)
        elif socket is self.signaling:
            self.signaling, self.events = None, set()
            if not self.ended:
                self._signaling_interrupted(starved=socket.starved)

    async def _media_interrupted(self, *, starved: bool) -> None:
        event = {"event_type": int(EventType.MEDIA_CONNECTION_INTERRUPTED), "timestamp": now_ms()}
        await self.tell({"msg_type": int(MessageType.EVENT_UPDATE), "event": event})
        await self._tell_stream(StreamState.INTERRUPTED, StopReason.DATA_CONNECTION_INTERRUPTED)
        self._wait(self.rules.timing.media_return, lambda: self.media is None, starved=starved)

    def _signaling_interrupted(self, *, starved: bool) -> None:
        self.state = StreamState.INTERRUPTED
        if self.media is not None:
            self.media.abort()
        self._announce("rtms_interrupted", self._ids())
        self._wait(self.rules.timing.signaling_return, lambda: self.signaling is None, starved=starved)

    def _wait(self, seconds: float | None, still_gone: Callable[[], bool], *, starved: bool) -> None:
        self._stop_waiting()
        if seconds is None:
            return
        reason = StopReason.KEEP_ALIVE_TIMEOUT if starved else StopReason.AWAIT_RECONNECTION_TIMEOUT
        pause = self.rules.timing.scaled(seconds)

        async def give_up() -> None:
            await asyncio.sleep(pause)
            if still_gone():
                self._deadline = None
                await self.stop(reason)

        self._deadline = asyncio.get_running_loop().create_task(give_up())

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    # ---- what the app asks -------------------------------------------------------------------------------

    async def client_ready(self) -> None:
        """Message 7: begin, or go on after a reconnect.

        Raises:
            Refusal: 41 when no media connection stands.
        """
        if self.media is None:
            raise Refusal(StatusCode.INVALID_CLIENT_READY_ACK, "no media connection yet")
        again = self.session_state in (SessionState.STARTED, SessionState.RESUMED)
        self.ready = True
        if again and not self.rules.open_points.active_status_on_reconnect:
            self.state = StreamState.ACTIVE
            return
        await self._tell_stream(StreamState.ACTIVE)
        if not again:
            await self.tell_event(EventType.FIRST_PACKET_TIMESTAMP)
        if not self.paused:
            await self._tell_session(SessionState.STARTED)

    async def subscribe_events(self, wanted: Mapping[int, bool]) -> None:
        """Message 5: add and remove event types; the present state may be told at once."""
        for number, on in wanted.items():
            (self.events.add if on else self.events.discard)(number)
        people = list(self.meeting.participants.values())
        points = self.rules.open_points
        if wanted.get(EventType.PARTICIPANT_JOIN) and points.replay_joins:
            await self.tell_event(EventType.PARTICIPANT_JOIN, people)
        if wanted.get(EventType.PARTICIPANT_VIDEO_ON) and points.replay_video_on:
            await self.tell_event(EventType.PARTICIPANT_VIDEO_ON, [one for one in people if one.camera_on])

    def subscribe_video(self, user_id: int, *, on: bool) -> None:
        """Message 28: give the slot to a participant, or free it [D-SINGLE].

        Raises:
            Refusal: 44 for the participant who has it already; 4 (a guess, the number is not documented) for
                one who is not in the meeting or whose camera is off.
        """
        if not on:
            self.slot = None if self.slot == user_id else self.slot
            return
        who = self.meeting.participants.get(user_id)
        if who is None or not who.camera_on:
            raise Refusal(StatusCode.INVALID_PAYLOAD, "the user's video is off")
        if self.slot == user_id:
            raise Refusal(StatusCode.DUPLICATE_VIDEO_SUBSCRIPTION, "duplicate video subscription")
        before = self.meeting.participants.get(self.slot or 0)
        self.late = (before, self.rules.faults.late_frames) if before else None
        self.slot = user_id

    # ---- what happens in the meeting ---------------------------------------------------------------------

    async def camera_changed(self, who: Participant) -> None:
        """A camera went on or off; off, the subscription lapses (or rests, if it resumes by itself)."""
        if not who.camera_on and self.slot == who.user_id and not self.rules.open_points.resume_by_itself:
            self.slot = None
        kind = EventType.PARTICIPANT_VIDEO_ON if who.camera_on else EventType.PARTICIPANT_VIDEO_OFF
        await self.tell_event(kind, [who])

    async def pause(self, *, on: bool) -> None:
        """Somebody presses pause, or resume, in Zoom; no picture comes in between."""
        self.paused = on
        stream, session = _PAUSE if on else _RESUME
        await self._tell_session(session)
        await self._tell_stream(stream)

    async def stop(self, reason: StopReason, *, webhook: bool = True) -> None:
        """End the stream for good, with its reason; stopping twice is fine."""
        if self.ended:
            return
        self.session_state = SessionState.STOPPED
        message = {"msg_type": int(MessageType.SESSION_STATE_UPDATE), "stop_reason": int(reason)}
        await self.tell(message | self._session())
        await self._tell_stream(StreamState.TERMINATED, reason)
        if webhook:
            self._announce("rtms_stopped", self._ids() | {"stop_reason": int(reason)})
        await self.aclose()

    async def fail_server(self) -> None:
        """The server dies (case 1 of [D-FAIL]): both sockets break, and a new server is ready."""
        self.generation += 1
        sockets, self.signaling, self.media = (self.media, self.signaling), None, None
        self.slot, self.ready, self.events = None, False, set()
        for socket in sockets:
            if socket is not None:
                socket.abort()

    async def aclose(self) -> None:
        """Close the sockets; closing twice is fine."""
        self._stop_waiting()
        for socket in (self.media, self.signaling):
            if socket is not None:
                await socket.close()

    # ---- telling -----------------------------------------------------------------------------------------

    async def tell(self, message: dict[str, Any]) -> None:
        """Send on the signaling socket, if there is one."""
        if self.signaling is not None:
            await self.signaling.send(message)

    async def tell_event(self, kind: EventType, people: list[Participant] | None = None) -> None:
        """Send message 6, if the app subscribed to it; the first timestamp needs no subscription."""
        if kind is not EventType.FIRST_PACKET_TIMESTAMP and kind not in self.events:
            return
        event: dict[str, Any] = {"event_type": int(kind), "timestamp": now_ms()}
        if kind is EventType.ACTIVE_SPEAKER_CHANGE:
            event |= {"user_id": (people or [])[0].user_id, "user_name": (people or [])[0].name}
        elif people is not None:
            named = kind is EventType.PARTICIPANT_JOIN
            event["participants"] = [
                {"user_id": one.user_id} | ({"user_name": one.name} if named else {}) for one in people
            ]
            if not people:
                return
        await self.tell({"msg_type": int(MessageType.EVENT_UPDATE), "event": event})

    async def _tell_stream(self, state: StreamState, reason: StopReason = StopReason.UNDEFINED) -> None:
        self.state = state
        message = {
            "msg_type": int(MessageType.STREAM_STATE_UPDATE),
            "state": int(state),
            "reason": int(reason),
        }
        await self.tell(message | {"timestamp": now_ms()})

    async def _tell_session(self, state: SessionState) -> None:
        self.session_state = state
        await self.tell(
            {"msg_type": int(MessageType.SESSION_STATE_UPDATE), "stop_reason": 0} | self._session()
        )

    def _session(self) -> dict[str, Any]:
        return {"state": int(self.session_state), "timestamp": now_ms(), "rtms_session_id": self.session_id}

    def _ids(self) -> dict[str, Any]:
        return {"meeting_uuid": self.meeting.uuid, "rtms_stream_id": self.stream_id}
