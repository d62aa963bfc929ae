"""The words of this room: what a still is, why one may be opened or held, and why there may be none."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from atdesk_sdk import FindingKind, FlagStatus


class StillError(Exception):
    """A still cannot be opened or held. The message says why and what to do."""


class NoStill(StrEnum):
    """Why there is no still beside what a redaction refuses. Closed: it stands in the log."""

    STILLS_OFF = "stills_off"
    STOPPED = "stopped"
    PAUSED = "paused"
    NO_CONSENT = "no_consent"
    ERASED = "erased"
    FLAG_GONE = "flag_gone"
    NO_PICTURE = "no_picture"
    KEY_UNUSABLE = "key_unusable"
    TOO_LATE = "too_late"
    FAILED = "failed"


class ViewReason(StrEnum):
    """Why a reviewer opens a still."""

    REVIEW = "review"
    SECOND_REVIEW = "second_review"
    DISPUTE = "dispute"
    ACCESS_REQUEST = "access_request"


class HoldReason(StrEnum):
    """Why a still is kept beyond its time: something about its flag is not settled."""

    DISPUTE = "dispute"
    SECOND_REVIEW = "second_review"


HELD_WHILE: Final = {
    HoldReason.DISPUTE: FlagStatus.DISPUTED,
    HoldReason.SECOND_REVIEW: FlagStatus.AWAITING_SECOND,
}
"""Where the flag has to stand for a hold of that reason."""

COME_TO_NOTHING: Final = frozenset({FlagStatus.OVERTURNED.value, FlagStatus.WITHDRAWN.value})
"""Of a flag that stands like this nothing is kept."""


class PurgeReason(StrEnum):
    """Why a still was destroyed."""

    EXPIRED = "expired"
    HOLD_ENDED = "hold_ended"
    FLAG_OVERTURNED = "flag_overturned"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Taken:
    """A picture that is to become a still, by its names and times alone.

    Attributes:
        still_id: Random.
        agent_id: Whose; the picture shows this person or an empty seat.
        flag_number: Of the flag that was raised on it.
        finding: What the flag says.
        look_id: The look that the frame came from; None where there is no frame.
        taken_at: When the frame came, engine's clock.
        life_s: How long it may be kept, seconds.
        needs_consent: Whether policy asks for a consent on record.
    """

    still_id: str
    agent_id: str
    flag_number: str
    finding: FindingKind
    look_id: str | None
    taken_at: float
    life_s: float
    needs_consent: bool = True


@dataclass(frozen=True, slots=True)
class Still:
    """A still as it is kept, without its picture. Field names are column names.

    Attributes:
        still_id: Random.
        agent_id: Whose.
        flag_number: Of its flag.
        finding: What the flag says.
        taken_at: When the frame came, seconds since the epoch.
        expires_at: Destroyed from then on.
        hold_until: Kept until then for a dispute; None: nothing holds it.
        hold_by: Random id of whoever holds it.
        hold_reason: A `HoldReason`.
    """

    still_id: str
    agent_id: str
    flag_number: str
    finding: str
    taken_at: float
    expires_at: float
    hold_until: float | None = None
    hold_by: str | None = None
    hold_reason: str | None = None

    @property
    def gone_at(self) -> float:
        """From when on it is to be destroyed, as things stand."""
        return max(self.expires_at, self.hold_until or 0.0)
