"""What a refusal of the Bot Connector or of a Workflows webhook means: one verdict of the sdk each. Pure."""

from __future__ import annotations

import json
from typing import Any, Final

from atdesk_sdk.errors import AdapterError, CredentialsBad, GiveUp, OutcomeUnknown, TryLater
from atdesk_teams.errors import retry_seconds

#: "Not now", in Microsoft's words: retry with jitter.
_LATER: Final = frozenset({408, 412, 425, 429, 502, 503, 504})
_DOWN: Final = frozenset({502, 503, 504})


class OutOfReach(TryLater):
    """The Bot Connector cannot be reached, or says that it cannot serve anybody."""


class NotThere(GiveUp):
    """404: the conversation or the message is not there, or not any more."""


class NotInstalled(GiveUp):
    """403: the app is not installed there, or the person blocked it."""


def bot_verdict(what: str, status: int, body: bytes, retry_after: str | None, *, posts: bool) -> AdapterError:
    """The error for an answer that is no success.

    Args:
        what: What we were doing, such as "post a card".
        status: HTTP status.
        body: The answer; only Microsoft's own codes are read from it.
        retry_after: The header, as it came.
        posts: Whether repeating it could make a second message.
    """
    code = refusal_code(body)
    said = f"{what}: the Bot Connector answered {status} {code}".rstrip()
    if status in _LATER:
        kind = OutOfReach if status in _DOWN else TryLater
        return kind(said, retry_seconds(retry_after))
    if status >= 500:
        return OutcomeUnknown(said) if posts else TryLater(said, retry_seconds(retry_after))
    return _refusal(status, code, said)


def _refusal(status: int, code: str, said: str) -> AdapterError:
    if status == 401:
        return CredentialsBad(f"{said}: it refuses the bot's token; check bot_id, bot_secret and bot_tenant")
    if status == 403:
        return NotInstalled(f"{said}: {_way_out(code)}")
    if status == 404:
        return NotThere(said)
    return GiveUp(f"{said}: the message is too large for Teams" if status == 413 else said)


def refusal_code(body: bytes) -> str:
    """Microsoft's code in a refusal, which comes in two shapes; empty when there is none."""
    whole = _object(body)
    inner = whole.get("error")
    if isinstance(inner, dict):
        return _short(inner.get("code"))
    message = whole.get("message")
    told = _object(message.encode()) if isinstance(message, str) else {}
    return _short(told.get("subCode") or whole.get("errorCode"))


def _way_out(code: str) -> str:
    if code == "MessageWritesBlocked":
        return "the person has blocked, muted or uninstalled the app; they allow it again in Teams"
    if code == "ForbiddenOperationException":
        return (
            "the app is not installed for this person; install it by a setup policy of the Teams admin centre"
        )
    return "the app is not in this team; add it there"


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _short(value: object) -> str:
    return str(value)[:60] if isinstance(value, str | int) and not isinstance(value, bool) else ""
