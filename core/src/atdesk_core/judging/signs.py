"""What one observation says by itself. The judge then weighs several of them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from atdesk_core.judging.rules import JudgingRules
from atdesk_sdk.detector import Box, Face, MatchBand, Observation, Obstacle
from atdesk_sdk.findings import CouldNotTell

NOT_ENROLLED: Final = "not enrolled"
"""`Skipped("match", NOT_ENROLLED)`: nobody is to be matched here."""
TOO_SMALL: Final = "face too small"
"""`Skipped("match", TOO_SMALL)`: somebody is there, too small to say who."""
TOO_DARK: Final = "face too dark"
BLURRED: Final = "face too blurred"
"""The same for a dark and for a blurred face."""
OTHER_ENCODER: Final = "enrolled with another encoder"
"""The template cannot be read: the agent has to be enrolled again."""
ALREADY_MATCHED: Final = "matched already"
"""`Skipped("match", ALREADY_MATCHED)`: the face track was matched before; its outcome goes on."""


class Sign(StrEnum):
    """What one picture says. Ordered by `KINDNESS`: what speaks for the agent wins."""

    SAME = "same"
    FACE = "face"
    PERSON = "person"
    UNSURE = "unsure"
    BLOCKED = "blocked"
    CARRIED = "carried"
    OTHER = "other"
    UNCLEAR = "unclear"
    EMPTY = "empty"


KINDNESS: Final = {sign: rank for rank, sign in enumerate(reversed(Sign))}
SOMEBODY: Final = frozenset({Sign.SAME, Sign.FACE, Sign.PERSON, Sign.UNSURE, Sign.OTHER})
"""Signs of a person, whoever it is."""

_REASONS: Final = {
    Obstacle.TOO_DARK: CouldNotTell.TOO_DARK,
    Obstacle.COVERED: CouldNotTell.COVERED,
    Obstacle.FROZEN: CouldNotTell.FROZEN,
    Obstacle.BLURRED: CouldNotTell.BLURRED,
    Obstacle.VIRTUAL_BACKGROUND: CouldNotTell.VIRTUAL_BACKGROUND,
    Obstacle.UNREADABLE: CouldNotTell.NO_SIGNAL,
}
_FOREHEAD: Final = 0.08
_NOT_COMPARED: Final = {
    TOO_SMALL: CouldNotTell.FACE_TOO_SMALL,
    TOO_DARK: CouldNotTell.TOO_DARK,
    BLURRED: CouldNotTell.BLURRED,
    OTHER_ENCODER: CouldNotTell.NOT_ENROLLED,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One weighed frame.

    Attributes:
        at: Engine's clock, seconds.
        sign: What it says.
        reason: Why it cannot be judged (`blocked`), or why the person in it could not be compared
            although the agent is enrolled; None otherwise.
        look_id: The look it came from.
    """

    at: float
    sign: Sign
    reason: CouldNotTell | None
    look_id: str


def read(observation: Observation, rules: JudgingRules) -> Evidence:
    """What this observation says by itself."""
    sign, reason = _sign(observation, rules)
    return Evidence(observation.received_at, sign, reason, observation.look_id)


def _sign(seen: Observation, rules: JudgingRules) -> tuple[Sign, CouldNotTell | None]:
    if seen.obstacle is not None:
        return Sign.BLOCKED, _REASONS[seen.obstacle]
    if seen.match is not None:
        return _matched(seen, rules), None
    if _skipped(seen, "faces"):
        return Sign.CARRIED, None
    if any(face.box.score >= rules.face_score for face in seen.faces):
        return _unmatched_face(seen)
    return _without_face(seen, rules)


def _matched(seen: Observation, rules: JudgingRules) -> Sign:
    match = seen.match
    assert match is not None  # noqa: S101 - narrows for the type checker; the caller asked
    if match.band is MatchBand.SAME:
        return Sign.SAME
    good = match.face < len(seen.faces) and _fit_to_accuse(seen.faces[match.face], rules)
    return Sign.OTHER if good and match.band is MatchBand.OTHER else Sign.UNSURE


def _fit_to_accuse(face: Face, rules: JudgingRules) -> bool:
    """Only a real, large, frontal face that is wholly in the picture may say that it is somebody else."""
    return (
        _is_whole(face.box)
        and face.box.score >= rules.other_face_score
        and face.width_px >= rules.other_face_px
        and abs(face.asymmetry) <= rules.other_asymmetry
    )


def _is_whole(box: Box) -> bool:
    """Whether no edge of the picture cuts it off; the forehead reaches above the box."""
    above = box.y - _FOREHEAD * box.height
    return min(above, box.x, 1.0 - box.x - box.width, 1.0 - box.y - box.height) > 0.0


def _unmatched_face(seen: Observation) -> tuple[Sign, CouldNotTell | None]:
    why = _skipped(seen, "match")
    if why in ("", NOT_ENROLLED, ALREADY_MATCHED):
        return Sign.FACE, None
    return Sign.PERSON, _NOT_COMPARED.get(why, CouldNotTell.FACE_HIDDEN)


def _without_face(seen: Observation, rules: JudgingRules) -> tuple[Sign, CouldNotTell | None]:
    if seen.people is None or _skipped(seen, "people"):
        return Sign.CARRIED, None
    best = max((body.score for body in seen.people), default=0.0)
    if best >= rules.body_score:
        enrolled = _skipped(seen, "match") not in ("", NOT_ENROLLED)
        return Sign.PERSON, CouldNotTell.FACE_HIDDEN if enrolled else None
    if seen.moved:
        return Sign.BLOCKED, CouldNotTell.VIEW_MOVED
    doubtful = bool(seen.faces) or any(_may_be_somebody(body, rules) for body in seen.people)
    return (Sign.UNCLEAR if doubtful else Sign.EMPTY), None


def _may_be_somebody(body: Box, rules: JudgingRules) -> bool:
    """Whoever sits at the desk fills more of the picture than most of what is mistaken for a body."""
    small = body.area <= rules.small_body_area
    return body.score >= (rules.small_body_doubt if small else rules.body_doubt)


def _skipped(seen: Observation, step: str) -> str:
    """Why a step did not run; empty when it ran or nothing was said."""
    return next((skip.why for skip in seen.skipped if skip.step == step), "")
