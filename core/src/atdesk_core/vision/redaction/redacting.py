"""The redaction of one picture: find everybody, destroy all but the agent, then look again.

Promise 5: everybody but the agent is blurred before anything is stored; if that fails there is no still.
The second look uses the same eyes as the first. What it still finds is destroyed in a larger second
round that keeps not even coarse levels; what is found after that is a reason to have no picture.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.faces import YuNet
from atdesk_core.vision.header import MAX_PIXELS, MIN_SIDE_PX
from atdesk_core.vision.memory import Enrolment
from atdesk_core.vision.pipeline import Models
from atdesk_core.vision.quality import highlights, thumbnail
from atdesk_core.vision.redaction import mosaic
from atdesk_core.vision.redaction.bystanders import Known, People, after_a_round, sorted_out, without_agent
from atdesk_core.vision.redaction.likeness import Likeness
from atdesk_core.vision.redaction.outcome import Redacted, Refusal, Refused
from atdesk_core.vision.redaction.painting import painted
from atdesk_core.vision.redaction.regions import PLAUSIBLE
from atdesk_core.vision.redaction.search import SIDE_PX, bodies_in, faces_in
from atdesk_sdk.detector import FaceDetector, FaceEncoder, PersonDetector

LEAST_SCORE: Final = 0.3
"""Score from which a pattern is a face here. Elsewhere it is 0.5 or more."""
_MOST_ANCHORS: Final = 5000
_LONG_SIDE_PX: Final = 1280
_DARK: Final = 40.0
_CROWD: Final = 40


@dataclass(frozen=True, slots=True)
class Eyes:
    """The models of a redaction: they search more thoroughly than those that watch.

    Attributes:
        faces: With a low score, and searching what it is given as it is.
        people: Finds bodies.
        encoder: Tells the agent, and checks that nobody else is known again.
    """

    faces: FaceDetector
    people: PersonDetector
    encoder: FaceEncoder | None

    @classmethod
    def of(cls, models: Models) -> "Eyes":
        """For the models of a process. Loads a second, small face detector; keep the result.

        Raises:
            ModelRefused: Its file is missing or is another one.
        """
        finder = YuNet(LEAST_SCORE, sides=(SIDE_PX,), most=_MOST_ANCHORS)
        return cls(finder, models.people, models.encoder)


def redact(
    picture: Pixels, enrolment: Enrolment | None, eyes: Eyes, *, background: bool = False
) -> Redacted | Refused:
    """Make everybody but the agent unrecognisable, and the background too where asked.

    Args:
        picture: BGR, 8 bits. It is not changed.
        enrolment: The agent's template; with None, or one of another encoder, every face is destroyed.
        eyes: See `Eyes.of`.
        background: Destroy everything that is not the agent's figure.

    Returns:
        The picture, or the reason why there is none. Never raises because of the picture.
    """
    try:
        why = _unusable(picture)
        if why is not None:
            return Refused(why)
        if eyes.encoder is None:
            return Refused(Refusal.NO_ENCODER)
        return _redact(_reduced(picture), _likeness(eyes.encoder, enrolment), eyes, background)
    except Exception as error:  # whatever broke, a picture that was not redacted to the end is none
        return Refused(Refusal.STEP_BROKE, type(error).__name__)


def _unusable(picture: Pixels) -> Refusal | None:
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8:
        return Refusal.BAD_PICTURE
    if picture.ndim != 3 or picture.shape[2] != 3 or min(picture.shape[:2]) < MIN_SIDE_PX:
        return Refusal.BAD_PICTURE
    if picture.shape[0] * picture.shape[1] > MAX_PIXELS:
        return Refusal.BAD_PICTURE
    return Refusal.TOO_DARK if highlights(thumbnail(picture)) < _DARK else None


def _reduced(picture: Pixels) -> Pixels:
    """No more pixels than the search looks at: a face that it cannot find must not be in the result."""
    factor = _LONG_SIDE_PX / max(picture.shape[:2])
    if factor >= 1:
        return np.ascontiguousarray(picture)
    size = (max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _likeness(encoder: FaceEncoder, enrolment: Enrolment | None) -> Likeness:
    readable = enrolment is not None and enrolment.encoder == encoder.name
    return Likeness(encoder, enrolment.template if enrolment is not None and readable else None)


def _redact(picture: Pixels, likeness: Likeness, eyes: Eyes, background: bool) -> Redacted | Refused:
    found = faces_in(picture, eyes.faces)
    if sum(face.box.score >= PLAUSIBLE for face in found) > _CROWD:
        return Refused(Refusal.CROWD)
    people = sorted_out(picture, found, bodies_in(picture, eyes.people), likeness)
    reason = Refusal.NO_AGENT
    for last in (False, True):
        if background and people.agent is None:
            break
        result = painted(picture, people, background)
        left = [face for face in faces_in(result.pixels, eyes.faces) if not people.is_agents_face(face)]
        linked = [one for one in people.known if _is_linked(result.pixels, one, likeness, last)]
        doubt = not _agent_is_known(result.pixels, people, likeness)
        if not (left or linked or doubt):
            return result
        reason = Refusal.FACE_LEFT if left or doubt else Refusal.LINKABLE
        before_agent = any(map(people.is_before_agent, [*left, *(one.face for one in linked)]))
        people = after_a_round(picture, people, left, linked, likeness)
        people = without_agent(people) if doubt or before_agent else people
    return Refused(reason)


def _agent_is_known(pixels: Pixels, people: People, likeness: Likeness) -> bool:
    """Whether the face that was kept is still surely the agent's."""
    agent = people.agent
    return agent is None or likeness.is_agent(likeness.vector(pixels, agent.face))


def _is_linked(pixels: Pixels, one: Known, likeness: Likeness, last: bool) -> bool:
    """Whether what is now where a face was could be taken for that face.

    In the `last` round nothing at all is kept of a face that was linked in the first. To an encoder,
    some patterns and one face in a hundred are hardly unlike no face; there, it is enough that the
    place is no more like the original than a blank picture is.
    """
    after = likeness.vector(pixels, one.face)
    if likeness.is_somebody_else(one.vector, after):
        return False
    blank = np.full_like(pixels, mosaic.PLAIN)
    return not last or likeness.shows_through(one.vector, after, likeness.vector(blank, one.face))
