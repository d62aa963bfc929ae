"""Does one picture, by itself, show what was found over a window? For choosing the one that is kept. Pure."""

from collections.abc import Iterable

from atdesk_core.judging.checks import signal_of
from atdesk_core.judging.rules import JudgingRules
from atdesk_core.judging.signs import Sign, read
from atdesk_core.policy import SitePolicy
from atdesk_sdk.detector import Observation
from atdesk_sdk.findings import FindingKind

_OF_SEAT = {
    FindingKind.ABSENT: Sign.EMPTY,
    FindingKind.INPUT_IDLE: Sign.EMPTY,
    FindingKind.DIFFERENT_PERSON: Sign.OTHER,
}


def shown(
    kinds: Iterable[FindingKind], seen: Observation, policy: SitePolicy, rules: JudgingRules
) -> frozenset[FindingKind]:
    """Those of the findings that this one picture speaks for.

    Args:
        kinds: Findings that are being judged.
        seen: The picture.
        policy: Says what counts as company, as a phone, and as a banned thing.
        rules: How observations are read.
    """
    sign = read(seen, rules).sign

    def speaks_for(kind: FindingKind) -> bool:
        if kind in _OF_SEAT:
            return sign is _OF_SEAT[kind]
        signal = signal_of(kind, seen, policy, rules)
        return signal is not None and signal.seen

    return frozenset(kind for kind in kinds if speaks_for(kind))
