"""Chatbot cards: what leads read, and what a pressed button means. Pure. For agents: `notices`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from atdesk_sdk import DismissReason, FlagDetails, FlagDigest, FlagStatus, FlagView, LeadAction
from atdesk_zoom.errors import ProtocolFault

_LABELS = {
    DismissReason.AGREED_BREAK: "Agreed break",
    DismissReason.WORKING: "Was working",
    DismissReason.TECHNICAL: "Technical",
    DismissReason.WRONG: "Wrong",
}
_STANDS = {
    FlagStatus.RAISED: "Waits for an answer",
    FlagStatus.AWAITING_SECOND: "Confirmed by one person; it takes a second one",
    FlagStatus.ACKNOWLEDGED: "Confirmed",
    FlagStatus.DISMISSED: "Dismissed: nothing follows from it",
    FlagStatus.DISPUTED: "Disputed by the agent: not to be used until somebody else has decided",
    FlagStatus.UPHELD: "Disputed, and upheld",
    FlagStatus.OVERTURNED: "Overturned: it was wrong, and is not counted",
    FlagStatus.WITHDRAWN: "It was a break: nothing happened, and nothing is counted",
    FlagStatus.EXPIRED: "Expired without an answer: nothing happened, and nothing is counted",
}
_COLOURS = {
    FlagStatus.RAISED: "#d97706",
    FlagStatus.AWAITING_SECOND: "#d97706",
    FlagStatus.DISPUTED: "#2563eb",
}
_QUIET = "#6b7280"
#: A disputed flag has no buttons: a second reviewer decides, and until then it is not to be used.
_OPEN = frozenset({FlagStatus.RAISED, FlagStatus.AWAITING_SECOND, FlagStatus.ACKNOWLEDGED})
_CONFIRMABLE = frozenset({FlagStatus.RAISED, FlagStatus.AWAITING_SECOND})
#: Nothing came of these, so what was once found is not told any more.
_NOTHING = frozenset({FlagStatus.OVERTURNED, FlagStatus.WITHDRAWN, FlagStatus.EXPIRED})
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
    """The card of a flag. Without details it names no finding, and says no more than name, time and link.

    Returns:
        `content` of a chatbot message [D-CHATBOT].
    """
    head: dict[str, Any] = {"text": f"Flag {plain(flag.number)}: {plain(flag.agent_name)}"}
    if flag.details is not None:
        head["sub_head"] = {"text": plain(flag.team)}
    body: list[dict[str, Any]] = [_section(flag, _fields(flag)), *_link(flag)]
    buttons = _buttons(flag)
    return {"head": head, "body": [*body, {"type": "actions", "items": buttons}] if buttons else body}


def digest_content(digest: FlagDigest) -> dict[str, Any]:
    """One card for several flags of a team: number, name, time and link of each. They are answered there.

    Returns:
        `content` of a chatbot message [D-CHATBOT].
    """
    many = len(digest.flags)
    head = {
        "text": f"{many} flags at once" if many > 1 else "Flags",
        "sub_head": {"text": plain(digest.team)},
    }
    body: list[dict[str, Any]] = []
    for flag in digest.flags:
        name = f"{plain(flag.number)}: {plain(flag.agent_name)}"
        fields = {name: _clock(flag.since, flag.time_zone), "Status": _stands(flag)}
        body += [_section(flag, fields), *_link(flag, f"Open {plain(flag.number)}")]
    return {"head": head, "body": body}


def _section(flag: FlagView, fields: Mapping[str, str]) -> dict[str, Any]:
    items = [{"key": key, "value": value} for key, value in fields.items()]
    colour = _COLOURS.get(flag.status, _QUIET)
    return {"type": "section", "sidebar_color": colour, "sections": [{"type": "fields", "items": items}]}


def _link(flag: FlagView, text: str = "Open the flag") -> list[dict[str, Any]]:
    fits = flag.link.startswith(_LINKS)
    return [{"type": "message", "text": text, "link": flag.link}] if fits else []


def _stands(flag: FlagView) -> str:
    if flag.details is None:
        return "Open" if flag.status in _OPEN else "Over"
    reason = flag.details.reason
    if flag.status is FlagStatus.DISMISSED and reason in tuple(DismissReason):
        return f"{_STANDS[flag.status]} ({_LABELS[DismissReason(reason)].lower()})"
    return _STANDS[flag.status]


def _fields(flag: FlagView) -> dict[str, str]:
    shown = {"Since": _clock(flag.since, flag.time_zone), "Status": _stands(flag)}
    details = flag.details
    if details is None:
        return shown
    if flag.status not in _NOTHING:
        shown |= _found(details)
    if details.asked and flag.status in _OPEN:
        shown["Asked"] = ", ".join(plain(name) for name in details.asked)
    if details.paused_since is not None:
        shown["Paused since"] = f"{_clock(details.paused_since, flag.time_zone)}, which is not absent"
    if details.returned_at is not None:
        shown["Back since"] = _clock(details.returned_at, flag.time_zone)
    return shown


def _found(details: FlagDetails) -> dict[str, str]:
    """What was found, how sure, why, and under which rule."""
    found = {
        "Check": details.finding.value.replace("_", " "),
        "Pictures that say so": f"{details.confidence:.0%}",
        "Judged": f"{details.tries} times, each afresh",
    }
    if details.evidence:
        found["Why"] = plain(details.evidence)
    found |= {"Rule": plain(details.rule).replace("_", " "), "Policy": plain(details.policy_version)}
    return found | ({} if details.agent_reached else {"Notice": "agent not reached"})


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
