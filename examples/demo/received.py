"""What the simulators received, read from their own logs: the witness that the demo is checked against."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote

from atdesk_genesys.simulator import Arrival
from atdesk_teams.simulator.journal import Entry as Passed
from atdesk_zoom.simulator import Entry

_MESSAGES: Final = "/im/chat/messages"
_GOOD: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class Received:
    """Something that reached a platform, and was accepted by it.

    Attributes:
        at_s: Seconds since the story began.
        platform: `zoom`, `genesys` or `teams`.
        what: `notice`, `state:VALUE` (the system presence), `flag` or `flag_update`.
    """

    at_s: float
    platform: str
    what: str

    def as_json(self) -> dict[str, Any]:
        """A row of `demo.json`."""
        return asdict(self)


def from_zoom(entry: Entry, people: set[str], began_at: float) -> Received | None:
    """A chat message to a person is a notice, one to a channel a flag; a changed one a flag's update."""
    if not entry.note.isdigit() or int(entry.note) not in _GOOD:
        return None
    at_s = round(entry.at_ms / 1000 - began_at, 2)
    method, _, path = entry.what.partition(" ")
    if method == "POST" and path == _MESSAGES:
        return Received(at_s, "zoom", "notice" if entry.body.get("to_jid") in people else "flag")
    if method == "PUT" and path.startswith(f"{_MESSAGES}/"):
        return Received(at_s, "zoom", "flag_update")
    return None


def from_genesys(arrival: Arrival, definitions: Mapping[str, str], began_at: float) -> Received | None:
    """A presence that was written is a state, a message to the group chat a flag."""
    if arrival.status not in _GOOD:
        return None
    at_s = round(datetime.fromisoformat(arrival.at).timestamp() - began_at, 2)
    method, _, path = arrival.what.partition(" ")
    if method == "POST" and "/webhook/" in path:
        return Received(at_s, "genesys", "flag")
    if method == "PATCH" and "/presences/" in path:
        body = arrival.body if isinstance(arrival.body, dict) else {}
        written = (body.get("presenceDefinition") or {}).get("id", "")
        return Received(at_s, "genesys", f"state:{definitions.get(written, 'unknown')}")
    return None


_PRESENCE: Final = re.compile(r"POST /v1\.0/users/[^/]+/presence/(set|clear)UserPreferredPresence$")
_ACTIVITY: Final = re.compile(r"(POST|PUT) /connector/v3/conversations(?:/([^/]+)/activities.*)?$")


def from_teams(entry: Passed, chats: set[str], began_at: float) -> Received | None:
    """A preferred presence is a state; a message in a person's chat a notice, one in a channel a flag.

    Args:
        entry: What came.
        chats: Conversations with one person.
        began_at: When the story began, seconds since the epoch.
    """
    if not entry.note.isdigit() or int(entry.note) not in _GOOD:
        return None
    at_s = round(entry.at_ms / 1000 - began_at, 2)
    if found := _PRESENCE.match(entry.what):
        # What shows once it is cleared: the agent's own client, which says Available.
        value = entry.body.get("availability", "") if found[1] == "set" else "Available"
        return Received(at_s, "teams", f"state:{value}")
    if found := _ACTIVITY.match(entry.what):
        conversation = unquote(found[2] or "")
        if found[2] is None and not entry.body.get("isGroup"):
            return None  # a chat with one person is begun; what is said in it comes by itself
        if found[1] == "PUT":
            return None if conversation in chats else Received(at_s, "teams", "flag_update")
        return Received(at_s, "teams", "notice" if conversation in chats else "flag")
    return None
