"""The simulated tenant: its people, how each is shown, and what they do in their Teams clients.

Nothing here knows HTTP. The methods are what people and administrators do; apps come in through Graph.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from atdesk_teams.simulator.faults import OpenPoints
from atdesk_teams.simulator.presence import (
    AVAILABLE,
    AWAY,
    IN_CALL,
    IN_MEETING,
    OFFLINE,
    PREFERRED_PAIRS,
    Pair,
    PresenceState,
    Rules,
    next_change,
    shown,
)
from atdesk_teams.simulator.tenant import LEADS, PEOPLE, TENANT_ID, Team, User, leads_team

_DESKTOP = "desktop"


class Clock:
    """Unix seconds. A test or a demo may skip some of them: the tenant then lives in the future.

    Args:
        wall: Where the time comes from.
    """

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._ahead_s = 0.0

    def __call__(self) -> float:
        """The tenant's time."""
        return self._wall() + self._ahead_s

    def skip(self, seconds: float) -> None:
        """Let time pass at once.

        Raises:
            ValueError: Time does not go back.
        """
        if seconds < 0:
            raise ValueError(f"time does not go back by {-seconds:g} s")
        self._ahead_s += seconds


@dataclass(slots=True)
class _Shown:
    """How a user was shown last, until when that holds by itself, its version, and what was before it."""

    pair: Pair = OFFLINE
    until: float = 0.0
    version: int = 0
    before: tuple[Pair, int] = (OFFLINE, 0)


@dataclass(slots=True)
class _Person:
    user: User
    state: PresenceState = field(default_factory=PresenceState)
    shown: _Shown = field(default_factory=_Shown)


