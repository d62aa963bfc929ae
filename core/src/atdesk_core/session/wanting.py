"""What the next frame is to be measured for: what no rule asks for is not measured."""

from dataclasses import dataclass

from atdesk_core.judging import verdict
from atdesk_core.session.facts import Facts
from atdesk_core.session.sight import OF_THINGS
from atdesk_core.session.state import Session
from atdesk_sdk import CouldNotTell, FindingKind

CHECKED = OF_THINGS | {FindingKind.EXTRA_PERSON}

# While one of these stands, nothing is known of who is there.
_STREAM_REASONS = frozenset(
    {
        CouldNotTell.NO_SIGNAL,
        CouldNotTell.CAMERA_OFF,
        CouldNotTell.STREAM_PAUSED,
        CouldNotTell.NOT_OUR_TURN,
        CouldNotTell.PLATFORM_DOUBT,
    }
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the next frame is to be measured for: what no rule asks for is not measured.

    Attributes:
        fresh: Search and compare it by itself, whatever the last frame gave.
        asked: What is looked for beside who is in the seat, now and then.
        urgent: Of that, what is in doubt or about to be acted on: looked for on this frame.
        match: Compare the face with the agent's template: only where a rule asks who is there.
    """

    fresh: bool = False
    asked: frozenset[FindingKind] = frozenset()
    urgent: frozenset[FindingKind] = frozenset()
    match: bool = True


def wanted(session: Session, facts: Facts) -> Wanted:
    """What the next frame is to be measured for, by what the policy asks and what is in doubt."""
    policy = facts.policy
    if policy is None:
        return Wanted()
    asked = frozenset(kind for kind in CHECKED if policy.asks_for(kind))
    doubtful = {check.kind for check in session.judge.checks if check.doubtful} | session.confirming
    return Wanted(
        fresh=_wants_fresh(session),
        asked=asked,
        urgent=asked & doubtful,
        match=policy.asks_for(FindingKind.DIFFERENT_PERSON),
    )


def _wants_fresh(session: Session) -> bool:
    """Vision leaves steps out that cannot change the answer.

    But a judging that begins anew, to confirm what is about to be done or after a gap, has no answer yet
    that could stay the same. And what is in doubt is searched and compared until it is decided: the judge
    counts frames closer than its step as one, so vision cannot know when there is enough.
    """
    now = verdict(session.judge)
    return bool(session.confirming) or now.undecided or now.reason in _STREAM_REASONS
