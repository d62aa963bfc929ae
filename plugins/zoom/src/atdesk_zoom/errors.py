"""What can go wrong with Zoom, and which verdict it gets.

    ProtocolFault        a message that is not what the protocol says; counted and skipped, never fatal
    NoSuchUser, NotTaken, ReasonsFull   kinds of `GiveUp`, about a state
    UndoWaits            a kind of `TryLater`: the agent is told
    HandshakeRefused     RTMS said no to a handshake, with its status
    StreamAddressRefused a server URL that we do not connect to

REST answers become the verdicts of `atdesk_sdk.errors` through `verdict`.
"""

from __future__ import annotations

from atdesk_sdk import AdapterError, CredentialsBad, GiveUp, TryLater

_SERVER = "the server-to-server app needs the scope"
#: Beginning and end of what was asked for, and what it needs; the first that fits.
_SCOPES = (
    ("", "im/chat", "the chatbot needs the scope imchat:bot"),
    ("GET", "presence_status", f"{_SERVER} user:read:presence_status:admin"),
    ("PUT", "presence_status", f"{_SERVER} user:update:presence_status:admin"),
    ("", "rtms_app", f"{_SERVER} meeting:update:participant_rtms_app_status:admin"),
    ("GET", "system_statuses", f"{_SERVER} contact_center:read:list_system_statues:admin (Zoom's spelling)"),
    ("POST", "system_statuses", f"{_SERVER} contact_center:write:system_status:admin"),
    (
        "PATCH",
        "contact_center/users",
        f"{_SERVER} contact_center:update:user:admin, and its role the privilege to change a user's status",
    ),
    ("GET", "contact_center/users", f"{_SERVER} contact_center:read:user:admin"),
    ("", "users", f"{_SERVER} user:read:user:admin"),
)
#: A scope is missing (Zoom answers 400), or the permission for a presence [D-USERS].
_NOT_ALLOWED = frozenset({4711, 5411})
_NO_SUCH_USER, _NOT_TAKEN, _FULL = 1001, frozenset({300, 301, 5301}), 1105


class ProtocolFault(ValueError):
    """A message that is not what the protocol says. `kind` is what it is counted as."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class NoSuchUser(GiveUp):
    """The account has no such user (1001)."""


class NotTaken(GiveUp):
    """Zoom did not change a state: nobody is signed in, or the change fits no transition (5301, 300)."""


class UndoWaits(TryLater):
    """The way back to Available has to wait: Zoom takes one change of a user's presence a minute."""


class ReasonsFull(GiveUp):
    """The account has as many custom statuses as Zoom allows (1105)."""


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
    refused = status in (401, 403) and code not in (7003, 7004)
    if refused or code in _NOT_ALLOWED or "does not contain scopes" in message:
        return CredentialsBad(f"{said}; {_hint(what)}")
    return _given_up(status, code)(said)


def _given_up(status: int, code: int | None) -> type[GiveUp]:
    if status == 404 and code == _NO_SUCH_USER:
        return NoSuchUser
    if code in _NOT_TAKEN:
        return NotTaken
    return ReasonsFull if code == _FULL else GiveUp


def _seconds(header: str | None) -> float | None:
    try:
        return max(0.0, float(header)) if header else None
    except ValueError:
        return None


def _hint(what: str) -> str:
    found = (hint for method, part, hint in _SCOPES if what.startswith(method) and part in what)
    return next(found, "check the client id, the client secret and the scopes")
