"""What a user's presence is: sessions of clients and apps, and the state that somebody preferred.

Pure: states in, states out, and the time is an argument. The rules are those of the manage-presence-state,
presence-setpresence and presence-setuserpreferredpresence pages; what they leave open is said where it is
decided.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Pair:
    """Availability and activity, in Graph's words."""

    availability: str
    activity: str


OFFLINE: Final = Pair("Offline", "Offline")
AVAILABLE: Final = Pair("Available", "Available")
FADING: Final = Pair("Available", "AvailableInactive")
AWAY: Final = Pair("Away", "Away")
IN_CALL: Final = Pair("Busy", "InACall")
IN_MEETING: Final = Pair("Busy", "InAMeeting")

#: What `setPresence` takes.
SESSION_PAIRS: Final = frozenset({AVAILABLE, IN_CALL, Pair("Busy", "InAConferenceCall"), AWAY})
#: What `setUserPreferredPresence` takes, and a person picks in the client.
PREFERRED_PAIRS: Final = frozenset(
    {
        AVAILABLE,
        Pair("Busy", "Busy"),
        Pair("DoNotDisturb", "DoNotDisturb"),
        Pair("BeRightBack", "BeRightBack"),
        AWAY,
        Pair("Offline", "OffWork"),
    }
)
#: Which session wins; what is not listed loses to all that are.
_RANK: Final = {"DoNotDisturb": 4, "Busy": 3, "Available": 2, "Away": 1}
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What may differ between tenants.

    Attributes:
        fade_s: After so long without refresh an app's Available fades, and after as long again it is Away.
        client_idle_s: After so long without a hand on the keyboard a client is Away; None: never. One copy of
            the documentation says 900.
        preferred_beats_calls: Whether a preferred state outranks a call as well. The rule implies it; nobody
            has confirmed it on a tenant.
    """

    fade_s: float = 300.0
    client_idle_s: float | None = None
    preferred_beats_calls: bool = True


@dataclass(frozen=True, slots=True)
class Session:
    """What one client or one app says of a user.

    Attributes:
        pair: As it was set.
        updated_at: When it was set, or set again.
        expires_at: When it is gone; None: when the client signs out.
    """

    pair: Pair
    updated_at: float
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class Preferred:
    """The one state that stands above all sessions. Who filled it cannot be told."""

    pair: Pair
    expires_at: float


@dataclass(frozen=True, slots=True)
class PresenceState:
    """All that decides how one user is shown.

    Attributes:
        clients: Signed-in Teams clients, by device.
        apps: Sessions of apps, by `sessionId`.
        preferred: The preferred state, if there is one.
    """

    clients: Mapping[str, Session] = field(default_factory=dict)
    apps: Mapping[str, Session] = field(default_factory=dict)
    preferred: Preferred | None = None

    def with_client(self, device: str, pair: Pair, now: float) -> PresenceState:
        """A client signs in, or its user does something else in it."""
        return replace(self, clients={**self.clients, device: Session(pair, now)})

    def without_client(self, device: str) -> PresenceState:
        """A client signs out."""
        return replace(self, clients={key: one for key, one in self.clients.items() if key != device})

    def with_app(self, session_id: str, pair: Pair, now: float, life_s: float) -> PresenceState:
        """`setPresence`."""
        return replace(self, apps={**self.apps, session_id: Session(pair, now, now + life_s)})

    def without_app(self, session_id: str, now: float) -> PresenceState:
        """`clearPresence`.

        Raises:
            KeyError: There is no such session, or not any more.
        """
        if not _lives(self.apps[session_id], now):
            raise KeyError(session_id)
        return replace(self, apps={key: one for key, one in self.apps.items() if key != session_id})

    def with_preferred(self, pair: Pair, now: float, life_s: float | None = None) -> PresenceState:
        """`setUserPreferredPresence`, or the agent picks a status in the client."""
        life = preferred_life_s(pair) if life_s is None else life_s
        return replace(self, preferred=Preferred(pair, now + life))

    def without_preferred(self) -> PresenceState:
        """`clearUserPreferredPresence`, or "Reset status" in the client."""
        return replace(self, preferred=None)


def preferred_life_s(pair: Pair) -> float:
    """How long a preferred state stands when nobody says: a day, or seven."""
    return _DAY_S if pair.availability in ("DoNotDisturb", "Busy") else 7 * _DAY_S


def shown(state: PresenceState, now: float, rules: Rules) -> Pair:
    """How the user is shown at `now`."""
    live = list(_said(state, now, rules))
    if not live:
        return OFFLINE
    top = max(live, key=_weight)[0]
    preferred = state.preferred
    if preferred is None or preferred.expires_at <= now:
        return top
    in_call = top.activity.startswith("InA") and not rules.preferred_beats_calls
    return top if in_call else preferred.pair


def next_change(state: PresenceState, now: float, rules: Rules) -> float:
    """When the user may be shown otherwise without anybody doing anything; infinity: never."""
    return min((time for time in _borders(state, rules) if time > now), default=math.inf)


def _said(state: PresenceState, now: float, rules: Rules) -> Iterator[tuple[Pair, float]]:
    """What each live session amounts to, and when it was set."""
    for one in state.clients.values():
        yield _idled(one, now, rules), one.updated_at
    for one in state.apps.values():
        if _lives(one, now):
            yield _faded(one, now, rules), one.updated_at


def _weight(said: tuple[Pair, float]) -> tuple[int, float]:
    """Of equal rank the latest wins; which one does on a tenant is not documented."""
    return _RANK.get(said[0].availability, 0), said[1]


def _lives(session: Session, now: float) -> bool:
    return session.expires_at is None or session.expires_at > now


def _idled(session: Session, now: float, rules: Rules) -> Pair:
    idle = rules.client_idle_s
    gone = idle is not None and session.pair == AVAILABLE and now >= session.updated_at + idle
    return AWAY if gone else session.pair


def _faded(session: Session, now: float, rules: Rules) -> Pair:
    steps = int((now - session.updated_at) // rules.fade_s) if session.pair == AVAILABLE else 0
    return session.pair if steps < 1 else FADING if steps < 2 else AWAY


def _borders(state: PresenceState, rules: Rules) -> Iterator[float]:
    if state.preferred is not None:
        yield state.preferred.expires_at
    for one in state.clients.values():
        if rules.client_idle_s is not None:
            yield one.updated_at + rules.client_idle_s
    for one in state.apps.values():
        yield from (one.updated_at + rules.fade_s, one.updated_at + 2 * rules.fade_s)
        if one.expires_at is not None:
            yield one.expires_at
