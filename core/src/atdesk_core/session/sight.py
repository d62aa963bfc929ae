"""What is known, now, of each thing that a rule may ask for: whoever is in the seat, what is beside, silence.

Undecided evidence neither begins nor ends anything: it is `unclear`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from atdesk_core.judging import Basis, BasisKind, Check, Evidence, JudgeState, Verdict, check, verdict
from atdesk_core.policy import SitePolicy
from atdesk_core.session.state import Session
from atdesk_sdk import AccountRef, FindingKind, Presence

OF_SEAT: Final = frozenset({FindingKind.ABSENT, FindingKind.DIFFERENT_PERSON})
OF_THINGS: Final = frozenset({FindingKind.PHONE, FindingKind.FOOD_OR_DRINK, FindingKind.BANNED_OBJECT})


class Sight(StrEnum):
    """Whether something is so."""

    SO = "so"
    UNCLEAR = "unclear"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is known of one thing.

    Attributes:
        sight: Whether it is so.
        why: When it is over: why, as the log has it.
        since: When it began to be so, engine's clock.
        decided_at: When the engine knew.
        confidence: 0..1.
        evidence: On what it rests; empty where the confidence says it all.
    """

    sight: Sight
    why: str = ""
    since: float = 0.0
    decided_at: float = 0.0
    confidence: float = 0.0
    evidence: Evidence = ""


UNCLEAR: Final = Sighting(Sight.UNCLEAR)

# Not signed in, or nothing known: no word on keyboard and mouse.
_MUTE: Final = frozenset({Presence.OFFLINE, Presence.UNKNOWN})
# An Away may stand over an Idle, ours above all: whoever is at work shows neither.
_SILENT: Final = frozenset({Presence.IDLE, Presence.AWAY})


def sighting(
    session: Session,
    judge: JudgeState,
    kind: FindingKind,
    policy: SitePolicy,
    now: float,
    idle_accounts: frozenset[AccountRef] = frozenset(),
) -> Sighting:
    """What is known of one thing.

    Args:
        session: For what the platforms report.
        judge: Whose evidence counts: the session's, or one begun afresh.
        kind: Which thing.
        policy: For what counts as silence.
        now: Engine's clock.
        idle_accounts: Accounts whose platform tells by itself when its user is idle.
    """
    if kind in OF_SEAT:
        return _of_seat(verdict(judge), kind)
    if kind is FindingKind.INPUT_IDLE:
        return _of_input(session, verdict(judge), policy, now, idle_since(session, idle_accounts))
    return _of_check(check(judge, kind))


def _of_seat(now: Verdict, kind: FindingKind) -> Sighting:
    if now.undecided:
        return UNCLEAR
    if now.finding is kind:
        return Sighting(Sight.SO, "", now.since, now.decided_at, now.confidence)
    if now.finding is FindingKind.PRESENT:
        return Sighting(Sight.OVER, "returned")
    return Sighting(Sight.OVER, "evidence_lost" if now.finding is None else "other_finding")


def _of_check(known: Check) -> Sighting:
    if known.undecided:
        return UNCLEAR
    found, basis = known.found, known.basis
    if found is not None and basis is not None:
        return Sighting(Sight.SO, "", found.since, found.decided_at, found.confidence, basis)
    if known.doubtful:
        return UNCLEAR
    # Without a picture that lacks it, nothing says that it is not so any more.
    return Sighting(Sight.OVER, "not_seen_any_more" if known.votes else "evidence_lost")


def _of_input(
    session: Session, seat: Verdict, policy: SitePolicy, now: float, since: float | None
) -> Sighting:
    rule = policy.input_idle
    if since is None or session.interacting:
        return Sighting(Sight.OVER, "returned")
    if now < since + rule.idle_s:
        return UNCLEAR
    if not rule.only_with_empty_seat:
        return Sighting(Sight.SO, "", since, now, 1.0, Basis(BasisKind.SILENCE))
    empty = _of_seat(seat, FindingKind.ABSENT)
    if empty.sight is not Sight.SO:
        return empty
    basis = Basis(BasisKind.SILENCE_AND_EMPTY_SEAT)
    return Sighting(Sight.SO, "", max(since, empty.since), now, empty.confidence, basis)


def idle_since(session: Session, idle_accounts: frozenset[AccountRef]) -> float | None:
    """Since when there was no keyboard and no mouse anywhere; None while there may be.

    Where platforms at which the agent is signed in tell it by themselves, they alone are believed, and one of
    them that shows the agent at work is enough for input.
    """
    if not session.silences:
        return None
    shown = {one.account: one.presence for one in session.words if one.account in idle_accounts}
    telling = {account for account, presence in shown.items() if presence not in _MUTE}
    if any(shown[account] not in _SILENT for account in telling):
        return None
    believed = (one for one in session.silences if not telling or one.account in telling)
    return max((one.since for one in believed), default=None)
