"""What adapters tell the engine. All of it is immutable and carries two times.

`occurred_at` is the platform's clock and orders events of one source only; `received_at` is the
engine's clock and measures durations. Both are seconds since the epoch, UTC.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from atdesk_sdk.findings import CouldNotTell


@dataclass(frozen=True, slots=True, order=True)
class AccountRef:
    """One person on one platform, by the platform's own immutable id, never by a name."""

    platform: str
    tenant: str
    external_id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.tenant}:{self.external_id}"


class Presence(StrEnum):
    """What the platform shows beside the person's name, in one vocabulary."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    ON_QUEUE = "on_queue"
    MEETING = "meeting"
    TRAINING = "training"
    BREAK = "break"
    MEAL = "meal"
    BUSY = "busy"
    IDLE = "idle"
    AWAY = "away"
    UNKNOWN = "unknown"


class Routing(StrEnum):
    """Where the person stands with the contact centre's routing."""

    OFF_QUEUE = "off_queue"
    IDLE = "idle"
    INTERACTING = "interacting"
    COMMUNICATING = "communicating"
    NOT_RESPONDING = "not_responding"
    UNKNOWN = "unknown"


class Interaction(StrEnum):
    """What the person is doing live. A meeting that carries our frames is a meeting, not a call."""

    NONE = "none"
    CUSTOMER_CALL = "customer_call"
    AFTER_CALL = "after_call"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class AgentState:
    """Every axis of one account's state at one moment.

    Attributes:
        account: Whose.
        presence: The mapped status. A status nobody mapped is `unknown`, and then nobody is looked at.
        routing: See `Routing`; `unknown` where the platform has none.
        interaction: See `Interaction`.
        since: When the presence began, platform's clock.
        source: Who says so, such as "event" or "snapshot".
        revision: Opaque, of the presence alone. Two states with one revision are the same change: the
            echo of a write of ours carries the revision of its receipt; anything else was somebody else.
        out_of_office: The person set an absence of their own; nothing is written over it.
        change_pending: The platform already has a request of the person's own waiting; we stand back.
    """

    account: AccountRef
    presence: Presence
    routing: Routing
    interaction: Interaction
    since: float
    source: str
    revision: str
    out_of_office: bool = False
    change_pending: bool = False


@dataclass(frozen=True, slots=True)
class AgentStateChanged:
    """The state of one account, complete, after a change or from a snapshot."""

    state: AgentState
    occurred_at: float
    received_at: float


@dataclass(frozen=True, slots=True)
class Meeting:
    """What policy has to know of a meeting before a frame of it may be opened.

    Attributes:
        meeting_id: The platform's id of this meeting (Zoom: the number people type).
        series_id: Id shared by all meetings of a series; equal to `meeting_id` where there is none.
        participants: How many people are in it; None when the platform does not say.
        outside_guests: Whether somebody of another organisation is in it; None when unknown, and
            unknown is treated as yes.
        breakout: Whether this is a breakout room.
        people_told: Whether the platform itself shows everyone that content goes to an app.
    """

    meeting_id: str
    series_id: str
    participants: int | None = None
    outside_guests: bool | None = None
    breakout: bool = False
    people_told: bool = False


@dataclass(frozen=True, slots=True, order=True)
class StreamKey:
    """Address of one person's video: adapter, stream, and the participant in it."""

    adapter: str
    stream_id: str
    participant_id: str


@dataclass(frozen=True, slots=True)
class VideoOpened:
    """A person's video can be asked for from now on.

    Attributes:
        key: Where.
        account: The person, resolved by platform ids; None when the platform does not prove who it
            is, and then the person is never looked at.
        meeting: The meeting it belongs to; None for the camera of the agent's own page, which is in none.
    """

    key: StreamKey
    account: AccountRef | None
    meeting: Meeting | None
    occurred_at: float
    received_at: float


@dataclass(frozen=True, slots=True)
class MeetingChanged:
    """The meeting that carries a person's video changed (someone joined, a guest came)."""

    key: StreamKey
    meeting: Meeting
    occurred_at: float
    received_at: float


