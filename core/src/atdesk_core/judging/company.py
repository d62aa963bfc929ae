"""Who is beside the agent: counted, never identified. Pure.

Near is told by size: a face against the agent's face, and where somebody has turned away, a body against
the agent's body. Facing is a coarse frontal test, nothing finer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from atdesk_core.judging.reach import was_looked_for
from atdesk_core.judging.votes import Signal
from atdesk_core.policy import CompanyMode, ExtraPersonRule
from atdesk_sdk.detector import Box, Face, Observation
from atdesk_sdk.findings import FindingKind

PERSON: Final = "person"
_FACING: Final = 0.35
_FACE_SCORE: Final = 0.7
"""A pattern in a wall is hardly a face; whoever comes near is one beyond doubt."""
_BODY_SCORE: Final = 0.4
_SAME_HEAD: Final = 0.3
_SAME_BODY: Final = 0.5
NOT_ASKED: Final = "no check asks for it"


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody beside the agent.

    Attributes:
        size: Against the agent's: of the face where there is one, else of the body (ratio).
        facing: Turned to the screen, roughly; a body without a face is not.
        box: Of the face, or of the body.
    """

    size: float
    facing: bool
    box: Box


def signal(seen: Observation, rule: ExtraPersonRule) -> Signal | None:
    """Whether somebody is there who is this rule's business; None when no search was made."""
    if any(skip.step == "faces" for skip in seen.skipped):
        return None
    if seen.seat is None and _own_body(seen) is None:
        return None
    count = sum(counts(other, rule) for other in others(seen))
    if not count and _bodies_unknown(seen):
        return None
    return Signal(count > 0, count=count)


def counts(other: Other, rule: ExtraPersonRule) -> bool:
    """Whether this person is the business of the rule."""
    near = other.size >= rule.near_size
    if rule.mode is CompanyMode.NEAR_OR_FACING:
        return near or other.facing
    return near and (other.facing or rule.mode is CompanyMode.NEAR)


def others(seen: Observation) -> tuple[Other, ...]:
    """Everybody in the picture but the one in the seat, each once."""
    return (*_by_face(seen), *_by_body(seen))


def _bodies_unknown(seen: Observation) -> bool:
    """Whether bodies were asked for and not looked for on this picture: nothing is known of those."""
    asked = not any(skip.step == "objects" and skip.why == NOT_ASKED for skip in seen.skipped)
    return asked and not was_looked_for(seen, FindingKind.EXTRA_PERSON) and seen.people is None


def _by_face(seen: Observation) -> Iterator[Other]:
    if seen.seat is None:
        return
    agent = seen.faces[seen.seat].box
    for number, face in enumerate(seen.faces):
        if number != seen.seat and _is_another(face, agent):
            yield Other((face.box.area / agent.area) ** 0.5, abs(face.asymmetry) < _FACING, face.box)


def _is_another(face: Face, agent: Box) -> bool:
    """One head can give two boxes, one in the other."""
    smaller = min(face.box.area, agent.area)
    return face.box.score >= _FACE_SCORE and _shared(face.box, agent) < _SAME_HEAD * smaller


def _by_body(seen: Observation) -> Iterator[Other]:
    """Bodies without any face in them: who shows a face is told by its size."""
    agent = _own_body(seen)
    if agent is None:
        return
    known = [agent]
    faces = [face.box for face in seen.faces if face.box.score >= _FACE_SCORE]
    for body in sorted(_bodies(seen), key=lambda one: -one.score):
        told = any(_holds(body, face) for face in faces)
        again = any(_shared(body, one) >= _SAME_BODY * min(body.area, one.area) for one in known)
        if not told and not again:
            known.append(body)
            yield Other(min(body.width / agent.width, body.height / agent.height), False, body)


def _own_body(seen: Observation) -> Box | None:
    """The agent's body: the one with the face in the seat, or the largest where no face is seen."""
    bodies = _bodies(seen)
    if seen.seat is None:
        return max(bodies, key=lambda body: body.area, default=None)
    face = seen.faces[seen.seat].box
    own = [body for body in bodies if _holds(body, face)]
    return max(own, key=lambda body: body.score, default=None)


def _bodies(seen: Observation) -> list[Box]:
    things = [thing.box for thing in seen.objects or () if thing.label == PERSON]
    return [body for body in (*things, *(seen.people or ())) if body.score >= _BODY_SCORE and body.area > 0]


def _holds(body: Box, face: Box) -> bool:
    across, down = face.x + face.width / 2, face.y + face.height / 2
    return body.x <= across <= body.x + body.width and body.y <= down <= body.y + body.height


def _shared(first: Box, second: Box) -> float:
    """Area of the intersection."""
    wide = min(first.x + first.width, second.x + second.width) - max(first.x, second.x)
    tall = min(first.y + first.height, second.y + second.height) - max(first.y, second.y)
    return max(0.0, wide) * max(0.0, tall)
