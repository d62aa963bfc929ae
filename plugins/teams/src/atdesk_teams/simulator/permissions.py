"""Which permission each call of Graph's presence needs, by app and in a person's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from atdesk_teams.simulator.authority import Token


@dataclass(frozen=True, slots=True)
class Needs:
    """Any one of these will do.

    Attributes:
        app: Application permissions.
        delegated: In a person's name, about anybody.
        own: In a person's name, about that person.
    """

    app: frozenset[str]
    delegated: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


_READ: Final = frozenset({"Presence.Read.All", "Presence.ReadWrite.All"})
_WRITE: Final = frozenset({"Presence.ReadWrite.All"})
_READ_ALL: Final = frozenset({"Presence.Read.All"})
_OWN_WRITE: Final = frozenset({"Presence.ReadWrite"})

NEEDS: Final[Mapping[str, Needs]] = {
    "read": Needs(_READ, _READ_ALL, frozenset({"Presence.Read", "Presence.ReadWrite"})),
    "read_many": Needs(_READ, _READ_ALL),
    "write_session": Needs(_WRITE, own=_OWN_WRITE),
    "write_preferred": Needs(_WRITE, own=_OWN_WRITE),
    "write_note": Needs(_WRITE, own=_OWN_WRITE),
}


def allowed(token: Token, granted: frozenset[str], needs: Needs, about: str) -> bool:
    """Whether a token will do.

    Args:
        token: Of the request.
        granted: Its application permissions that are still consented to.
        needs: Of the call.
        about: Object id of the user it is about; empty: several.
    """
    if token.user_id is None:
        return bool(granted & needs.app)
    own = needs.own if about == token.user_id else frozenset()
    return bool(token.scopes & (needs.delegated | own))
