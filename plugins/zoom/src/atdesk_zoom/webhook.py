"""Zoom's webhooks and the chatbot's events: raw request in, meaning out. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from atdesk_sdk import RawRequest, Route
from atdesk_zoom.errors import ProtocolFault
from atdesk_zoom.protocol import read_object
from atdesk_zoom.signature import challenge_answer, same, webhook_signature
from atdesk_zoom.state_events import READERS as _STATE_READERS
from atdesk_zoom.state_events import StateNews

#: A request signed longer ago, or further ahead, than this is refused. The limit is ours, Zoom gives none.
STALE_S = 300.0
EVENTS = Route("POST", "/events")
BOT = Route("POST", "/bot")
SERVER = Route("POST", "/server")


def signed_with(path: str) -> str:
    """Name of the secret token that what comes to a path is signed with."""
    if path.endswith(SERVER.path):
        return "server_events"
    return "bot" if path.endswith(BOT.path) else "events"


@dataclass(frozen=True, slots=True)
class StreamStarted:
    """`meeting.rtms_started`; comes again for a known stream when its server failed [D-FAIL].

    Attributes:
        operator_id: The Zoom user who triggered it; empty when missing.
        meeting_id: The number people type; empty before 2026-05.
    """

    meeting_uuid: str
    stream_id: str
    server_urls: str
    operator_id: str
    meeting_id: str


@dataclass(frozen=True, slots=True)
class StreamStopped:
    """`meeting.rtms_stopped` with its reason (`vocabulary.StopReason`)."""

    meeting_uuid: str
    stream_id: str
    reason: int


@dataclass(frozen=True, slots=True)
class StreamInterrupted:
    """`meeting.rtms_interrupted`: the signaling connection broke; come back within 60 s [D-FAIL]."""

    meeting_uuid: str
    stream_id: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """`meeting.participant_joined` or `_left`.

    Attributes:
        user_id: The in-meeting number.
        person_id: The Zoom user's id; empty for a guest.
        email: Empty for people outside the account.
    """

    joined: bool
    meeting_uuid: str
    meeting_id: str
    user_id: int
    name: str
    person_id: str
    email: str


@dataclass(frozen=True, slots=True)
class MeetingEnded:
    """`meeting.ended`."""

    meeting_uuid: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """`interactive_message_actions`: somebody pressed a button of a card [D-CHATBOT-EV]."""

    value: str
    person_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """`endpoint.url_validation` [D-WH]."""

    plain_token: str


@dataclass(frozen=True, slots=True)
class Other:
    """An event that nothing is done with."""

    name: str


Meaning = (
    StreamStarted
    | StreamStopped
    | StreamInterrupted
    | Attendance
    | MeetingEnded
    | Pressed
    | Challenge
    | StateNews
    | Other
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One genuine webhook.

    Attributes:
        meaning: What it says.
        key: The same for each retry of one delivery.
        at_s: `event_ts` in seconds since the epoch, Zoom's clock; 0 when missing.
    """

    meaning: Meaning
    key: str
    at_s: float


