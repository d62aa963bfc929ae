"""Somebody who is signed in, and as what."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do. A person can have several; each route names the one that it is for."""

    AGENT = "agent"
    LEAD = "lead"
    REVIEWER = "reviewer"
    INTEGRATOR = "integrator"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who is signed in.

    Attributes:
        person_id: Id in the directory.
        roles: What this sign-in may be used for.
        tab: Random id of the one tab that the sign-in belongs to; empty for a cookie session.
        shift_id: The shift in which an agent signed in; empty for a cookie session and off shift.
        expires_at: Engine's clock.
    """

    person_id: str
    roles: frozenset[Role]
    tab: str
    shift_id: str
    expires_at: float


class NotSignedIn(Exception):
    """Nobody, or a sign-in that is over. The message says what to do; answered with 401."""


class NotAllowed(Exception):
    """Signed in, and not for this; answered with 403, or 404 where its existence is not theirs to know."""
