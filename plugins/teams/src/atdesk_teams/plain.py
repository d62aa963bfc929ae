"""Text and times from outside, as a card may show them. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: What Teams reads as emphasis, link, mention or a date of its own; a joiner beside it makes it plain text.
_MARKUP = re.compile(r"(?<=[<!@#*_~`\[\](){}|\\])|(?=[<!@#*_~`\[\](){}|\\])")
#: What would begin a list, a quotation or a heading.
_BEGINS = re.compile(r"^(?=[-+>=]|\d+[.)])")
_JOINER = "\u2060"


def plain(text: str, longest: int = 200) -> str:
    """Text from outside, made harmless: one line, no control characters, no markup, of bounded length."""
    one_line = " ".join("".join(_visible(character) for character in text).split())
    return _BEGINS.sub(_JOINER, _MARKUP.sub(_JOINER, one_line[:longest]))


def _visible(character: str) -> str:
    return " " if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs") else character


def clock(at_s: float, time_zone: str) -> str:
    """A moment as the people of this time zone read it; one that nobody knows is read as UTC.

    Args:
        at_s: Seconds since the epoch.
        time_zone: IANA name.
    """
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return datetime.fromtimestamp(at_s, zone).strftime("%Y-%m-%d %H:%M:%S %Z")
