"""What is found beside who is in the seat: company, a phone, food or drink, a thing of the site's list.

A check is weighed only while the agent, or somebody who may be the agent, is seen: what lies on the desk
of an empty seat, or in the hand of somebody else, is not held against anybody.
"""

from collections.abc import Callable, Mapping
from typing import Final

from atdesk_core.judging import company, reach
from atdesk_core.judging.rules import JudgingRules
from atdesk_core.judging.votes import Check, Signal, VoteRules, after_gap, cast, lost
from atdesk_core.policy import SitePolicy
from atdesk_sdk.detector import Observation
from atdesk_sdk.findings import FindingKind

Checks = tuple[Check, ...]
Reader = Callable[[Observation, SitePolicy, JudgingRules], Signal | None]


def _company(seen: Observation, policy: SitePolicy, _rules: JudgingRules) -> Signal | None:
    return company.signal(seen, policy.extra_person)


def _phone(seen: Observation, policy: SitePolicy, rules: JudgingRules) -> Signal | None:
    return reach.phone(seen, rules.objects, desk_handset=policy.phone.desk_handset)


def _food_or_drink(seen: Observation, _policy: SitePolicy, rules: JudgingRules) -> Signal | None:
    return reach.food_or_drink(seen, rules.objects)


def _banned(seen: Observation, policy: SitePolicy, rules: JudgingRules) -> Signal | None:
    return reach.banned(seen, rules.objects, policy.banned_object.classes)


_READERS: Final[Mapping[FindingKind, Reader]] = {
    FindingKind.EXTRA_PERSON: _company,
    FindingKind.PHONE: _phone,
    FindingKind.FOOD_OR_DRINK: _food_or_drink,
    FindingKind.BANNED_OBJECT: _banned,
}
KINDS: Final = tuple(_READERS)
"""The kinds that are voted over pictures, in a fixed order."""


def weigh(checks: Checks, seen: Observation, policy: SitePolicy | None, rules: JudgingRules) -> Checks:
    """Weigh one more picture, under the rules that are on.

    Args:
        checks: As they were.
        seen: One observation, no older than the last.
        policy: Says which checks are on; None: none is.
        rules: The numbers.
    """
    if policy is None:
        return ()
    known = {check.kind: check for check in checks}
    return tuple(
        _weigh_one(known.get(kind, Check(kind)), seen, policy, rules)
        for kind in KINDS
        if policy.asks_for(kind)
    )


def signal_of(kind: FindingKind, seen: Observation, policy: SitePolicy, rules: JudgingRules) -> Signal | None:
    """What one picture says of one check; None when it says nothing, or is none of these checks."""
    reader = _READERS.get(kind)
    return None if reader is None or seen.obstacle is not None else reader(seen, policy, rules)


def _weigh_one(check: Check, seen: Observation, policy: SitePolicy, rules: JudgingRules) -> Check:
    signal = signal_of(check.kind, seen, policy, rules)
    if signal is None:
        return check
    for_s = policy.extra_person.for_s if check.kind is FindingKind.EXTRA_PERSON else 0.0
    return cast(check, seen.received_at, signal, votes_for(check.kind, rules), for_s, rules.step_s)


def votes_for(kind: FindingKind, rules: JudgingRules) -> VoteRules:
    """How many pictures this kind takes."""
    return rules.company_votes if kind is FindingKind.EXTRA_PERSON else rules.object_votes


def drop(checks: Checks, at: float) -> Checks:
    """Nobody can be seen, or it is not the agent: what stood is over."""
    return tuple(lost(check, at) for check in checks)


def unseen(checks: Checks) -> Checks:
    """Time went by unseen."""
    return tuple(after_gap(check) for check in checks)