class World:
    """Everything that a simulated tenant knows.

    Args:
        people: `(object id, name)` of each user.
        leads: Ids of those in the team that gets the flags.
        present: Whether everybody is signed in and Available at the start.
        clock: The tenant's time.
        rules: What differs between tenants.

    Attributes:
        tenant_id: Entra's id of the tenant.
        leads: Ids of the team leads.
        teams: By the Connector's id.
        open_points: What the documentation leaves open.
    """

    def __init__(
        self,
        people: Sequence[tuple[str, str]] = PEOPLE,
        *,
        leads: Sequence[str] = LEADS,
        present: bool = True,
        clock: Clock | None = None,
        rules: Rules | None = None,
    ) -> None:
        self.tenant_id = TENANT_ID
        self.clock = clock or Clock()
        self.open_points = OpenPoints()
        self._rules = rules or Rules()
        self._people = {uid: _Person(User(uid, name)) for uid, name in people}
        self.leads = tuple(one for one in leads if one in self._people)
        team = leads_team(self.leads)
        self.teams: dict[str, Team] = {team.id: team}
        for uid in self._people if present else ():
            self.sign_in(uid)

    # -- who -----

    @property
    def users(self) -> list[User]:
        """Everybody, in the order of joining."""
        return [person.user for person in self._people.values()]

    @property
    def agents(self) -> list[User]:
        """Everybody who leads nobody."""
        return [user for user in self.users if user.id not in self.leads]

    @property
    def team(self) -> Team:
        """The team that gets the flags."""
        return next(iter(self.teams.values()))

    def has(self, user_id: str) -> bool:
        """Whether somebody has this object id."""
        return user_id in self._people

    def user(self, wanted: str) -> User:
        """Find a user by object id, name, or the Connector's id.

        Raises:
            KeyError: Nobody is called so.
        """
        return self._person(wanted).user

    def add_user(self, user_id: str, name: str) -> User:
        """Somebody joins, not signed in."""
        person = self._people.setdefault(user_id, _Person(User(user_id, name)))
        return person.user

    def remove_user(self, wanted: str) -> None:
        """Delete a user: nobody has this id from now on."""
        del self._people[self.user(wanted).id]

    # -- how they are shown -----

    @property
    def rules(self) -> Rules:
        """What differs between tenants."""
        return self._rules

    def set_rules(self, rules: Rules) -> None:
        """Change what differs between tenants, for everybody at once."""
        self._rules = rules
        for person in self._people.values():
            person.shown.until = 0.0

    def shown(self, wanted: str) -> Pair:
        """How a user is shown now.

        Raises:
            KeyError: Nobody is called so.
        """
        return self._look(self._person(wanted)).pair

    def version(self, wanted: str) -> str:
        """What sorts behind every version of this user's presence that was shown before."""
        return _version(self._look(self._person(wanted)).version)

    def before(self, wanted: str) -> tuple[Pair, str]:
        """How a user was shown before the last change, and the version that this had."""
        pair, version = self._look(self._person(wanted)).before
        return pair, _version(version)

    def state(self, wanted: str) -> PresenceState:
        """All that decides how a user is shown."""
        return self._person(wanted).state

    def change(self, wanted: str, made: Callable[[PresenceState, float], PresenceState]) -> None:
        """Change what decides how a user is shown; `made` gets the state and the time.

        Raises:
            KeyError: Nobody is called so, or `made` raised it.
        """
        person = self._person(wanted)
        self._look(person)
        person.state = made(person.state, self.clock())
        person.shown.until = 0.0
        self._look(person)

    # -- what people do -----

    def sign_in(self, wanted: str, device: str = _DESKTOP) -> None:
        """Start a Teams client: it says Available."""
        self.in_client(wanted, AVAILABLE, device)

    def sign_out(self, wanted: str, device: str | None = None) -> None:
        """End a client; with None all of them."""

        def signed_out(state: PresenceState, _now: float) -> PresenceState:
            return replace(state, clients={}) if device is None else state.without_client(device)

        self.change(wanted, signed_out)

    def in_client(self, wanted: str, pair: Pair, device: str = _DESKTOP) -> None:
        """Let a client say something by itself, as it does in a call; it is signed in by that."""
        self.change(wanted, lambda state, now: state.with_client(device, pair, now))

    def start_call(self, wanted: str) -> None:
        """Begin a call."""
        self.in_client(wanted, IN_CALL)

    def start_meeting(self, wanted: str) -> None:
        """Join a meeting."""
        self.in_client(wanted, IN_MEETING)

    def hang_up(self, wanted: str) -> None:
        """End the call or the meeting."""
        self.in_client(wanted, AVAILABLE)

    def fall_idle(self, wanted: str) -> None:
        """No hand on keyboard or mouse for as long as the client waits."""
        self.in_client(wanted, AWAY)

    def pick(self, wanted: str, availability: str, life_s: float | None = None) -> None:
        """Pick a status by hand.

        Raises:
            ValueError: The client's menu has no such status.
        """
        found = [pair for pair in PREFERRED_PAIRS if pair.availability == availability]
        if not found:
            known = ", ".join(sorted(pair.availability for pair in PREFERRED_PAIRS))
            raise ValueError(f"{availability!r} is not in the client's menu; there are {known}")
        self.change(wanted, lambda state, now: state.with_preferred(found[0], now, life_s))

    def reset_status(self, wanted: str) -> None:
        """Pick "Reset status"."""
        self.change(wanted, lambda state, _now: state.without_preferred())

    def write_note(self, wanted: str, text: str) -> None:
        """Set the status message; empty text takes it away."""
        self.user(wanted).note = text

    def _person(self, wanted: str) -> _Person:
        found = self._people.get(wanted)
        if found is None:
            fits = (one for one in self._people.values() if wanted in (one.user.name, one.user.mri))
            found = next(fits, None)
        if found is None:
            some = ", ".join(user.name for user in self.users[:10])
            raise KeyError(f"no user {wanted!r} here; there are {some}")
        return found

    def _look(self, person: _Person) -> _Shown:
        """Work out anew only what may have changed: ten thousand are asked for every few seconds."""
        now, seen = self.clock(), person.shown
        if now < seen.until:
            return seen
        pair = shown(person.state, now, self._rules)
        if pair != seen.pair or not seen.version:
            seen.before = (seen.pair, seen.version)
            seen.version = max(int(now * 1_000_000), seen.version + 1)
        seen.pair, seen.until = pair, next_change(person.state, now, self._rules)
        return seen


def _version(number: int) -> str:
    return f"{number:020d}"
