"""The two WebSocket doors: signaling and media. Each connection is one coroutine here."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from websockets.asyncio.server import ServerConnection

from atdesk_zoom.simulator.camera import coded_picture, video_message
from atdesk_zoom.simulator.connection import Socket
from atdesk_zoom.simulator.footage import BOXES
from atdesk_zoom.simulator.handshake import Refusal, check_identity, check_media_type, effective_video
from atdesk_zoom.simulator.journal import Journal
from atdesk_zoom.simulator.people import Participant
from atdesk_zoom.simulator.stream import Rules, Stream
from atdesk_zoom.simulator.timing import now_ms
from atdesk_zoom.vocabulary import DataOption, MessageType, Resolution, StatusCode, StopReason

Find = Callable[[str], Stream | None]


class Doors:
    """Takes RTMS connections and leads each to its stream.

    Args:
        rules: Credentials, scopes, timing, switches.
        find: The stream with an id, or None.
        address: The server's URL for a client that came by TLS, or not.
    """

    def __init__(self, rules: Rules, journal: Journal, find: Find, address: Callable[[bool], str]) -> None:
        self._rules, self._journal = rules, journal
        self._find, self._address = find, address

    async def __call__(self, connection: ServerConnection) -> None:
        """Serve one connection until it ends."""
        path = connection.request.path if connection.request else ""
        signaling = path.startswith("/signaling")
        name = "signaling" if signaling else "media"
        socket = Socket(connection, name, self._journal, self._rules.faults)
        first = await socket.first(self._rules.timing.scaled(self._rules.timing.handshake))
        if first is None:
            return
        await (self._signaling(socket, first) if signaling else self._media(socket, first))

    # ---- signaling ---------------------------------------------------------------------------------------

    async def _signaling(self, socket: Socket, first: dict[str, Any]) -> None:
        try:
            stream = self._identified(socket, first, MessageType.SIGNALING_HAND_SHAKE_REQ)
            await stream.take_signaling(socket)
        except Refusal as refusal:
            await _refuse(socket, MessageType.SIGNALING_HAND_SHAKE_RESP, refusal)
            return
        await socket.send(self._signaling_accepted(socket, stream))
        async with _living(socket, stream, self._rules):
            async for message in socket.messages():
                await self._on_signaling(socket, stream, message)

    def _signaling_accepted(self, socket: Socket, stream: Stream) -> dict[str, Any]:
        base = f"{self._address(socket.secure)}/media/{stream.generation}"
        urls = {scope: f"{base}/{scope}" for scope in sorted(self._rules.scopes)}
        if urls:
            urls["all"] = f"{base}/all"
        return _answer(MessageType.SIGNALING_HAND_SHAKE_RESP) | {"media_server": {"server_urls": urls}}

    async def _on_signaling(self, socket: Socket, stream: Stream, message: dict[str, Any]) -> None:
        kind = message.get("msg_type")
        if kind == MessageType.CLIENT_READY_ACK:
            await _ready(socket, stream)
        elif kind == MessageType.EVENT_SUBSCRIPTION:
            await stream.subscribe_events(_wanted_events(message))
        elif kind == MessageType.VIDEO_SUBSCRIPTION_REQ:
            await socket.send(_slot_answer(stream, message))
        elif kind == MessageType.STREAM_STATE_REQ:
            answer = {"msg_type": int(MessageType.STREAM_STATE_RESP), "state": int(stream.state)}
            await socket.send(answer | {"rtms_stream_id": stream.stream_id, "timestamp": now_ms()})
        elif kind == MessageType.SESSION_STATE_REQ:
            answer = {"msg_type": int(MessageType.SESSION_STATE_RESP), "state": int(stream.session_state)}
            await socket.send(answer | {"rtms_session_id": stream.session_id, "timestamp": now_ms()})
        elif kind == MessageType.STREAM_CLOSE_REQ:
            await socket.send(_close_answer(stream))
            await stream.stop(StopReason.RECEIVER_REQUEST_CLOSE)

    # ---- media -------------------------------------------------------------------------------------------

    async def _media(self, socket: Socket, first: dict[str, Any]) -> None:
        try:
            stream = self._identified(socket, first, MessageType.DATA_HAND_SHAKE_REQ)
            check_media_type(first, self._rules.scopes)
            video = effective_video(first)
            await stream.take_media(socket, video)
        except Refusal as refusal:
            await _refuse(socket, MessageType.DATA_HAND_SHAKE_RESP, refusal)
            return
        accepted = _answer(MessageType.DATA_HAND_SHAKE_RESP)
        accepted |= {"payload_encrypted": False, "media_params": {"video": video.as_json()}}
        await socket.send(accepted)
        async with _living(socket, stream, self._rules, _film(socket, stream)):
            async for _ in socket.messages():
                pass  # the media socket takes nothing but keep-alive answers, which Socket has seen

    def _identified(self, socket: Socket, first: dict[str, Any], wanted: MessageType) -> Stream:
        """The stream a handshake is for.

        Raises:
            Refusal: Wrong message, unknown or ended stream, an old server's URL, or a wrong signature.
        """
        if first.get("msg_type") != wanted:
            raise Refusal(StatusCode.INVALID_MESSAGE_TYPE, f"expected msg_type {int(wanted)}")
        stream = self._find(str(first.get("rtms_stream_id")))
        if stream is None or stream.ended or socket.generation != str(stream.generation):
            raise Refusal(StatusCode.INVALID_RTMS_STREAM_ID, "invalid rtms_stream_id")
        check_identity(first, self._rules.credentials, stream.meeting.uuid, stream.stream_id)
        return stream


@contextlib.asynccontextmanager
async def _living(socket: Socket, stream: Stream, rules: Rules, *work: Any) -> AsyncIterator[None]:
    """Keep a connection alive, and its work running, while the body reads; tell the stream when it ends."""
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(item) for item in (socket.keep_alive(rules.timing), *work)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await stream.lost(socket)


async def _film(socket: Socket, stream: Stream) -> None:
    """Send pictures at the agreed fps, as long as somebody has the slot and nothing is paused."""
    pause = 1.0 / stream.video.fps
    box = BOXES[Resolution(stream.video.resolution)]
    loop = asyncio.get_running_loop()
    due, number = loop.time(), 0
    while True:
        due = max(due + pause, loop.time())
        await asyncio.sleep(due - loop.time())
        for who in _on_screen(stream):
            picture = await asyncio.to_thread(coded_picture, who, stream.video.codec, box, number)
            if picture is None:
                continue
            number += 1
            if stream.rules.faults.unknown_messages:
                await socket.send_junk()
            await socket.send(video_message(who, picture, stream.rules.faults, odd=bool(number % 2)))


def _on_screen(stream: Stream) -> list[Participant]:
    """Whose pictures go out now: the slot's, after late ones of the person before."""
    if stream.paused or not stream.ready:
        return []
    shown: list[Participant] = []
    if stream.late is not None:
        before, left = stream.late
        stream.late = (before, left - 1) if left > 1 else None
        shown += [before] if left > 0 else []
    individual = stream.video.data_opt == DataOption.VIDEO_SINGLE_INDIVIDUAL_STREAM
    number = stream.slot if individual else stream.meeting.active_speaker
    who = stream.meeting.participants.get(number or 0)
    return shown + ([who] if who is not None and who.camera_on else [])


