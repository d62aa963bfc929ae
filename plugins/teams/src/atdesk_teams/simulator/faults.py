"""What can be made to go wrong, and what Microsoft's documentation leaves open: switches for both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from atdesk_sdk.simulating import faults
from atdesk_sdk.simulating.switches import Switches, one_of

#: What becomes of ids that are nobody's in `getPresencesByUserId`.
UNKNOWN_IDS: Final = frozenset({"omitted", "unknown", "not_found"})


@dataclass(slots=True)
class HttpFault(faults.HttpFault):
    """One fault, with what Graph and its users may do beside what any platform may.

    Attributes:
        message: The `message` of the error body.
        stale: A read answers what was so before each user's last change, with the version of then.
        user: A user (id or name) who picks a status in their own client just before the request is handled.
        picks: What they pick: an availability, such as `DoNotDisturb`.
    """

    message: str = "A fault was asked for."
    stale: bool = False
    user: str | None = None
    picks: str | None = None


class Faults(faults.HttpFaults[HttpFault]):
    """All faults waiting to strike."""

    def __init__(self) -> None:
        super().__init__(HttpFault)


@dataclass(slots=True)
class OpenPoints(Switches):
    """Points on which the documentation is silent or divided; an adapter must live with either answer.

    Attributes:
        sequence_numbers: A presence carries `sequenceNumber`, which many samples omit.
        unknown_ids: Of an id that is nobody's, the bulk read says nothing (`omitted`), `PresenceUnknown`
            (`unknown`), or the whole call is a 404 (`not_found`).
        camel_case: Availability and activity begin with a small letter, as localised pages print them.
        clear_preferred_status: Of a `clearUserPreferredPresence` that was done.
        least_preferred_s: The shortest `expirationDuration` of a preferred state; 0: any.
        unsettable_refused: `setPresence` with an activity that only Teams itself sets (a meeting, out of
            office) is a 400; else it is accepted without effect.
        foreign_sessions: `setPresence` takes a `sessionId` that is not the calling app's id. Microsoft says
            it has to be; people report that others leave sessions behind.
        retry_after: The limit's own 429 says how long to wait.
        roles_in_403: A 403 names the permissions that would do, and those that the token has.
        status_message_app_only: An app may set a user's status message.
    """

    sequence_numbers: bool = True
    unknown_ids: str = one_of("omitted", UNKNOWN_IDS)
    camel_case: bool = False
    clear_preferred_status: int = 200
    least_preferred_s: float = 0.0
    unsettable_refused: bool = True
    foreign_sessions: bool = False
    retry_after: bool = True
    roles_in_403: bool = True
    status_message_app_only: bool = True
