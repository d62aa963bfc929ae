"""The codec: whatever comes, it reads it or says why not; what it writes is as Zoom's pages say."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_sdk import RawRequest
from atdesk_zoom import protocol, webhook
from atdesk_zoom.addresses import stream_address
from atdesk_zoom.errors import ProtocolFault, StreamAddressRefused
from atdesk_zoom.signature import challenge_answer, handshake_signature, webhook_signature

LIMIT = 100_000
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KEYS = [
    "msg_type",
    "event",
    "content",
    "state",
    "reason",
    "stop_reason",
    "status_code",
    "user_id",
    "media_server",
]
#: Objects that look like messages: known types, known keys, anything in them.
ALMOST = st.fixed_dictionaries(
    {"msg_type": st.integers(0, 30)}, optional=dict.fromkeys(KEYS[1:], JSON) | {"timestamp": JSON}
)
EVENTS = st.fixed_dictionaries(
    {
        "msg_type": st.just(6),
        "event": st.fixed_dictionaries(
            {"event_type": st.integers(0, 15)}, optional={"timestamp": JSON, "participants": JSON}
        ),
    }
)
NUMBERS = st.integers(0, 2**32)


def read(body: Any) -> protocol.Message:
    return protocol.read(json.dumps(body), LIMIT)


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_frame_is_read_or_refused(raw: str | bytes) -> None:
    with suppress(ProtocolFault):
        protocol.read(raw, LIMIT)


@given(ALMOST | EVENTS)
def test_any_object_is_read_or_refused(body: dict[str, Any]) -> None:
    with suppress(ProtocolFault):
        read(body)


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b"1" * 5000])
def test_hostile_frames_are_refused(raw: bytes) -> None:
    with pytest.raises(ProtocolFault):
        protocol.read(raw, LIMIT)


@given(NUMBERS, st.text(max_size=30), st.binary(max_size=300), st.integers(0, 2**50), st.booleans())
def test_a_picture_comes_through(user_id: int, name: str, rest: bytes, at_ms: int, as_text: bool) -> None:
    jpeg = b"\xff\xd8" + rest
    content = {
        "user_id": str(user_id) if as_text else user_id,
        "user_name": name,
        "data": base64.b64encode(jpeg).decode(),
        "length": len(jpeg),
        "timestamp": at_ms,
    }
    assert read({"msg_type": 15, "content": content}) == protocol.Picture(user_id, name, jpeg, at_ms)


@given(st.sampled_from([3, 4]), st.lists(st.tuples(NUMBERS, st.text(max_size=10)), max_size=4))
def test_people_come_through(kind: int, people: list[tuple[int, str]]) -> None:
    listed = [{"user_id": number, "user_name": name} for number, name in people]
    message = read({"msg_type": 6, "event": {"event_type": kind, "timestamp": 7, "participants": listed}})
    assert message == protocol.People(kind == 3, tuple(people), 7)


def test_the_stop_reason_has_two_names() -> None:
    assert read({"msg_type": 9, "state": 5, "stop_reason": 6}) == protocol.SessionChanged(5, 6, 0)
    assert read({"msg_type": 9, "state": 5, "reason": "6"}) == protocol.SessionChanged(5, 6, 0)


@pytest.mark.parametrize(
    "content",
    [
        {"user_id": 1, "data": base64.b64encode(b"\xff\xd8abc").decode(), "length": 4},
        {"user_id": 1, "data": base64.b64encode(b"\x89PNG").decode()},
        {"user_id": 1, "data": "A" * (LIMIT * 2)},
        {"user_id": 1, "data": "%%%"},
        {"user_id": "one", "data": ""},
        {"user_id": 1},
        None,
    ],
)
def test_an_unfit_picture_is_refused(content: Any) -> None:
    with pytest.raises(ProtocolFault):
        read({"msg_type": 15, "content": content})


def test_the_handshake_is_signed_as_zooms_client_signs() -> None:
    """The vector was recorded from the vendor's own client."""
    signature = handshake_signature(
        "cid", "csecret", "4444AAAiAAAAAiAiAiiAii==", "609340fb2a7946909659956c8aa9250c"
    )
    assert signature == "0420076ced06fe7e989edda7292c94b05cb82f66f6b1713c511a7e5f1a341a9e"