async def _ready(socket: Socket, stream: Stream) -> None:
    """Message 7 has no answer of its own; a refusal (41) is told in message 2, which is a guess."""
    try:
        await stream.client_ready()
    except Refusal as refusal:
        await socket.send(_answer(MessageType.SIGNALING_HAND_SHAKE_RESP, refusal.status, refusal.reason))


def _wanted_events(message: dict[str, Any]) -> dict[int, bool]:
    events = message.get("events")
    asked = events if isinstance(events, list) else []
    return {
        int(item["event_type"]): bool(item.get("subscribe", True))
        for item in asked
        if isinstance(item, dict) and isinstance(item.get("event_type"), int)
    }


def _slot_answer(stream: Stream, message: dict[str, Any]) -> dict[str, Any]:
    """Message 29 [D-SINGLE]."""
    status, reason = StatusCode.OK, "OK"
    try:
        user_id = int(message.get("user_id", 0))
        stream.subscribe_video(user_id, on=bool(message.get("subscribe")))
    except (TypeError, ValueError):
        user_id, status, reason = 0, StatusCode.INVALID_PAYLOAD, "user_id is no number"
    except Refusal as refusal:
        status, reason = refusal.status, refusal.reason
    answer = {"msg_type": int(MessageType.VIDEO_SUBSCRIPTION_RESP), "user_id": user_id, "timestamp": now_ms()}
    return answer | {"status_code": int(status), "reason": reason}


def _close_answer(stream: Stream) -> dict[str, Any]:
    answer = {"msg_type": int(MessageType.STREAM_CLOSE_RESP), "rtms_stream_id": stream.stream_id}
    return answer | {"status_code": 0, "reason": "OK", "timestamp": now_ms()}


def _answer(kind: MessageType, status: StatusCode = StatusCode.OK, reason: str = "") -> dict[str, Any]:
    """Messages 2 and 4: `protocol_version` and `sequence` as the docs show, though nobody needs them."""
    return {
        "msg_type": int(kind),
        "protocol_version": 1,
        "sequence": 0,
        "status_code": int(status),
        "reason": reason,
    }


async def _refuse(socket: Socket, kind: MessageType, refusal: Refusal) -> None:
    await socket.send(_answer(kind, refusal.status, refusal.reason))
    await socket.close()
