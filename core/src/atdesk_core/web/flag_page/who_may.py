"""Who may open the page of a flag, and as what. Pure."""

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Final

from atdesk_core.identity import Directory, Standing, standing_of
from atdesk_core.runtime.answering import may_review
from atdesk_core.store import FlagRow, ReviewRow
from atdesk_core.web.sign_in import Role
from atdesk_sdk import FlagStatus


class Seat(StrEnum):
    """As what somebody looks at a flag; the log and the agent are told."""

    LEAD = "lead"
    COVER = "cover"
    REVIEWER = "reviewer"


class Act(StrEnum):
    """What can be said about a flag on its page."""

    ACKNOWLEDGE = "acknowledge"
    DISMISS = "dismiss"
    UPHOLD = "uphold"
    OVERTURN = "overturn"


_FOR_A_SECOND: Final = frozenset(
    {FlagStatus.AWAITING_SECOND, FlagStatus.DISPUTED, FlagStatus.UPHELD, FlagStatus.OVERTURNED}
)
"""Only these concern somebody who does not lead the agent."""


def seat_of(
    directory: Directory,
    person_id: str,
    role: Role,
    flag: FlagRow,
    on_shift: Callable[[str], bool],
    reviewers: Collection[str],
    *,
    has_said: bool,
) -> Seat | None:
    """As what a person may open this flag; None: for them it does not exist.

    Args:
        directory: Who is who.
        person_id: Who asks.
        role: As what they are signed in.
        flag: Which flag.
        on_shift: Whether a shift of somebody runs.
        reviewers: Named reviewers.
        has_said: Whether they have reviewed this flag: then they see what came of it.
    """
    agent_id = flag.agent_id
    standing = standing_of(directory, person_id, agent_id, on_shift) if role is Role.LEAD else None
    if standing is not None:
        return Seat.LEAD if standing is Standing.LEAD else Seat.COVER
    second = has_said or FlagStatus(flag.status) in _FOR_A_SECOND
    return Seat.REVIEWER if second and may_review(directory, person_id, agent_id, reviewers) else None


def acts_for(
    flag: FlagRow, may_decide: bool, reviews: Collection[ReviewRow], own_ref: str
) -> tuple[Act, ...]:
    """What this person can say about the flag now.

    Args:
        flag: As it stands.
        may_decide: Whether they may review flags of this agent.
        reviews: What was said about it.
        own_ref: Their random id: nobody is the second person to themselves.
    """
    status = FlagStatus(flag.status)
    said = own_ref in {review.by_ref for review in reviews}
    if status is FlagStatus.DISPUTED:
        return (Act.UPHOLD, Act.OVERTURN) if may_decide and not said else ()
    if flag.closed_at is not None:
        return ()
    if status is FlagStatus.ACKNOWLEDGED or (status is FlagStatus.AWAITING_SECOND and said):
        return (Act.DISMISS,)
    return (Act.ACKNOWLEDGE, Act.DISMISS)
