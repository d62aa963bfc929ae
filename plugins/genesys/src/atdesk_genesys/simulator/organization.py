"""What a simulated organisation starts with: presence definitions, agents, settings, and open questions.

Ids of the system definitions are those of the reference ([DC] user-presence guide and a captured listing);
they look the same in every organisation, yet a client has to resolve them at run time, as ours does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

#: The label our adapter looks for unless configured otherwise.
AWAY_LABEL = "Away from desk"

#: System presences in display form, as `/presencedefinitions` spells them, with the ids of their definitions.
SYSTEM_IDS: Mapping[str, str] = {
    "Available": "6a3af858-942f-489d-9700-5f9bcdcdae9b",
    "Away": "5e5c5c66-ea97-4e7f-ac41-6424784829f2",
    "Busy": "31fe3bac-dea6-44b7-bed7-47f91660a1a0",
    "Break": "227b37e2-f1d0-4dd0-8f50-badd7cf6d158",
    "Meal": "3fd96123-badb-4f69-bc03-1b1ccc6d8014",
    "Meeting": "bbdff279-7ae1-48ea-bade-7831d7234c64",
    "Training": "d2390a99-8546-bad9-8f0a-219548e8aeb0",
    "Idle": "7ffa01cd-7866-4ad7-8faa-31e11b42f51f",
    "On Queue": "e08eaf1b-ee47-4fa9-a231-1200e284798f",
    "Offline": "ccf3c10a-aa2c-4845-8e8d-f59fa48c58e5",
}

#: Secondary presences an administrator made: label -> (id, system presence).
SECONDARY: Mapping[str, tuple[str, str]] = {
    AWAY_LABEL: ("b1d5f3a2-0c4e-4b57-9a66-3f1f0a7e2c01", "Away"),
    "Coffee": ("b1d5f3a2-0c4e-4b57-9a66-3f1f0a7e2c02", "Break"),
    "Late lunch": ("b1d5f3a2-0c4e-4b57-9a66-3f1f0a7e2c03", "Meal"),
    "Product training": ("b1d5f3a2-0c4e-4b57-9a66-3f1f0a7e2c04", "Training"),
    "One to one": ("b1d5f3a2-0c4e-4b57-9a66-3f1f0a7e2c05", "Meeting"),
    "Special project": ("b1d5f3a2-0c4e-4b57-9a66-3f1f0a7e2c06", "Busy"),
}

#: Everyone the organisation knows: fictional names, fixed ids, so that a directory file can go with it.
PEOPLE: tuple[tuple[str, str], ...] = (
    ("7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0001", "Mira Halloran"),
    ("7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0002", "Teo Lindqvist"),
    ("7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0003", "Ana Ferreira"),
    ("7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0004", "Jun Okafor"),
    ("7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0005", "Lea Brandt"),
    ("7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0006", "Sami Castellan"),
)


#: The group whose chat the webhook posts to, and who is in it at the start.
LEADS_GROUP = "9d2a7f10-5c1e-4d7e-8c5b-2f6a1e0b4c01"
LEADS = ("7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0006",)


@dataclass(frozen=True, slots=True)
class Definition:
    """One presence definition.

    Attributes:
        id: Its uuid.
        label: The English label an agent sees.
        system: The system presence in display form (`On Queue`).
        primary: Whether it is one of the system's own.
        deactivated: Whether an administrator switched it off.
    """

    id: str
    label: str
    system: str
    primary: bool = True
    deactivated: bool = False

    @property
    def upper(self) -> str:
        """The system presence as events spell it (`ON_QUEUE`)."""
        return self.system.upper().replace(" ", "_")

    @property
    def pascal(self) -> str:
        """The system presence as `/presence/definitions` spells it (`OnQueue`)."""
        return self.system.replace(" ", "")


def default_definitions() -> dict[str, Definition]:
    """Give every system definition and the custom ones, by id."""
    system = [Definition(uid, label, label) for label, uid in SYSTEM_IDS.items()]
    custom = [Definition(uid, label, kind, primary=False) for label, (uid, kind) in SECONDARY.items()]
    return {definition.id: definition for definition in system + custom}


@dataclass(frozen=True, slots=True)
class Limits:
    """The platform's limits and times, each as the reference states it.

    Attributes:
        requests: API requests a minute for one client [COMM:api-limits].
        window_s: Length of that minute, in seconds.
        channels: Channels per user and app [DC 10312].
        topics: Topics per channel [DC 10312].
        channel_life_s: 24 h [DC 10312].
        heartbeat_s: About 30 s [GN].
        closing_s: From `socket_closing` to the close, about a minute [GN].
        token_life_s: `expires_in` of a token; 86399 is UNVERIFIED.
        user_token_life_s: The same of a person's token; set per client, 300 to 172800 [HELP ?p=188023].
        code_life_s: How long an authorization code is good; UNVERIFIED.
        user_ids: Ids in one `GET /users` [PYDOC].
        presence_ids: Ids in one bulk presence read or write [PYDOC].
        coupling_s: Range of the lag between presence and routing, in seconds (20 ms in the capture).
    """

    requests: int = 300
    window_s: float = 60.0
    channels: int = 20
    topics: int = 1000
    channel_life_s: float = 86_400.0
    heartbeat_s: float = 30.0
    closing_s: float = 60.0
    token_life_s: int = 86_399
    user_token_life_s: int = 86_399
    code_life_s: float = 60.0
    user_ids: int = 100
    presence_ids: int = 50
    coupling_s: tuple[float, float] = (0.010, 0.050)

    def scaled(self, factor: float) -> Limits:
        """Multiply the socket's and the channel's timers by `factor` (0.01 makes a heartbeat 0.3 s)."""
        return replace(
            self,
            channel_life_s=self.channel_life_s * factor,
            heartbeat_s=self.heartbeat_s * factor,
            closing_s=self.closing_s * factor,
        )


@dataclass(slots=True)
class OpenQuestions:
    """Answers the reference marks UNVERIFIED. Each is a switch, and a client has to live with either answer.

    Attributes:
        combined_counts_once: Whether `prefix?a&b` counts as one topic of the 1000.
        renewed_token_keeps_channel: Whether a new token of the same client may use the old one's channels.
        off_queue_waits_for_call: Whether routing stays INTERACTING until the call ends.
        bad_credentials_status: Status of a refused token call.
        token_type: Casing of `token_type`.
        rest_on_queue: How the user's REST presence spells On Queue.
        webhook_status: Status of an accepted webhook message.
        division_id: What `divisionId` holds for "all divisions".
    """

    combined_counts_once: bool = True
    renewed_token_keeps_channel: bool = False
    off_queue_waits_for_call: bool = False
    bad_credentials_status: int = 401
    token_type: str = "bearer"
    rest_on_queue: str = "On Queue"
    webhook_status: int = 200
    division_id: str = "*"


ALL_PERMISSIONS = frozenset(
    {
        "presence:presenceDefinition:view",
        "presence:presenceDefinition:add",
        "presence:userPresence:edit",
        "presence:settings:view",
    }
)


@dataclass(slots=True)
class Settings:
    """What an administrator can switch in the simulated organisation.

    Attributes:
        permissions: What the service client's role grants.
        agent_permissions: What an agent's own role grants, when they signed in themselves.
        refused_topics: Last parts of topics (`conversations`) that the client may not have.
        omitted_expands: Parts of `GET /users?expand=` to leave out; it is best effort [PYDOC].
        requesting_off_queue: `requestingOffQueueEnabled` of the presence settings.
        settle_s: Seconds after a presence write during which the next one gets 409.
    """

    permissions: set[str] = field(default_factory=lambda: set(ALL_PERMISSIONS))
    agent_permissions: set[str] = field(default_factory=lambda: {"routing:agent:onqueue"})
    refused_topics: set[str] = field(default_factory=set)
    omitted_expands: set[str] = field(default_factory=set)
    requesting_off_queue: bool = False
    settle_s: float = 0.0
