"""What a session wants done. The runtime does it; the session never does."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from atdesk_core.policy import LookReason
from atdesk_core.session.state import OpenFlag
from atdesk_sdk import AccountRef, FindingKind, LeadAction, NoticeKind, Presence, StreamKey


class LookSource(StrEnum):
    """Where the frames of a look come from: each look has exactly one source."""

    MEETING = "meeting"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class OpenLook:
    """Ask a video source for a few frames of this person.

    Attributes:
        look_id: Goes into every frame.
        reason: Why it is opened.
        key: Whose video.
        max_frames: At the most.
        max_s: Seconds from the first frame, at the most.
        interval_s: Between two frames.
        may_be_absent: Nobody, or somebody else, may be there: such a look goes first.
        source: A meeting, or the agent's own page.
        page_must_show: The agent's page has to show the look, before the first frame and all along.
    """

    look_id: str
    reason: LookReason
    key: StreamKey
    max_frames: int
    max_s: float
    interval_s: float
    may_be_absent: bool
    source: LookSource = LookSource.MEETING
    page_must_show: bool = True


@dataclass(frozen=True, slots=True)
class CloseLook:
    """Stop it at once; frames that still come are dropped."""

    look_id: str


@dataclass(frozen=True, slots=True)
class NotifyAgent:
    """Tell the agent. Never shown to anybody else."""

    notice_id: str
    kind: NoticeKind
    since: float
    lead_sees_at: float | None


@dataclass(frozen=True, slots=True)
class SetState:
    """Write the presence of the authority's account; not after `not_after`."""

    change_id: str
    account: AccountRef
    to: Presence
    expected: str
    not_after: float


@dataclass(frozen=True, slots=True)
class PostFlag:
    """A flag becomes visible to the lead."""

    flag: OpenFlag


@dataclass(frozen=True, slots=True)
class UpdateFlag:
    """Something about a posted flag changed; with `closed_at` it leaves the open ones."""

    flag: OpenFlag


@dataclass(frozen=True, slots=True)
class KeepReview:
    """Keep who said what about a flag, and why. `by`: the person's random id, which the directory names."""

    flag_number: str
    action: LeadAction
    reason: str
    by: str
    at: float


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Send `Woke` at this time; takes the place of the timer before. None: no timer."""

    at: float | None


@dataclass(frozen=True, slots=True)
class Turned:
    """The agent turned absent or different: counted by the storm guard."""

    kind: FindingKind
    at: float


class RecordKind(StrEnum):
    """What the decision log holds. Closed."""

    LOOK_OPENED = "look_opened"
    LOOK_SKIPPED = "look_skipped"
    LOOK_ENDED = "look_ended"
    FINDING = "finding"
    FINDING_OVER = "finding_over"
    COULD_NOT_TELL = "could_not_tell"
    STATE_SEEN = "state_seen"
    PAUSE = "pause"
    INPUT = "input"
    EPISODE = "episode"
    NOTICE = "notice"
    STATE_WRITE = "state_write"
    CLAIM = "claim"
    FLAG = "flag"
    LEAD_ACTION = "lead_action"
    SHADOW = "shadow"
    STORM = "storm"
    STOP_ALL = "stop_all"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the decision log: ids and numbers, never a name, a picture or free text."""

    kind: RecordKind
    at: float
    data: Mapping[str, str | float | bool | None]


Command = (
    OpenLook
    | CloseLook
    | NotifyAgent
    | SetState
    | PostFlag
    | UpdateFlag
    | KeepReview
    | WakeAt
    | Turned
    | Record
)
"""Everything that a session may ask for."""
