"""Who is beside the agent: counted, never identified. Pure."""

from typing import Final

from atdesk_core.judging.votes import Signal
from atdesk_core.policy import CompanyMode, ExtraPersonRule
from atdesk_sdk.detector import Face, Observation

_FACING: Final = 0.35


def signal(seen: Observation, rule: ExtraPersonRule) -> Signal | None:
    """Whether somebody is there who is this rule's business; None when no search was made."""
    if seen.seat is None or any(skip.step == "faces" for skip in seen.skipped):
        return None
    agent = seen.faces[seen.seat]
    others = [face for number, face in enumerate(seen.faces) if number != seen.seat]
    count = sum(_counts(face, agent, rule) for face in others)
    return Signal(count > 0, 0.0, f"{count} more than the agent" if count else "")


def _counts(face: Face, agent: Face, rule: ExtraPersonRule) -> bool:
    near = face.box.width >= rule.near_size * agent.box.width
    facing = abs(face.asymmetry) < _FACING
    if rule.mode is CompanyMode.NEAR_OR_FACING:
        return near or facing
    return near and (facing or rule.mode is CompanyMode.NEAR)
