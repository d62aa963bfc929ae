"""What Genesys Cloud can say about one person: facts, each with the platform's own time where it has one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from atdesk_sdk.events import Interaction, Routing


@dataclass(frozen=True, slots=True)
class PresenceFact:
    """A presence, from the socket or from REST.

    Attributes:
        definition_id: What is shown.
        modified_ms: When it began, ms since the epoch; None where the body has no time [DC sample].
        primary: False: another presence source owns the display; None: not said.
        pending: Whether a future presence waits; None: not said (the activity event never says).
    """

    definition_id: str
    modified_ms: int | None
    primary: bool | None = None
    pending: bool | None = None


@dataclass(frozen=True, slots=True)
class RoutingFact:
    """A routing status and when it began, ms since the epoch."""

    status: Routing
    start_ms: int | None


@dataclass(frozen=True, slots=True)
class OutOfOfficeFact:
    """Whether the person is out of office, and since when, ms since the epoch; None: not said."""

    active: bool
    modified_ms: int | None


class Stage(IntEnum):
    """How far one leg of a conversation is. It only ever moves on."""

    RINGING = 1
    LIVE = 2
    AFTER_CALL = 3
    DONE = 4


@dataclass(frozen=True, slots=True)
class Leg:
    """One participation of the person in a conversation.

    Attributes:
        stage: How far it is.
        ended: Whether the platform gave it an end; then no earlier stage can follow.
        meeting: A video conversation without a customer in it.
    """

    stage: Stage
    ended: bool
    meeting: bool = False


@dataclass(frozen=True, slots=True)
class ConversationFact:
    """A whole conversation, cut down to this person's legs: participant id -> leg."""

    conversation_id: str
    legs: Mapping[str, Leg]


@dataclass(frozen=True, slots=True)
class SummaryFact:
    """What a snapshot counts: the busiest thing of all that goes on."""

    interaction: Interaction


Fact = PresenceFact | RoutingFact | OutOfOfficeFact | ConversationFact | SummaryFact
