"""RTMS V1 in JSON: bytes in, messages out, and back. Pure.

Zoom's samples, its pages and its own client differ in small things; what is read here is read leniently
(numbers that come as text, keys that come under either name), what is written is as the pages say.
Provenance tags such as [D-EV] are explained in the reference of the platform.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from atdesk_zoom.errors import ProtocolFault
from atdesk_zoom.signature import handshake_signature
from atdesk_zoom.vocabulary import (
    Codec,
    ContentType,
    DataOption,
    EventType,
    MediaType,
    MessageType,
    Resolution,
)

_JPEG_START = b"\xff\xd8"
#: The events an adapter wants: who is there, and whose camera is on. 1 and 7 come by themselves [D-DT].
WANTED_EVENTS = (
    EventType.PARTICIPANT_JOIN,
    EventType.PARTICIPANT_LEAVE,
    EventType.PARTICIPANT_VIDEO_ON,
    EventType.PARTICIPANT_VIDEO_OFF,
)


@dataclass(frozen=True, slots=True)
class HandshakeAnswer:
    """Messages 2 and 4. `urls` are the media servers by media type (message 2 alone) [D-EV]."""

    status: int
    reason: str
    urls: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class People:
    """Message 6, events 3 and 4: people came or left; a name is known on coming only [D-EV]."""

    joined: bool
    people: tuple[tuple[int, str], ...]
    at_ms: int


@dataclass(frozen=True, slots=True)
class Cameras:
    """Message 6, events 8 and 9 [D-EV]."""

    on: bool
    user_ids: tuple[int, ...]
    at_ms: int


@dataclass(frozen=True, slots=True)
class MediaInterrupted:
    """Message 6, event 7: the media connection is broken [D-FAIL]."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class StreamChanged:
    """Message 8 (or 20): state of the stream, and why [D-DT]."""

    state: int
    reason: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class SessionChanged:
    """Message 9 (or 11): state of the session; the samples say `stop_reason`, the table `reason` [D-WS]."""

    state: int
    reason: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """Message 12. `fields` is what the answer has to echo: whichever of the two came."""

    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """Message 15: one whole JPEG of one participant.

    Attributes:
        user_id: Whose.
        name: Display name at this moment; free text, proves nothing.
        jpeg: The picture.
        at_ms: When the server made it, unix milliseconds.
    """

    user_id: int
    name: str
    jpeg: bytes
    at_ms: int


@dataclass(frozen=True, slots=True)
class SlotAnswer:
    """Message 29: whether the participant has the slot now [D-SINGLE]."""

    user_id: int
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message type or event that nothing is done with; `kind` is what it is counted as."""

    kind: str


Message = (
    HandshakeAnswer
    | People
    | Cameras
    | MediaInterrupted
    | StreamChanged
    | SessionChanged
    | KeepAlive
    | Picture
    | SlotAnswer
    | Unknown
)


# ---- reading ---------------------------------------------------------------------------------------------


def read(raw: str | bytes, max_picture_bytes: int) -> Message:
    """Read one WebSocket frame, text or binary.

    Args:
        raw: As it came.
        max_picture_bytes: Larger pictures are refused before they are decoded.

    Raises:
        ProtocolFault: It is no JSON object, a field lacks or has another type, or a picture is unfit. The
            fault's `kind` names which; the connection is none the worse for it.
    """
    body = read_object(raw)
    reader = _READERS.get(_number(body, "msg_type"))
    if reader is None:
        return Unknown(f"msg_type_{body.get('msg_type')}"[:40])
    if reader is _picture:
        return _picture(body, max_picture_bytes)
    return reader(body)


def read_object(raw: str | bytes) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ProtocolFault: It is something else.
    """
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise ProtocolFault("no_json", "a message is no JSON") from None
    if not isinstance(body, dict):
        raise ProtocolFault("no_object", "a message is no JSON object")
    return body


def _handshake(body: Mapping[str, Any]) -> HandshakeAnswer:
    server = body.get("media_server")
    urls = server.get("server_urls") if isinstance(server, dict) else None
    known = (
        {str(key): value for key, value in urls.items() if isinstance(value, str)}
        if isinstance(urls, dict)
        else {}
    )
    return HandshakeAnswer(_number(body, "status_code"), _text(body, "reason"), known)


def _event(body: Mapping[str, Any]) -> Message:
    event = body.get("event")
    if not isinstance(event, dict):
        raise ProtocolFault("event", "message 6 has no event")
    kind, at_ms = _number(event, "event_type"), _stamp(event)
    if kind in (EventType.PARTICIPANT_JOIN, EventType.PARTICIPANT_LEAVE):
        people = tuple((_number(one, "user_id"), _text(one, "user_name")) for one in _participants(event))
        return People(kind == EventType.PARTICIPANT_JOIN, people, at_ms)
    if kind in (EventType.PARTICIPANT_VIDEO_ON, EventType.PARTICIPANT_VIDEO_OFF):
        user_ids = tuple(_number(one, "user_id") for one in _participants(event))
        return Cameras(kind == EventType.PARTICIPANT_VIDEO_ON, user_ids, at_ms)
    if kind == EventType.MEDIA_CONNECTION_INTERRUPTED:
        return MediaInterrupted(at_ms)
    return Unknown(f"event_type_{kind}")


