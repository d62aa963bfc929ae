"""Who is in a picture: the agent, where that is beyond doubt, and everybody else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.matching import unfit
from atdesk_core.vision.memory import Plan
from atdesk_core.vision.redaction import regions
from atdesk_core.vision.redaction.likeness import Likeness, Vector
from atdesk_core.vision.redaction.search import overlap
from atdesk_sdk.detector import Box, DetectedFace

_PLAN: Final = Plan()


@dataclass(frozen=True, slots=True)
class Known:
    """A face and its vector, before anything was destroyed."""

    face: DetectedFace
    vector: Vector


@dataclass(frozen=True, slots=True)
class People:
    """Who is in the picture.

    Attributes:
        agent: The agent's face; None when no face is surely the agent's.
        others: Everything else that looks like a face.
        known: Those of them that an encoder can tell from others at all.
        bodies: Everybody's, the agent's included.
        stubborn: Faces that a first round did not do away with.
    """

    agent: Known | None
    others: tuple[DetectedFace, ...]
    known: tuple[Known, ...]
    bodies: tuple[Box, ...]
    stubborn: tuple[DetectedFace, ...] = ()

    @property
    def faceless(self) -> tuple[Box, ...]:
        """Bodies whose head is no face that was found."""
        heads = [face for face in self.others if face.box.score >= regions.SURE]
        heads += [self.agent.face] if self.agent is not None else []
        return tuple(
            body for body in self.bodies if not any(regions.is_head_of(face, body) for face in heads)
        )

    @property
    def agents_body(self) -> Box | None:
        """The largest body that the agent's face is the head of."""
        if self.agent is None:
            return None
        own = [body for body in self.bodies if regions.is_head_of(self.agent.face, body)]
        return max(own, key=lambda body: body.area, default=None)

    def is_agents_face(self, face: DetectedFace) -> bool:
        """Whether a find is the agent's face, or a part of it."""
        return self.agent is not None and regions.is_part_of(face, self.agent.face)

    def is_before_agent(self, face: DetectedFace) -> bool:
        """Whether a find and the agent's face lie over each other."""
        return self.agent is not None and overlap(face.box, self.agent.face.box) > 0


def sorted_out(
    picture: Pixels, found: Sequence[DetectedFace], bodies: tuple[Box, ...], likeness: Likeness
) -> People:
    """Tell the agent from all the others.

    Args:
        picture: The original.
        found: Everything face-like in it, surest first.
        bodies: Everything body-like in it.
        likeness: To the agent.

    Raises:
        BrokenStep: The encoder gave what is no number.
    """
    known = _known(picture, found, likeness)
    people = People(_agent(known, likeness), tuple(found), known, bodies)
    return replace(
        people,
        others=tuple(face for face in found if not people.is_agents_face(face)),
        known=tuple(one for one in known if not people.is_agents_face(one.face)),
    )


def after_a_round(
    picture: Pixels, people: People, left: Sequence[DetectedFace], linked: Sequence[Known], likeness: Likeness
) -> People:
    """What a first round did not do away with is stubborn now.

    Args:
        picture: The original.
        people: As they were sorted out.
        left: Faces found in the redacted picture that are not the agent's.
        linked: Faces that the encoder still knew.
        likeness: To the agent.

    Raises:
        BrokenStep: As for `sorted_out`.
    """
    return replace(
        people,
        known=(*people.known, *_known(picture, left, likeness)),
        stubborn=(*people.stubborn, *left, *(one.face for one in linked)),
    )


def without_agent(people: People) -> People:
    """The agent is one of the others, and stubborn."""
    agent = people.agent
    if agent is None:
        return people
    return replace(people, agent=None, known=(*people.known, agent), stubborn=(*people.stubborn, agent.face))


def _known(picture: Pixels, found: Sequence[DetectedFace], likeness: Likeness) -> tuple[Known, ...]:
    """Vectors of the faces that may be compared: of a smaller, darker or weaker one a vector says nothing."""
    fit = (face for face in found if not unfit(picture, face, _PLAN))
    return tuple(Known(face, likeness.vector(picture, face)) for face in fit)


def _agent(known: Sequence[Known], likeness: Likeness) -> Known | None:
    """The one face that is surely the agent's. Two that match are a doubt about both."""
    same = [one for one in known if likeness.is_agent(one.vector)]
    if not same or not all(regions.is_part_of(one.face, same[0].face) for one in same[1:]):
        return None
    return same[0]