def age_s(request: RawRequest, secret_token: str) -> float | None:
    """How long ago, by Zoom's clock, Zoom signed these very bytes; None when it did not [D-WH]."""
    stamp = request.headers.get("x-zm-request-timestamp", "")
    given = request.headers.get("x-zm-signature", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return None
    genuine = same(webhook_signature(secret_token, stamp, request.body), given)
    return request.received_at - int(stamp) if genuine else None


def clock_message(age_s: float) -> str:
    """What to say of a genuine webhook that is too old, or from the future."""
    when = "old" if age_s > 0 else "ahead"
    return (
        f"a webhook that Zoom signed is {abs(age_s):.0f} s {when}, and was refused: "
        "set this machine's clock (or somebody sends old webhooks again)"
    )


def read_delivery(body: bytes) -> Delivery:
    """Read the body of a genuine request.

    Raises:
        ProtocolFault: It is no JSON object, or lacks a field that its event must have.
    """
    whole = read_object(body)
    event, payload = whole.get("event"), whole.get("payload")
    if not isinstance(event, str) or not isinstance(payload, dict):
        raise ProtocolFault("webhook", "a webhook has no event or no payload")
    stamp = whole.get("event_ts")
    at_s = stamp / 1000 if isinstance(stamp, int) and not isinstance(stamp, bool) else 0.0
    return Delivery(_meaning(event, payload), _key(event, stamp, payload), at_s)


def challenge_body(challenge: Challenge, secret_token: str) -> bytes:
    """The answer to a URL check [D-WH]."""
    token = challenge.plain_token
    return json.dumps({"plainToken": token, "encryptedToken": challenge_answer(secret_token, token)}).encode()


def _key(event: str, stamp: object, payload: Mapping[str, Any]) -> str:
    canonical = json.dumps([event, stamp, payload], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _meaning(event: str, payload: Mapping[str, Any]) -> Meaning:
    reader = _READERS.get(event.removeprefix("meeting.").removeprefix("webinar."))
    return reader(payload) if reader is not None else Other(event[:60])


def _started(payload: Mapping[str, Any]) -> StreamStarted:
    return StreamStarted(
        meeting_uuid=_need(payload, "meeting_uuid"),
        stream_id=_need(payload, "rtms_stream_id"),
        server_urls=_need(payload, "server_urls"),
        operator_id=str(_flat(payload, "operator_id") or ""),
        meeting_id=str(_flat(payload, "meeting_id") or ""),
    )


def _stopped(payload: Mapping[str, Any]) -> StreamStopped:
    reason = str(_flat(payload, "stop_reason"))
    number = int(reason) if reason.isascii() and reason.isdigit() and len(reason) <= 4 else 0
    return StreamStopped(_need(payload, "meeting_uuid"), _need(payload, "rtms_stream_id"), number)


def _interrupted(payload: Mapping[str, Any]) -> StreamInterrupted:
    return StreamInterrupted(_need(payload, "meeting_uuid"), _need(payload, "rtms_stream_id"))


def _ended(payload: Mapping[str, Any]) -> MeetingEnded:
    return MeetingEnded(_need(payload, "uuid"))


def _pressed(payload: Mapping[str, Any]) -> Pressed:
    message_id = str(payload.get("messageId", ""))
    return Pressed(_need(payload.get("actionItem"), "value"), _need(payload, "userId"), message_id)


def _challenge(payload: Mapping[str, Any]) -> Challenge:
    return Challenge(_need(payload, "plainToken"))


def _joined(payload: Mapping[str, Any]) -> Attendance:
    return _attendance(payload, joined=True)


def _left(payload: Mapping[str, Any]) -> Attendance:
    return _attendance(payload, joined=False)


def _attendance(payload: Mapping[str, Any], *, joined: bool) -> Attendance:
    meeting = payload.get("object")
    who = meeting.get("participant") if isinstance(meeting, dict) else None
    if not isinstance(meeting, dict) or not isinstance(who, dict):
        raise ProtocolFault("webhook", "a participant event has no participant")
    number = str(who.get("user_id", ""))
    if not (number.isascii() and number.isdigit() and len(number) <= 20):
        raise ProtocolFault("webhook", "a participant event has no user_id")
    return Attendance(
        joined=joined,
        meeting_uuid=_need(payload, "uuid"),
        meeting_id=str(meeting.get("id", "")),
        user_id=int(number),
        name=str(who.get("user_name", ""))[:256],
        person_id=str(who.get("id") or who.get("participant_user_id") or ""),
        email=str(who.get("email") or ""),
    )


def _flat(payload: Mapping[str, Any], key: str) -> Any:
    """A field of the payload; one of Zoom's texts shows it one level deeper, under `object`."""
    inner = payload.get("object")
    if isinstance(inner, dict) and inner.get(key) is not None:
        return inner[key]
    return payload.get(key)


def _need(payload: object, key: str) -> str:
    value = _flat(payload, key) if isinstance(payload, Mapping) else None
    if not isinstance(value, str) or not value:
        raise ProtocolFault("webhook", f"a webhook has no {key}")
    return value


_READERS: dict[str, Callable[[Mapping[str, Any]], Meaning]] = {
    "rtms_started": _started,
    "rtms_stopped": _stopped,
    "rtms_interrupted": _interrupted,
    "participant_joined": _joined,
    "participant_left": _left,
    "ended": _ended,
    "interactive_message_actions": _pressed,
    "endpoint.url_validation": _challenge,
    **_STATE_READERS,
}