def _participants(event: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = event.get("participants")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise ProtocolFault("participants", "an event has no list of participants")
    return listed


def _stream(body: Mapping[str, Any]) -> StreamChanged:
    return StreamChanged(_number(body, "state"), _reason(body), _stamp(body))


def _session(body: Mapping[str, Any]) -> SessionChanged:
    return SessionChanged(_number(body, "state"), _reason(body), _stamp(body))


def _reason(body: Mapping[str, Any]) -> int:
    key = "stop_reason" if body.get("stop_reason") is not None else "reason"
    return _number(body, key) if body.get(key) not in (None, "") else 0


def _keep_alive(body: Mapping[str, Any]) -> KeepAlive:
    return KeepAlive({key: body[key] for key in ("timestamp", "sequence") if key in body})


def _slot(body: Mapping[str, Any]) -> SlotAnswer:
    return SlotAnswer(_number(body, "user_id"), _number(body, "status_code"), _text(body, "reason"))


def _picture(body: Mapping[str, Any], max_bytes: int) -> Picture:
    content = body.get("content")
    if not isinstance(content, dict) or not isinstance(content.get("data"), str):
        raise ProtocolFault("picture", "message 15 has no data")
    user_id, data = _number(content, "user_id"), content["data"]
    if len(data) // 4 * 3 > max_bytes + 2:
        raise ProtocolFault("picture_too_large", f"a picture has more than {max_bytes} bytes")
    jpeg = _decoded(data)
    if not jpeg.startswith(_JPEG_START):
        raise ProtocolFault("picture_no_jpeg", "JPG was agreed, and something else came")
    length = content.get("length")
    if length is not None and _number(content, "length") != len(jpeg):
        raise ProtocolFault("picture_length", "a picture has not the length it says")
    return Picture(user_id, _text(content, "user_name"), jpeg, _stamp(content))


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise ProtocolFault("picture_no_base64", "the data of a picture is no base64") from None


def _number(body: Mapping[str, Any], key: str) -> int:
    """A whole number of at most 64 bits, also as text, as some of Zoom's samples print ids [D-EV]."""
    value = body.get(key)
    if isinstance(value, str) and len(value) <= 20 and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**64:
        raise ProtocolFault(key, f"{key} is no whole number")
    return value


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value[:256] if isinstance(value, str) else ""


def _stamp(body: Mapping[str, Any]) -> int:
    return _number(body, "timestamp") if body.get("timestamp") is not None else 0


_READERS: dict[int, Callable[..., Message]] = {
    MessageType.SIGNALING_HAND_SHAKE_RESP: _handshake,
    MessageType.DATA_HAND_SHAKE_RESP: _handshake,
    MessageType.EVENT_UPDATE: _event,
    MessageType.STREAM_STATE_UPDATE: _stream,
    MessageType.STREAM_STATE_RESP: _stream,
    MessageType.SESSION_STATE_UPDATE: _session,
    MessageType.SESSION_STATE_RESP: _session,
    MessageType.KEEP_ALIVE_REQ: _keep_alive,
    MessageType.MEDIA_DATA_VIDEO: _picture,
    MessageType.VIDEO_SUBSCRIPTION_RESP: _slot,
}


# ---- writing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Identity:
    """What both handshakes name and sign [D-EV]."""

    client_id: str
    client_secret: str = field(repr=False)
    meeting_uuid: str
    stream_id: str

    def _signed(self) -> dict[str, Any]:
        signature = handshake_signature(self.client_id, self.client_secret, self.meeting_uuid, self.stream_id)
        ids = {"meeting_uuid": self.meeting_uuid, "rtms_stream_id": self.stream_id}
        return {"protocol_version": 1, **ids, "signature": signature}

    def signaling_request(self) -> str:
        """Message 1. `buffer_data` concerns audio alone and is declined."""
        kind = int(MessageType.SIGNALING_HAND_SHAKE_REQ)
        return _dump({"msg_type": kind, "sequence": 1, **self._signed(), "buffer_data": False})

    def media_request(self, fps: int) -> str:
        """Message 3: JPG pictures of one chosen participant, small, and never of whoever speaks.

        Args:
            fps: 1 to 5; JPG goes no faster [D-MEDIA].
        """
        video = {
            "content_type": int(ContentType.RAW_VIDEO),
            "codec": int(Codec.JPG),
            "resolution": int(Resolution.SD),
            "data_opt": int(DataOption.VIDEO_SINGLE_INDIVIDUAL_STREAM),
            "fps": fps,
        }
        request = {"msg_type": int(MessageType.DATA_HAND_SHAKE_REQ), "sequence": 0, **self._signed()}
        wanted = {"media_type": int(MediaType.VIDEO), "payload_encryption": False}
        return _dump(request | wanted | {"media_params": {"video": video}})

    def ready(self) -> str:
        """Message 7."""
        return _dump({"msg_type": int(MessageType.CLIENT_READY_ACK), "rtms_stream_id": self.stream_id})

    def close_request(self) -> str:
        """Message 21."""
        return _dump({"msg_type": int(MessageType.STREAM_CLOSE_REQ), "rtms_stream_id": self.stream_id})


def subscribe_events() -> str:
    """Message 5 for `WANTED_EVENTS`."""
    events = [{"event_type": int(kind), "subscribe": True} for kind in WANTED_EVENTS]
    return _dump({"msg_type": int(MessageType.EVENT_SUBSCRIPTION), "events": events})


def subscribe_video(user_id: int, *, on: bool, at_ms: int) -> str:
    """Message 28: give the stream's slot to a participant, or free it [D-SINGLE]."""
    kind = int(MessageType.VIDEO_SUBSCRIPTION_REQ)
    return _dump({"msg_type": kind, "user_id": user_id, "subscribe": on, "timestamp": at_ms})


def keep_alive_answer(asked: KeepAlive) -> str:
    """Message 13 with whichever of `timestamp` and `sequence` came [D-EV]."""
    return _dump({"msg_type": int(MessageType.KEEP_ALIVE_RESP), **asked.fields})


def _dump(message: Mapping[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"))
