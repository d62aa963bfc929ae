"""Who and what the simulated tenant starts with: people, their team, and the registration of our app."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography import x509

TENANT_ID: Final = "5f1c2f7e-8d0b-4c1d-9d53-0a7b6c4e1000"
CLIENT_ID: Final = "a3d7f0c6-52be-4d0e-8f41-6b1f2e9d2000"

#: Everyone the tenant knows: fictional names, fixed ids, so that a directory file can go with it.
PEOPLE: Final[tuple[tuple[str, str], ...]] = (
    ("c0ffee00-1a2b-4c3d-8e4f-000000000001", "Mira Halloran"),
    ("c0ffee00-1a2b-4c3d-8e4f-000000000002", "Teo Lindqvist"),
    ("c0ffee00-1a2b-4c3d-8e4f-000000000003", "Ana Ferreira"),
    ("c0ffee00-1a2b-4c3d-8e4f-000000000004", "Jun Okafor"),
    ("c0ffee00-1a2b-4c3d-8e4f-000000000005", "Lea Brandt"),
    ("c0ffee00-1a2b-4c3d-8e4f-000000000006", "Sami Castellan"),
)
#: Who leads the others.
LEADS: Final = ("c0ffee00-1a2b-4c3d-8e4f-000000000006",)

#: What an administrator consented to.
PERMISSIONS: Final = frozenset({"Presence.Read.All", "Presence.ReadWrite.All"})

#: The Teams clients, desktop and web, as they name themselves in `azp` of a page's token (UNVERIFIED).
TEAMS_CLIENTS: Final = ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "5e3ce6c0-2b1f-4285-8d4b-75ee78787346")


@dataclass(slots=True)
class User:
    """Somebody in the tenant.

    Attributes:
        id: Entra's object id.
        name: As displayed.
        note: The status message; empty: none.
    """

    id: str
    name: str
    note: str = ""

    @property
    def address(self) -> str:
        """Name of the account, in a domain that cannot exist."""
        return f"{self.name.lower().replace(' ', '.')}@example.invalid"

    @property
    def mri(self) -> str:
        """How the Bot Connector calls this user: opaque, and always the same."""
        return f"29:1{sha256(self.id.encode()).hexdigest()[:54]}"


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a team.

    Attributes:
        user_id: The user's object id.
        owner: Whether they own the team.
    """

    user_id: str
    owner: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of a team.

    Attributes:
        id: `19:...@thread.tacv2`; the first channel of a team has the team's own.
        name: As displayed.
    """

    id: str
    name: str


@dataclass(slots=True)
class Team:
    """A team.

    Attributes:
        id: `19:...@thread.tacv2`, as the Bot Connector calls it.
        group_id: The object id of its group, as Graph calls it.
        name: As displayed.
        channels: The general one first.
        members: By the order of joining.
    """

    id: str
    group_id: str
    name: str
    channels: list[Channel] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)

    def channel(self, channel_id: str) -> Channel | None:
        """The channel with this id."""
        return next((one for one in self.channels if one.id == channel_id), None)


def leads_team(leads: tuple[str, ...]) -> Team:
    """The team that the flags are for: its general channel, and one for the flags."""
    general = "19:7b1d5e0c4f2a4d6e9c3b8a1f0e2d4c60@thread.tacv2"
    flags = Channel("19:2f9e6d1b8c3a4e5f8b7d0c9a1e4f3b21@thread.tacv2", "Desk flags")
    members = [Member(one, owner=number == 0) for number, one in enumerate(leads)]
    group_id = "b7e1f3a2-90c4-4d6b-8a15-3c2d1e0f3000"
    return Team(general, group_id, "Team leads", [Channel(general, "General"), flags], members)


@dataclass(slots=True)
class Registration:
    """The app's registration in Entra; the bot is the same app.

    Attributes:
        client_id: Its id.
        secrets: Each client secret, and when it ends (Unix seconds).
        certificates: The public parts of certificates that may sign assertions.
        permissions: What an administrator consented to, of Graph's application permissions.
        redirects: Where people may be sent back to; another address, by a single character, is refused.
        enabled: Whether the app may get tokens at all.
    """

    client_id: str
    secrets: dict[str, float] = field(default_factory=dict)
    certificates: list[x509.Certificate] = field(default_factory=list)
    permissions: set[str] = field(default_factory=lambda: set(PERMISSIONS))
    redirects: set[str] = field(default_factory=set)
    enabled: bool = True

    def expire_secrets(self) -> None:
        """Every client secret runs out."""
        self.secrets = dict.fromkeys(self.secrets, 0.0)
