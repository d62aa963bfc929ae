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
from atdesk_zoom.words import Say

_COLOURS = {
    FlagStatus.RAISED: "#d97706",
    FlagStatus.AWAITING_SECOND: "#d97706",
    FlagStatus.DISPUTED: "#2563eb",
}
_QUIET = "#6b7280"
#: What policies call their rules; a name that is none of these is shown as it stands.
RULES = frozenset(
    {
        *("absence", "different_person", "extra_person", "phone"),
        *("food_or_drink", "banned_object", "input_idle"),
    }
)
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


def flag_content(flag: FlagView, say: Say) -> dict[str, Any]:
    """The card of a flag. Without details it names no finding, and says no more than name, time and link.

    Args:
        flag: As this sink may show it.
        say: The words of the channel's language.

    Returns:
        `content` of a chatbot message [D-CHATBOT].
    """
    head: dict[str, Any] = {"text": say("heading", number=plain(flag.number), name=plain(flag.agent_name))}
    if flag.details is not None:
        head["sub_head"] = {"text": plain(flag.team)}
    body: list[dict[str, Any]] = [
        _section(flag, _fields(flag, say)),
        *_link(flag, say("open_flag")),
    ]
    buttons = _buttons(flag, say)
    return {"head": head, "body": [*body, {"type": "actions", "items": buttons}] if buttons else body}


def digest_content(digest: FlagDigest, say: Say) -> dict[str, Any]:
    """One card for several flags of a team: number, name, time and link of each. They are answered there.

    Returns:
        `content` of a chatbot message [D-CHATBOT].
    """
    many = len(digest.flags)
    head = {
        "text": say("digest", many=many) if many > 1 else say("digest_one"),
        "sub_head": {"text": plain(digest.team)},
    }
    body: list[dict[str, Any]] = []
    for flag in digest.flags:
        name = f"{plain(flag.number)}: {plain(flag.agent_name)}"
        fields = {name: _clock(flag.since, flag.time_zone), say("status"): _stands(flag, say)}
        body += [_section(flag, fields), *_link(flag, say("open_number", number=plain(flag.number)))]
    return {"head": head, "body": body}


def _section(flag: FlagView, fields: Mapping[str, str]) -> dict[str, Any]:
    items = [{"key": key, "value": value} for key, value in fields.items()]
    colour = _COLOURS.get(flag.status, _QUIET)
    return {"type": "section", "sidebar_color": colour, "sections": [{"type": "fields", "items": items}]}


def _link(flag: FlagView, text: str) -> list[dict[str, Any]]:
    fits = flag.link.startswith(_LINKS)
    return [{"type": "message", "text": text, "link": flag.link}] if fits else []


def _stands(flag: FlagView, say: Say) -> str:
    if flag.details is None:
        return say("open") if flag.status in _OPEN else say("over")
    reason, stands = flag.details.reason, say(f"status.{flag.status.value}")
    if flag.status is FlagStatus.DISMISSED and reason in tuple(DismissReason):
        return f"{stands} ({say(f'reason.{reason}').lower()})"
    return stands


def _fields(flag: FlagView, say: Say) -> dict[str, str]:
    shown = {say("since"): _clock(flag.since, flag.time_zone), say("status"): _stands(flag, say)}
    details = flag.details
    if details is None:
        return shown
    if flag.status not in _NOTHING:
        shown |= _found(details, say)
    if details.asked and flag.status in _OPEN:
        shown[say("asked")] = ", ".join(plain(name) for name in details.asked)
    if details.paused_since is not None:
        at = _clock(details.paused_since, flag.time_zone)
        shown[say("paused_since")] = say("paused_value", at=at)
    if details.returned_at is not None:
        shown[say("back_since")] = _clock(details.returned_at, flag.time_zone)
    return shown


def _found(details: FlagDetails, say: Say) -> dict[str, str]:
    """What was found, how sure, why, and under which rule."""
    found = {
        say("check"): say(f"finding.{details.finding.value}"),
        say("sure"): say("sure_value", share=f"{details.confidence:.0%}"),
        say("judged"): say("judged_value", tries=details.tries),
    }
    if details.evidence:
        found[say("why")] = plain(details.evidence)
    found |= {say("rule"): _rule(details.rule, say), say("policy"): plain(details.policy_version)}
    return found | ({} if details.agent_reached else {say("told_title"): say("told_not")})


def _rule(rule: str, say: Say) -> str:
    return say(f"rule.{rule}") if rule in RULES else plain(rule.replace("_", " "))


def _buttons(flag: FlagView, say: Say) -> list[dict[str, str]]:
    if flag.status not in _OPEN:
        return []
    acknowledge = {"text": say("act.acknowledge"), "value": f"ack:{flag.number}", "style": "Primary"}
    dismiss = [
        {
            "text": say("act.dismiss", reason=say(f"reason.{reason.value}")),
            "value": f"dismiss:{flag.number}:{reason.value}",
            "style": "Default",
        }
        for reason in DismissReason
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
