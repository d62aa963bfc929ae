"""The words of a script. All of it is data, so that a script can be read like a story."""

from dataclasses import dataclass
from enum import StrEnum

from atdesk_sdk.errors import AdapterError, ConfigError, LookRefused
from atdesk_sdk.events import AccountRef, Interaction, LeadAction, Meeting, PausedBy, Presence, Routing
from atdesk_sdk.findings import CouldNotTell
from atdesk_sdk.health import HealthStatus


@dataclass(frozen=True, slots=True)
class StateBecomes:
    """Somebody changes the state of an account; what is None stays as it is."""

    account: AccountRef
    presence: Presence | None = None
    routing: Routing | None = None
    interaction: Interaction | None = None


@dataclass(frozen=True, slots=True)
class VideoStarts:
    """A person's video can be asked for.

    Attributes:
        participant_id: Who, within the adapter's one stream.
        account: The person; None when the platform does not prove who it is.
        meeting: The meeting it belongs to.
        pictures: JPEG pictures that are shown one after the other, and again from the first.
    """

    participant_id: str
    account: AccountRef | None
    meeting: Meeting
    pictures: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class VideoEnds:
    """A person's video is gone, and looks at it are refused with this reason."""

    participant_id: str
    reason: CouldNotTell


@dataclass(frozen=True, slots=True)
class PauseSet:
    """Somebody entitled to it stops the stream, or resumes."""

    account: AccountRef
    paused: bool
    by: PausedBy = PausedBy.AGENT
    reason_code: str | None = None
    reason_text: str | None = None


@dataclass(frozen=True, slots=True)
class LeadPresses:
    """A lead presses a button on a flag."""

    flag_number: str
    action: LeadAction
    account: AccountRef
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReportHealth:
    """The adapter says how it is."""

    status: HealthStatus
    message: str = ""


class Operation(StrEnum):
    """What can be made slow or go wrong."""

    START = "start"
    READ = "read"
    WRITE = "write"
    OWN_QUEUE = "back_on_queue"
    FRAMES = "frames"
    POST = "post"
    UPDATE = "update"
    FIND = "find"
    NOTIFY = "notify"


@dataclass(frozen=True, slots=True)
class Fault:
    """From now on, calls of one operation are slow or go wrong.

    Attributes:
        operation: Which.
        error: What the call raises; None when it is only slow.
        delay_s: How long the call takes before anything else happens, seconds.
        times: How many calls; None for all from now on.
        carried_out: The platform does it all the same and only the answer goes wrong: with
            `OutcomeUnknown` as the error, the answer was lost.
    """

    operation: Operation
    error: AdapterError | LookRefused | ConfigError | None = None
    delay_s: float = 0.0
    times: int | None = 1
    carried_out: bool = False


Happening = StateBecomes | VideoStarts | VideoEnds | PauseSet | LeadPresses | ReportHealth | Fault
"""Everything that can happen in a script."""


@dataclass(frozen=True, slots=True)
class At:
    """One line of a script: what happens so many seconds after `start`."""

    seconds: float
    what: Happening
