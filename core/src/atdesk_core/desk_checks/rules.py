"""What the policy allows: when a desk check may be, when it may be moved and answered. Pure."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from atdesk_core.desk_checks.checks import ANSWER_WITHIN_S, OPEN, DeskCheck, DeskCheckError, Status
from atdesk_core.policy.safeguards import DeskCheckRule

SPARE_S: Final = 60.0
"""The announcement itself takes a moment, so that what is scheduled comes this much later, seconds."""

_STEP_S: Final = 300.0
_MARGIN_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of the agent's: a desk check is in one, or not at all. Seconds since the epoch."""

    starts_at: float
    ends_at: float


def may_schedule(
    at: float, now: float, rule: DeskCheckRule, shift: Shift | None, others: Sequence[DeskCheck]
) -> None:
    """Fail unless a desk check may be put there.

    Args:
        at: When the call is to be.
        now: Engine's clock.
        rule: Of the agent's policy.
        shift: That runs then; None for none.
        others: Of the same agent.

    Raises:
        DeskCheckError: The policy, the time or the shift stands against it.
    """
    _may_be_at(at, now, rule, shift)
    week = _week(at)
    there = [one for one in others if _week(one.at) == week and one.status != Status.LAPSED]
    if len(there) >= rule.per_week:
        raise DeskCheckError(
            f"the agent has {len(there)} desk checks in that week, and policy allows no more"
        )


def may_move(check: DeskCheck, to: float, now: float, rule: DeskCheckRule, shift: Shift | None) -> None:
    """Fail unless the agent may move the check there: once, while it is to come, without giving a reason.

    Raises:
        DeskCheckError: It was moved before, is over, or the new time does not fit.
    """
    if check.status not in OPEN or now >= check.at:
        raise DeskCheckError(
            f"the desk check {check.check_id} is {check.status}: it cannot be moved any more"
        )
    if check.moved:
        raise DeskCheckError(f"the desk check {check.check_id} was moved once already")
    _may_be_at(to, now, rule, shift)


def may_answer(check: DeskCheck, now: float) -> None:
    """Fail unless the check can be answered now: it was announced, its time has come, and not long ago.

    Raises:
        DeskCheckError: Too early, too late, not announced, or answered already.
    """
    if check.status != Status.ANNOUNCED:
        raise DeskCheckError(
            f"the desk check {check.check_id} is {check.status}: only one that was announced is answered"
        )
    if now < check.at:
        raise DeskCheckError(f"the desk check {check.check_id} is to come: look first, then answer")
    if now > check.at + ANSWER_WITHIN_S:
        raise DeskCheckError(f"the desk check {check.check_id} was more than a day ago: it is void")


def in_time(check: DeskCheck, announced_at: float, rule: DeskCheckRule) -> bool:
    """Whether an announcement at this moment is far enough ahead of the call."""
    return check.at - announced_at >= rule.announce_min_s


def plan_week(
    seed: bytes, agent_ref: str, shifts: Sequence[Shift], now: float, rule: DeskCheckRule
) -> tuple[float, ...]:
    """Times of one agent's desk checks over some shifts: one a shift at most, spread by the seed.

    Whether the agent has agreed to the camera or refused it is not asked and not known here: nobody can
    tell from the schedule.

    Args:
        seed: Fresh, random.
        agent_ref: The agent's random id.
        shifts: Of the week that is planned.
        now: Engine's clock.
        rule: Of the agent's policy.
    """
    earliest = now + rule.announce_min_s + SPARE_S
    spans = [(max(one.starts_at + _MARGIN_S, earliest), one.ends_at - _MARGIN_S) for one in shifts]
    fitting = [(start, end) for start, end in spans if end - start >= _STEP_S]
    chosen = sorted(fitting, key=lambda span: _chance(seed, f"{agent_ref}/{span[0]}"))[: rule.per_week]
    return tuple(sorted(_in(span, _chance(seed, f"{agent_ref}/{span[0]}/at")) for span in chosen))


def _may_be_at(at: float, now: float, rule: DeskCheckRule, shift: Shift | None) -> None:
    if not rule.enabled:
        raise DeskCheckError("the agent's policy has no desk checks: see desk_check.enabled")
    if at - now < rule.announce_min_s + SPARE_S:
        raise DeskCheckError(
            f"a desk check is announced {rule.announce_min_s / 60:g} minutes ahead at least: "
            "choose a later time"
        )
    if shift is None or not shift.starts_at <= at < shift.ends_at:
        raise DeskCheckError("the agent is on no shift at that time: see atdesk shifts list")


def _week(at: float) -> tuple[int, int]:
    year, week, _ = datetime.fromtimestamp(at, UTC).isocalendar()
    return year, week


def _in(span: tuple[float, float], chance: float) -> float:
    """A whole five minutes within a span."""
    start, end = span
    first = -(-start // _STEP_S) * _STEP_S
    steps = max(0, int((end - first) // _STEP_S))
    return first + int(chance * (steps + 1)) * _STEP_S


def _chance(seed: bytes, about: str) -> float:
    digest = hmac.digest(seed, about.encode(), hashlib.sha256)
    return (int.from_bytes(digest[:8], "big") >> 11) / (1 << 53)