def test_the_media_request_asks_for_one_persons_jpg_and_never_for_the_speaker() -> None:
    identity = protocol.Identity("cid", "csecret", "uuid", "stream")
    asked = json.loads(identity.media_request(2))
    assert asked["media_params"]["video"] == {
        "content_type": 3,
        "codec": 5,
        "resolution": 1,
        "data_opt": 4,
        "fps": 2,
    }
    assert asked["media_type"] == 2
    assert "csecret" not in repr(identity)


@given(st.dictionaries(st.sampled_from(["timestamp", "sequence"]), st.integers(0, 2**50)))
def test_a_keep_alive_is_echoed(fields: dict[str, int]) -> None:
    asked = read({"msg_type": 12, **fields})
    assert isinstance(asked, protocol.KeepAlive)
    assert json.loads(protocol.keep_alive_answer(asked)) == {"msg_type": 13, **fields}


@given(st.binary(max_size=100))
def test_one_changed_byte_voids_a_webhook(body: bytes) -> None:
    stamp = "1000"
    headers = {
        "x-zm-request-timestamp": stamp,
        "x-zm-signature": webhook_signature("secret", stamp, body),
    }
    request = RawRequest("POST", "/events", headers, {}, body, 1000.0)
    assert webhook.age_s(request, "secret") == request.received_at - 1000
    assert webhook.age_s(request, "other") is None
    changed = RawRequest("POST", "/events", headers, {}, body + b"x", 1000.0)
    assert webhook.age_s(changed, "secret") is None
    assert webhook.age_s(RawRequest("POST", "/", headers, {}, body, 1301.0), "secret") == 301.0
    odd = headers | {"x-zm-signature": "\u00e9"}
    assert webhook.age_s(RawRequest("POST", "/", odd, {}, body, 1000.0), "secret") is None


@given(st.dictionaries(st.sampled_from(["event", "event_ts", "payload"]), JSON))
def test_any_webhook_is_read_or_refused(body: dict[str, Any]) -> None:
    with suppress(ProtocolFault):
        webhook.read_delivery(json.dumps(body).encode())


def test_the_challenge_is_answered_as_zoom_wants() -> None:
    token = "qgg8vlvZRS6UYooatFL8Aw"
    answer = json.loads(webhook.challenge_body(webhook.Challenge(token), "secret"))
    assert answer == {"plainToken": token, "encryptedToken": challenge_answer("secret", token)}
    assert len(answer["encryptedToken"]) == 64


@pytest.mark.parametrize(
    "url",
    [
        "ws://rtms-sjc1.zoom.us/x",
        "wss://zoom.us.evil.example/x",
        "wss://evilzoom.us/x",
        "wss://zoom.us@evil.example/",
        "wss://127.0.0.1/x",
        "https://zoom.us",
        "wss://[::1",
        "",
    ],
)
def test_other_servers_are_refused(url: str) -> None:
    with pytest.raises(StreamAddressRefused):
        stream_address(url, ["zoom.us"], simulated=False)


def test_zooms_servers_are_taken() -> None:
    urls = "srt://rtms-sjc1.zoom.us:9, wss://rtms-sjc1.zoom.us:443/x"
    assert stream_address(urls, ["zoom.us"], simulated=False) == "wss://rtms-sjc1.zoom.us:443/x"


def test_a_simulator_is_on_loopback_only() -> None:
    assert stream_address("ws://127.0.0.1:80/x", ["zoom.us"], simulated=True) == "ws://127.0.0.1:80/x"
    with pytest.raises(StreamAddressRefused):
        stream_address("wss://rtms-sjc1.zoom.us/x", ["zoom.us"], simulated=True)
