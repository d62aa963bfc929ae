"""What can go wrong with Zoom, and which verdict it gets.

    ProtocolFault        a message that is not what the protocol says; counted and skipped, never fatal
    HandshakeRefused     RTMS said no to a handshake, with its status
    StreamAddressRefused a server URL that we do not connect to

REST answers become the verdicts of `atdesk_sdk.errors` through `verdict`.
"""

from __future__ import annotations

from atdesk_sdk import AdapterError, CredentialsBad, GiveUp, TryLater

_SCOPES = {
    "im/chat": "the chatbot needs the scope imchat:bot",
    "presence_status": "the server-to-server app needs user:read:presence_status:admin",
    "rtms_app": "the server-to-server app needs meeting:update:participant_rtms_app_status:admin",
    "users": "the server-to-server app needs user:read:user:admin",
}


class ProtocolFault(ValueError):
    """A message that is not what the protocol says. `kind` is what it is counted as."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class HandshakeRefused(Exception):
    """RTMS answered a handshake with a status other than 0 [D-DT]."""

    def __init__(self, where: str, status: int, reason: str) -> None:
        super().__init__(f"Zoom refused the {where} handshake: {status} {reason}".rstrip())
        self.where, self.status, self.reason = where, status, reason


class StreamAddressRefused(Exception):
    """A server URL whose scheme or host is not on the list of the configuration."""


def verdict(what: str, status: int, code: int | None, message: str, retry_after: str | None) -> AdapterError:
    """The error for a REST answer of 400 and above [D-CHATBOT][D-USERS][D-RL].

    Args:
        what: What was asked, such as `POST /im/chat/messages`.
        status: HTTP status.
        code: Zoom's own number in the body, if there was one.
        message: Zoom's text.
        retry_after: The header `Retry-After`, if it came (Zoom does not document that it does).
    """
    said = f"{what}: Zoom answered {status} {code or ''} {message}".rstrip()
    if status == 429:
        return TryLater(said, _seconds(retry_after))
    if status >= 500:
        return TryLater(said)
    if status in (401, 403) and code not in (7003, 7004):
        return CredentialsBad(f"{said}; {_hint(what)}")
    return GiveUp(said)


def _seconds(header: str | None) -> float | None:
    try:
        return max(0.0, float(header)) if header else None
    except ValueError:
        return None


def _hint(what: str) -> str:
    found = (hint for part, hint in _SCOPES.items() if part in what)
    return next(found, "check the client id, the client secret and the scopes")
