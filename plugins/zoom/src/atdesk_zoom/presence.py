"""Zoom's presence in one vocabulary. Pure.

Zoom writes one presence in three ways: what can be set, what an event says, and what a read says. What it
says of a person that is not their own choice (a meeting, a call, the calendar) is an interaction here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from atdesk_sdk import Interaction, Presence, Routing


class Status(StrEnum):
    """What all three vocabularies come to [D-USERS]."""

    AVAILABLE = "available"
    AWAY = "away"
    DND = "dnd"
    MEETING = "meeting"
    PRESENTING = "presenting"
    CALL = "call"
    CALENDAR = "calendar"
    OOO = "ooo"
    BUSY = "busy"
    OFFLINE = "offline"
    MOBILE = "mobile"
    UNKNOWN = "unknown"


#: Folded spelling -> status. `Do_No_Disturb` is Zoom's own misspelling.
_SPELT: Mapping[str, Status] = {
    "available": Status.AVAILABLE,
    "away": Status.AWAY,
    "donotdisturb": Status.DND,
    "donodisturb": Status.DND,
    "inmeeting": Status.MEETING,
    "inameeting": Status.MEETING,
    "inazoommeeting": Status.MEETING,
    "presenting": Status.PRESENTING,
    "onphonecall": Status.CALL,
    "onacall": Status.CALL,
    "inacall": Status.CALL,
    "incalendarevent": Status.CALENDAR,
    "inacalendarevent": Status.CALENDAR,
    "outofoffice": Status.OOO,
    "busy": Status.BUSY,
    "offline": Status.OFFLINE,
    "mobilesignedin": Status.MOBILE,
}

#: A meeting or the calendar does not say that the agent chose to be away, nor does a call: who is on one is
#: at work. Signed in on a telephone alone says nothing of a desk, so nobody is looked at.
_PRESENCE: Mapping[Status, Presence] = {
    Status.AVAILABLE: Presence.AVAILABLE,
    Status.AWAY: Presence.AWAY,
    Status.DND: Presence.BUSY,
    Status.MEETING: Presence.MEETING,
    Status.PRESENTING: Presence.MEETING,
    Status.CALL: Presence.AVAILABLE,
    Status.CALENDAR: Presence.MEETING,
    Status.OOO: Presence.AWAY,
    Status.BUSY: Presence.BUSY,
    Status.OFFLINE: Presence.OFFLINE,
}
_INTERACTION: Mapping[Status, Interaction] = {
    Status.MEETING: Interaction.MEETING,
    Status.PRESENTING: Interaction.MEETING,
    Status.CALENDAR: Interaction.MEETING,
    Status.CALL: Interaction.CUSTOMER_CALL,
}
#: From where Zoom documents that Away can be set [D-USERS].
_TO_AWAY = frozenset({Status.AVAILABLE, Status.DND})


def normalise(text: str) -> Status:
    """Read a status in any of Zoom's spellings; one that is new to us is `unknown`."""
    return _SPELT.get(re.sub(r"[^a-z]", "", text.casefold()), Status.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Shown:
    """What Zoom shows of a person, on the axis that is written.

    Attributes:
        key: The same for one value, however it is spelt.
        raw: As Zoom wrote it.
        presence: What it means.
        interaction: What goes on, as far as this axis tells.
        out_of_office: An absence that the person set.
        routing: Where they stand with the routing; presence knows of none.
    """

    key: str
    raw: str
    presence: Presence
    interaction: Interaction = Interaction.NONE
    out_of_office: bool = False
    routing: Routing = Routing.UNKNOWN


def shown(text: str) -> Shown:
    """What a status means."""
    status = normalise(text)
    return Shown(
        key=status.value if status is not Status.UNKNOWN else f"unknown:{text[:60]}",
        raw=text[:60],
        presence=_PRESENCE.get(status, Presence.UNKNOWN),
        interaction=_INTERACTION.get(status, Interaction.NONE),
        out_of_office=status is Status.OOO,
    )


def cannot_set(now: Shown, to: Presence, *, away_in_meeting: bool) -> str:
    """Why Zoom would not, or must not, take a change; empty when it is a documented one.

    Args:
        now: What is shown.
        to: Away, or Available to undo it.
        away_in_meeting: The account is known to take Away from somebody in a meeting, which Zoom does not
            document.
    """
    status = normalise(now.raw)
    if status is Status.OFFLINE:
        return "cannot: the agent is not signed in to the Zoom client"
    if status is Status.CALL:
        return "a call is going on"
    if to is Presence.AVAILABLE:
        return "" if status is Status.AWAY else "the Away that stood is gone"
    if status in _TO_AWAY or (status is Status.MEETING and away_in_meeting):
        return ""
    if status is Status.AWAY:
        return "the agent is away already, and not by us"
    return f"cannot: Zoom documents no change from {now.raw} to Away"
