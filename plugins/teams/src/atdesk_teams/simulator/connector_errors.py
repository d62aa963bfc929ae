"""How the Bot Connector refuses, in its own words."""

from __future__ import annotations

import json
from typing import Any

_BLOCKED_CODE = 209


class Refused(Exception):
    """An answer other than success.

    Attributes:
        status: Of HTTP.
        body: In the shape Teams uses for it.
        retry_after: Seconds to wait, where Teams says so.
    """

    def __init__(self, status: int, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status, self.retry_after = status, retry_after
        self.body: dict[str, Any] = {"error": {"code": code, "message": message}}


def malformed(message: str) -> Refused:
    """The request is not as the Connector wants it."""
    return Refused(400, "BadSyntax", message)


def no_conversation() -> Refused:
    """There is no such conversation, or it is no more."""
    return Refused(404, "ConversationNotFound", "Conversation not found.")


def no_activity() -> Refused:
    """There is no such message there."""
    return Refused(404, "ActivityNotFoundInConversation", "The activity was not found in the conversation.")


def not_in_roster() -> Refused:
    """The bot is not in the team."""
    return Refused(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")


def not_installed() -> Refused:
    """The person has not got the app."""
    return Refused(
        403, "ForbiddenOperationException", "The bot is not installed in the user's personal scope."
    )


def too_fast(wait_s: float | None) -> Refused:
    """The bot goes faster than it may.

    Args:
        wait_s: What `Retry-After` is to say; None leaves it out.
    """
    return Refused(429, "Throttled", "Too many requests.", wait_s)


def blocked() -> Refused:
    """A person blocked, muted or uninstalled the bot: the one answer in another shape."""
    text = "Thread is blocked from message writes."
    refused = Refused(403, "MessageWritesBlocked", text)
    details = {
        "subCode": "MessageWritesBlocked",
        "details": text,
        "errorCode": None,
        "errorSubCode": None,
    }
    refused.body = {"errorCode": _BLOCKED_CODE, "message": json.dumps(details, indent=2)}
    return refused
