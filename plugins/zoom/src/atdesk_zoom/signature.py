"""The three signatures of Zoom: webhook, URL challenge, RTMS handshake. All are HMAC-SHA256, hexadecimal."""

from __future__ import annotations

import hashlib
import hmac


def webhook_signature(secret_token: str, timestamp: str, body: bytes) -> str:
    """What `x-zm-signature` must say for these raw bytes [D-WH].

    Args:
        secret_token: The app's webhook secret token.
        timestamp: `x-zm-request-timestamp` as it came, unix seconds.
        body: The request body before any decoding.
    """
    return "v0=" + _hmac(secret_token, b"v0:" + timestamp.encode() + b":" + body)


def challenge_answer(secret_token: str, plain_token: str) -> str:
    """`encryptedToken` for an `endpoint.url_validation` request [D-WH]."""
    return _hmac(secret_token, plain_token.encode())


def handshake_signature(client_id: str, client_secret: str, meeting_uuid: str, stream_id: str) -> str:
    """`signature` of messages 1 and 3; the meeting UUID goes in raw, with its `/`, `+` and `=` [D-EV]."""
    return _hmac(client_secret, f"{client_id},{meeting_uuid},{stream_id}".encode())


def same(expected: str, given: str) -> bool:
    """Compare two signatures in constant time."""
    return hmac.compare_digest(expected.encode(), given.encode())


def _hmac(key: str, message: bytes) -> str:
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