@dataclass(frozen=True, slots=True)
class VideoClosed:
    """A person's video is gone. Silence is not absence: `reason` says what it is instead."""

    key: StreamKey
    reason: CouldNotTell
    occurred_at: float
    received_at: float


class PausedBy(StrEnum):
    """Who stopped the stream. All of them count as the agent's own pause.

    `support` is somebody who acts for an agent who asked for it; it is lifted by support alone, so that a
    stream that is started again by itself does not end it.
    """

    AGENT = "agent"
    HOST = "host"
    ADMIN = "admin"
    SUPPORT = "support"


@dataclass(frozen=True, slots=True)
class PauseChanged:
    """A stop or a resume that somebody entitled to it made on the platform.

    Attributes:
        account: The agent concerned.
        paused: True from now on no frame is opened; False the agent resumed.
        by: Who did it.
        reason_code: A category that the agent picked; dropped unless the site's policy lists it.
        reason_text: What the agent typed; dropped unless the site's policy takes text. It is in no log and
            in no representation of the event.
    """

    account: AccountRef
    paused: bool
    by: PausedBy
    occurred_at: float
    received_at: float
    reason_code: str | None = None
    reason_text: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class TurnedIntoBreak:
    """The agent says, with one click and without a reason, that an absence was just a break.

    Within the shift its flag closes uncounted; afterwards the click changes nothing, and the agent can
    still dispute the flag.

    Attributes:
        account: The agent's own; anybody else's click is not heard.
        flag_number: The flag concerned; None for the absence that stands now.
    """

    account: AccountRef
    flag_number: str | None
    occurred_at: float
    received_at: float


@dataclass(frozen=True, slots=True)
class SaidWrong:
    """The agent says, on the notice itself, that what they were told is wrong.

    Nothing is written over that, and a flag that comes of it is disputed from its first moment; where the
    flag stands already, it is disputed now.

    Attributes:
        account: The agent's own; anybody else's click is not heard.
        notice_id: Of the notice.
    """

    account: AccountRef
    notice_id: str
    occurred_at: float
    received_at: float


@dataclass(frozen=True, slots=True)
class InputActivity:
    """Keyboard and mouse of a person fell silent, or came to life: never which key, never what was typed.

    A platform's own idle state is a presence (`Presence.IDLE`) and needs no such event.

    Attributes:
        account: Whose.
        idle: Whether they are silent.
        idle_for_s: How long they had been when this was reported, seconds.
    """

    account: AccountRef
    idle: bool
    idle_for_s: float
    occurred_at: float
    received_at: float


class LeadAction(StrEnum):
    """What a lead can do with a flag. There is no sanction verb."""

    OPEN = "open"
    ACKNOWLEDGE = "acknowledge"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True)
class LeadActed:
    """Somebody pressed a button on a flag. Core checks that the account is a lead of that agent.

    Attributes:
        flag_number: The number on the card.
        action: Which button.
        reason: A code from the card's own list; None where the button asks for none. A dismissal without
            one of `DismissReason` changes nothing.
        account: Who pressed it.
    """

    flag_number: str
    action: LeadAction
    reason: str | None
    account: AccountRef
    occurred_at: float
    received_at: float


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """An account of the tenant, with the e-mail address that the platform itself has verified.

    Where exactly one person of the directory has that address, a link is proposed; a human confirms it.
    Until then the account is nobody's.

    Attributes:
        account: Which.
        email: Verified by the platform, never typed in by the person in a meeting.
    """

    account: AccountRef
    email: str
    occurred_at: float
    received_at: float


@dataclass(frozen=True, slots=True)
class AccountGone:
    """An account is there no more: the platform itself says so of this very id.

    The person has left: nobody looks at them from then on, and what is kept of them is erased within a
    day. So it is only emitted on a clear answer. An account that a list leaves out, or that may not be
    read, is not gone.

    Attributes:
        account: Which.
    """

    account: AccountRef
    occurred_at: float
    received_at: float


AdapterEvent = (
    AgentStateChanged
    | VideoOpened
    | MeetingChanged
    | VideoClosed
    | PauseChanged
    | TurnedIntoBreak
    | SaidWrong
    | InputActivity
    | LeadActed
    | AccountSeen
    | AccountGone
)
"""Everything that an adapter may emit."""
