"""Chatbot cards: what leads read, and what a pressed button means. Pure. For agents: `notices`."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from atdesk_sdk import DismissReason, FlagStatus, FlagView, LeadAction
from atdesk_zoom.errors import ProtocolFault

_LABELS = {
    DismissReason.AGREED_BREAK: "Agreed break",
    DismissReason.WORKING: "Was working",
    DismissReason.TECHNICAL: "Technical",
    DismissReason.WRONG: "Wrong",
}
_COLOURS = {FlagStatus.RAISED: "#d97706", FlagStatus.DISPUTED: "#2563eb"}
_QUIET = "#6b7280"
#: A disputed flag has no buttons: a second reviewer decides, and until then it is not to be used.
_OPEN = frozenset({FlagStatus.RAISED, FlagStatus.AWAITING_SECOND, FlagStatus.ACKNOWLEDGED})
_CONFIRMABLE = frozenset({FlagStatus.RAISED, FlagStatus.AWAITING_SECOND})
#: What Team Chat reads as mention, link or emphasis; shown as it is, with a joiner that makes it plain text.
_MARKUP = re.compile(r"(?<=[<!@#*_~`\[\]|])|(?=[<!@#*_~`\[\]|])")
_JOINER = "\u2060"
_LONGEST = 200
_LINKS = ("https://", "http://127.0.0.1", "http://localhost")


def plain(text: str) -> str:
    """Text from outside, made harmless: one line, no control characters, no markup, of bounded length."""
    one_line = " ".join("".join(_visible(character) for character in text).split())
    return _MARKUP.sub(_JOINER, one_line[:_LONGEST])


def _visible(character: str) -> str:
    return " " if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") else character


def flag_content(flag: FlagView) -> dict[str, Any]:
    """The card of a flag. Without details it names no finding.

    Returns:
        `content` of a chatbot message [D-CHATBOT].
    """
    head = {
        "text": f"Flag {plain(flag.number)}: {plain(flag.agent_name)}",
        "sub_head": {"text": plain(flag.team)},
    }
    body: list[dict[str, Any]] = [
        {
            "type": "section",
            "sidebar_color": _COLOURS.get(flag.status, _QUIET),
            "sections": [{"type": "fields", "items": _fields(flag)}],
        }
    ]
    if flag.link.startswith(_LINKS):
        body.append({"type": "message", "text": "Open the flag", "link": flag.link})
    buttons = _buttons(flag)
    return {"head": head, "body": [*body, {"type": "actions", "items": buttons}] if buttons else body}


def _fields(flag: FlagView) -> list[dict[str, str]]:
    shown = {"Since": _clock(flag.since, flag.time_zone), "Status": flag.status.value.replace("_", " ")}
    details = flag.details
    if details is not None:
        shown |= {
            "Check": details.finding.value.replace("_", " "),
            "Rule": plain(details.rule),
            "Pictures that say so": f"{details.confidence:.0%}",
            "Judged": f"{details.tries} times, each afresh",
            "Policy": plain(details.policy_version),
        }
        if details.paused_since is not None:
            shown["Paused since"] = _clock(details.paused_since, flag.time_zone)
        if not details.agent_reached:
            shown["Notice"] = "agent not reached"
        if details.returned_at is not None:
            shown["Back since"] = _clock(details.returned_at, flag.time_zone)
    return [{"key": key, "value": value} for key, value in shown.items()]


def _buttons(flag: FlagView) -> list[dict[str, str]]:
    if flag.status not in _OPEN:
        return []
    acknowledge = {"text": "Acknowledge", "value": f"ack:{flag.number}", "style": "Primary"}
    dismiss = [
        {"text": f"Dismiss: {label}", "value": f"dismiss:{flag.number}:{reason.value}", "style": "Default"}
        for reason, label in _LABELS.items()
    ]
    return [acknowledge, *dismiss] if flag.status in _CONFIRMABLE else dismiss


def _clock(at_s: float, time_zone: str) -> str:
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return datetime.fromtimestamp(at_s, zone).strftime("%Y-%m-%d %H:%M:%S %Z")


def pressed(value: str) -> tuple[str, LeadAction, str | None]:
    """What a button means.

    Returns:
        The flag's number, the action, and the reason of a dismissal.

    Raises:
        ProtocolFault: No button of ours has this value.
    """
    action, _, rest = value.partition(":")
    number, _, reason = rest.partition(":")
    if action == "ack" and number and not reason:
        return number, LeadAction.ACKNOWLEDGE, None
    if action == "dismiss" and number and reason in tuple(DismissReason):
        return number, LeadAction.DISMISS, reason
    raise ProtocolFault("button", "a button that no card of ours has")
