"""What people do in a meeting, and what Zoom tells the apps about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from atdesk_zoom.simulator.footage import BOXES, as_footage
from atdesk_zoom.simulator.people import Meeting, Participant, Person
from atdesk_zoom.simulator.presence import Presences
from atdesk_zoom.simulator.stream import Rules, Stream
from atdesk_zoom.simulator.webhooks import WebhookSender
from atdesk_zoom.vocabulary import EventType, Resolution, StopReason


class Room:
    """One meeting and the RTMS streams on it.

    Every method that takes a `user_id` raises `KeyError` when nobody in the meeting has that number.
    """

    def __init__(
        self,
        meeting: Meeting,
        people: Mapping[str, Person],
        rules: Rules,
        webhooks: WebhookSender,
        address: Callable[[], str],
        presences: Presences,
    ) -> None:
        self.meeting, self._people, self._presences = meeting, people, presences
        self._rules, self._webhooks, self._address = rules, webhooks, address
        self.streams: dict[str, Stream] = {}

    @property
    def stream(self) -> Stream:
        """The newest stream.

        Raises:
            LookupError: No stream was started yet.
        """
        if not self.streams:
            raise LookupError("no stream was started in this meeting")
        return list(self.streams.values())[-1]

    # ---- people ------------------------------------------------------------------------------------------

    async def join(
        self, name: str, footage: object, *, person_id: str | None = None, camera_on: bool = True
    ) -> Participant:
        """Somebody enters; `footage` is a path, a list of JPEGs or a function of seconds."""
        who = Participant(self.meeting.new_user_id(), name, as_footage(footage), person_id, camera_on)
        await self._enter(who)
        return who

    async def leave(self, user_id: int) -> Participant:
        """Somebody leaves the meeting."""
        who = self.meeting.participants.pop(user_id)
        self._tell_webhook("meeting.participant_left", who)
        self._presences.in_meeting(who.person_id, entered=False)
        for stream in self._live():
            stream.slot = None if stream.slot == user_id else stream.slot
            await stream.tell_event(EventType.PARTICIPANT_LEAVE, [who])
        return who

    async def rejoin(self, user_id: int) -> Participant:
        """The same person leaves and enters again, under a new in-meeting number."""
        who = await self.leave(user_id)
        who.user_id = self.meeting.new_user_id()
        await self._enter(who)
        return who

    def rename(self, user_id: int, name: str) -> None:
        """Somebody edits their display name; Zoom sends no event, the next picture bears the new one."""
        self.meeting.participants[user_id].name = name

    async def camera(self, user_id: int, *, on: bool) -> None:
        """Somebody turns the camera on or off."""
        who = self.meeting.participants[user_id]
        if who.camera_on != on:
            who.camera_on = on
            for stream in self._live():
                await stream.camera_changed(who)

    async def freeze(self, user_id: int, *, on: bool) -> None:
        """The camera repeats its present picture, or plays on."""
        who = self.meeting.participants[user_id]
        who.frozen = await asyncio.to_thread(who.picture, BOXES[Resolution.SD]) if on else None

    def play(self, user_id: int, footage: object) -> None:
        """The camera shows other footage, from its beginning."""
        self.meeting.participants[user_id].play(as_footage(footage))

    async def speak(self, user_id: int) -> None:
        """Somebody becomes the active speaker."""
        who = self.meeting.participants[user_id]
        self.meeting.active_speaker = user_id
        for stream in self._live():
            await stream.tell_event(EventType.ACTIVE_SPEAKER_CHANGE, [who])

    # ---- streams -----------------------------------------------------------------------------------------

    def start_stream(self, operator_id: str | None = None) -> Stream:
        """RTMS starts: a new stream, and the webhook `meeting.rtms_started`."""
        stream = Stream(self.meeting, operator_id or self.meeting.host_id, self._rules, self._announce)
        self.streams[stream.stream_id] = stream
        self.announce_started(stream)
        return stream

    def announce_started(self, stream: Stream) -> None:
        """Send `meeting.rtms_started` with the newest server's URL."""
        self._announce(
            "rtms_started",
            {
                "meeting_uuid": self.meeting.uuid,
                "meeting_id": self.meeting.number,
                "account_id": self._rules.credentials.account_id,
                "operator_id": stream.operator_id,
                "rtms_stream_id": stream.stream_id,
                "is_original_host": stream.operator_id == self.meeting.host_id,
                "server_urls": self.server_url(stream),
            },
        )

    def server_url(self, stream: Stream) -> str:
        """The signaling URL of a stream's newest server."""
        return f"{self._address()}/signaling/{stream.generation}"

    async def fail_server(self) -> None:
        """Case 1 of [D-FAIL]: the server dies, `meeting.rtms_started` comes again for the same stream."""
        await self.stream.fail_server()
        self.announce_started(self.stream)

    def drop_signaling(self) -> None:
        """Case 2: the signaling socket breaks."""
        if self.stream.signaling is not None:
            self.stream.signaling.abort()

    def drop_media(self) -> None:
        """Case 3: the media socket breaks."""
        if self.stream.media is not None:
            self.stream.media.abort()

    async def end(self) -> None:
        """The meeting ends for everybody."""
        for stream in self._live():
            await stream.stop(StopReason.MEETING_ENDED)
        for who in self.meeting.participants.values():
            self._presences.in_meeting(who.person_id, entered=False)
        payload = {"id": self.meeting.number, "uuid": self.meeting.uuid, "host_id": self.meeting.host_id}
        self._webhooks.post("meeting.ended", {"object": payload | {"topic": self.meeting.topic}})

    async def aclose(self) -> None:
        """Close every socket."""
        for stream in self.streams.values():
            await stream.aclose()

    # ---- telling -----------------------------------------------------------------------------------------

    async def _enter(self, who: Participant) -> None:
        self.meeting.participants[who.user_id] = who
        self._tell_webhook("meeting.participant_joined", who)
        self._presences.in_meeting(who.person_id, entered=True)
        for stream in self._live():
            await stream.tell_event(EventType.PARTICIPANT_JOIN, [who])
            if who.camera_on:
                await stream.tell_event(EventType.PARTICIPANT_VIDEO_ON, [who])

    def tell_all_joined(self) -> None:
        """Send `meeting.participant_joined` for everybody who is there (as if they came in just now)."""
        for who in self.meeting.participants.values():
            self._tell_webhook("meeting.participant_joined", who)

    def _tell_webhook(self, event: str, who: Participant) -> None:
        person = self._people.get(who.person_id or "")
        shift = 0 if self._rules.open_points.user_ids_match else 7
        participant = {
            "user_id": str(who.user_id + shift),
            "user_name": who.name,
            "id": who.person_id or "",
            "participant_user_id": who.person_id or "",
            "email": person.email if person else "",
        }
        meeting = {"id": self.meeting.number, "uuid": self.meeting.uuid, "host_id": self.meeting.host_id}
        object_ = meeting | {"topic": self.meeting.topic, "participant": participant}
        self._webhooks.post(event, {"account_id": self._rules.credentials.account_id, "object": object_})

    def _announce(self, event: str, payload: Mapping[str, Any]) -> None:
        nested = self._rules.faults.nested_payload
        self._webhooks.post(f"meeting.{event}", {"object": dict(payload)} if nested else payload)

    def _live(self) -> list[Stream]:
        return [stream for stream in self.streams.values() if not stream.ended]
