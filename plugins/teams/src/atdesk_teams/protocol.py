"""The protocol without sockets: JSON in, readings out; the bodies of what is written.

Nothing here raises over what Graph sent: an entry that cannot be read is left out, and counts as an answer
that did not name this person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from atdesk_teams.presence import Shown

#: Most ids in one `getPresencesByUserId`.
AT_ONCE: Final = 650

READ_PATH: Final = "/communications/getPresencesByUserId"


def read_body(users: Sequence[str]) -> dict[str, Any]:
    """Body of a bulk read."""
    return {"ids": list(users)}


def entries(body: Mapping[str, Any]) -> Iterator[tuple[str, Shown]]:
    """Walk through a bulk answer: user id, as Graph spells it, and what is shown."""
    listed = body.get("value")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict):
            user, shown = entry.get("id"), shown_in(entry)
            if isinstance(user, str) and shown is not None:
                yield user, shown


def shown_in(entry: Mapping[str, Any]) -> Shown | None:
    """Read one presence; None: it holds no availability."""
    availability, activity = entry.get("availability"), entry.get("activity")
    if not isinstance(availability, str):
        return None
    sequence, settings = entry.get("sequenceNumber"), entry.get("outOfOfficeSettings")
    return Shown(
        availability,
        activity if isinstance(activity, str) else "",
        sequence if isinstance(sequence, str) else "",
        settings.get("isOutOfOffice") is True if isinstance(settings, dict) else False,
    )


def user_path(user: str, verb: str = "") -> str:
    """Path of one user's presence, or of a verb on it."""
    return f"/users/{user}/presence/{verb}" if verb else f"/users/{user}/presence"


def duration(seconds: int) -> str:
    """Write a duration as Graph takes it."""
    return f"PT{seconds // 60}M" if seconds % 60 == 0 else f"PT{seconds}S"


def preferred_away(expiry_s: int) -> dict[str, str]:
    """Body of `setUserPreferredPresence`. Always with an expiry: the default is seven days."""
    return {"availability": "Away", "activity": "Away", "expirationDuration": duration(expiry_s)}


def session_away(client_id: str, expiry_s: int) -> dict[str, str]:
    """Body of `setPresence`. The session's name is the app's client id, and never another."""
    return {"sessionId": client_id, **preferred_away(expiry_s)}


def session_over(client_id: str) -> dict[str, str]:
    """Body of `clearPresence`."""
    return {"sessionId": client_id}
