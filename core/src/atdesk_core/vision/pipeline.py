"""One frame and what is remembered -> one observation and what to remember. No clock, no randomness.

The cheap steps come first and each step runs only when it can change the answer; a step that did not
run says why in `Observation.skipped`. Nothing that goes wrong here becomes evidence: a frame that
cannot be read, or a model that breaks, ends in the obstacle `unreadable`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

import cv2
import numpy as np

from atdesk_core.vision import obstacles, tracking
from atdesk_core.vision.decode import Decoded, Pixels, Unreadable, decode_frame
from atdesk_core.vision.faces import asymmetry
from atdesk_core.vision.matching import Comparison, compare_seat
from atdesk_core.vision.memory import Enrolment, Memory, Plan
from atdesk_core.vision.quality import Change, Thumbnail, compare, quality, thumbnail
from atdesk_core.vision.view import View, has_moved, remember
from atdesk_sdk.detector import (
    Box,
    DetectedFace,
    Face,
    FaceDetector,
    FaceEncoder,
    Frame,
    Match,
    Observation,
    Obstacle,
    PersonDetector,
    Quality,
    Skipped,
)

NOTHING_MOVED: Final = "nothing moved"
PLAUSIBLE: Final = 0.6
"""Score from which a face-like pattern makes the search for bodies unnecessary."""
_STILL: Final = 2.0
_FACE_PX: Final = 40
"""A face this wide is found as surely as a larger one."""
_SIDE_STEP_PX: Final = 32
"""The detector prepares itself for each new size, so there are few."""


@dataclass(frozen=True, slots=True)
class Models:
    """What one worker process has loaded. `encoder` is None where nobody is to be matched."""

    faces: FaceDetector
    people: PersonDetector
    encoder: FaceEncoder | None = None


@dataclass(frozen=True, slots=True)
class _Scene:
    """One decoded frame with what its small copy tells."""

    frame: Frame
    decoded: Decoded
    now: Thumbnail
    quality: Quality
    change: Change | None

    @property
    def at(self) -> float:
        return self.frame.received_at

    @property
    def pixels(self) -> Pixels:
        return self.decoded.pixels

    def observation(
        self,
        *,
        obstacle: Obstacle | None = None,
        faces: tuple[Face, ...] = (),
        people: tuple[Box, ...] | None = None,
        match: Match | None = None,
        moved: bool = False,
        skipped: tuple[Skipped, ...] = (),
    ) -> Observation:
        return Observation(
            look_id=self.frame.look_id,
            occurred_at=self.frame.occurred_at,
            received_at=self.frame.received_at,
            quality=self.quality,
            obstacle=obstacle,
            faces=faces,
            people=people,
            match=match,
            moved=moved,
            skipped=skipped,
        )


def observe(
    frame: Frame, memory: Memory, enrolment: Enrolment | None, plan: Plan, models: Models
) -> tuple[Observation, Memory]:
    """Measure one frame.

    Args:
        frame: As it came.
        memory: What the previous frame of this stream left; `Memory()` for the first.
        enrolment: The agent's template; None when nobody is to be matched.
        plan: How thorough to be.
        models: Of this process.

    Returns:
        The observation, and the memory for the next frame. Never raises because of the frame.
    """
    try:
        scene = _scene(frame, memory, plan)
        return _look(scene, memory, enrolment, plan, models)
    except Unreadable as error:
        return _unreadable(frame, str(error)), memory
    except Exception as error:  # a model or codec that breaks on one picture must not end the stream
        return _unreadable(frame, f"the picture broke a step ({type(error).__name__})"), memory


def _unreadable(frame: Frame, why: str) -> Observation:
    return Observation(
        look_id=frame.look_id,
        occurred_at=frame.occurred_at,
        received_at=frame.received_at,
        obstacle=Obstacle.UNREADABLE,
        skipped=(Skipped("decode", why),),
    )


def _scene(frame: Frame, memory: Memory, plan: Plan) -> _Scene:
    decoded = decode_frame(frame)
    now = thumbnail(decoded.pixels)
    near = memory.thumbnail is not None and 0 <= frame.received_at - memory.at <= plan.gap_s
    before = memory.thumbnail if near else None
    change = compare(now, before) if before is not None else None
    return _Scene(frame, decoded, now, quality(now, before), change)


def _look(
    scene: _Scene, memory: Memory, enrolment: Enrolment | None, plan: Plan, models: Models
) -> tuple[Observation, Memory]:
    memory = obstacles.with_stillness(memory, scene.change, scene.at)
    memory = replace(memory, thumbnail=scene.now, at=scene.at)
    obstacle = obstacles.hopeless(scene.now, scene.quality, memory, scene.at)
    if obstacle is not None:
        return scene.observation(obstacle=obstacle, skipped=_all_skipped(obstacle.value)), _unsettled(memory)
    if _may_carry(scene, memory, plan):
        return scene.observation(faces=memory.faces, skipped=_all_skipped(NOTHING_MOVED)), memory
    return _search(scene, memory, enrolment, plan, models)


def _all_skipped(why: str) -> tuple[Skipped, ...]:
    return tuple(Skipped(step, why) for step in ("faces", "people", "match"))


def _unsettled(memory: Memory) -> Memory:
    return replace(memory, outcome="", run=0)


def _may_carry(scene: _Scene, memory: Memory, plan: Plan) -> bool:
    if scene.change is None or memory.run < plan.settled or scene.at - memory.searched_at > plan.carry_s:
        return False
    return scene.change.most < _STILL


def _search(
    scene: _Scene, memory: Memory, enrolment: Enrolment | None, plan: Plan, models: Models
) -> tuple[Observation, Memory]:
    found = _faces_in(scene, memory, models.faces)
    memory = tracking.with_spots(memory, [face.box for face in found], scene.change, scene.at)
    real = _without_pictures(found, memory, plan, scene.at)
    if any(face.box.score >= PLAUSIBLE for face in real):
        return _with_face(scene, memory, real, enrolment, plan, models)
    painted = [face.box for face in found if face not in real]
    return _without_face(scene, memory, real, painted, enrolment, models)


def _faces_in(scene: _Scene, memory: Memory, detector: FaceDetector) -> tuple[DetectedFace, ...]:
    """A face that is followed is looked for in a small copy first, and in full when it is not there."""
    side = _SIDE_STEP_PX * ceil(_FACE_PX / memory.seat_width / _SIDE_STEP_PX) if memory.seat_width else 0
    longest = max(scene.pixels.shape[:2])
    if memory.outcome == "face" and 0 < side <= longest // 2:
        shrink = longest / side
        size = (round(scene.pixels.shape[1] / shrink), round(scene.pixels.shape[0] / shrink))
        small = np.asarray(cv2.resize(scene.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        found = tuple(_enlarged(face, shrink) for face in detector.detect(small))
        if any(face.box.score >= PLAUSIBLE for face in found):
            return found
    return tuple(detector.detect(scene.pixels))


def _enlarged(face: DetectedFace, factor: float) -> DetectedFace:
    return replace(face, landmarks=tuple((x * factor, y * factor) for x, y in face.landmarks))


def _without_pictures(
    found: Sequence[DetectedFace], memory: Memory, plan: Plan, at: float
) -> tuple[DetectedFace, ...]:
    spots = [tracking.spot_at(memory, face.box) for face in found]
    return tuple(
        face
        for face, spot in zip(found, spots, strict=True)
        if not tracking.is_picture(spot, memory, plan, at, weak=face.box.score < PLAUSIBLE)
    )


def _with_face(
    scene: _Scene,
    memory: Memory,
    found: tuple[DetectedFace, ...],
    enrolment: Enrolment | None,
    plan: Plan,
    models: Models,
) -> tuple[Observation, Memory]:
    encoder = models.encoder if enrolment is not None else None
    comparison: Comparison = compare_seat(scene.pixels, found, memory, enrolment, plan, encoder, scene.at)
    memory = replace(comparison.memory, scene=scene.now, view=_view(scene, memory, plan))
    memory = obstacles.with_light(_settled(memory, "face", found, scene), scene.now, scene.quality)
    skipped = [Skipped("people", "a face was found")]
    if comparison.match is None:
        skipped.append(Skipped("match", comparison.why))
    seen = scene.observation(faces=_faces(found, scene), match=comparison.match, skipped=tuple(skipped))
    return seen, memory


def _view(scene: _Scene, memory: Memory, plan: Plan) -> View:
    known = memory.view
    if known is not None and scene.at - known.at < plan.view_s:
        return known
    return remember(scene.pixels, scene.at)


def _without_face(
    scene: _Scene,
    memory: Memory,
    found: tuple[DetectedFace, ...],
    painted: Sequence[Box],
    enrolment: Enrolment | None,
    models: Models,
) -> tuple[Observation, Memory]:
    why = "not enrolled" if enrolment is None else "no face"
    bodies = models.people.detect(scene.pixels)
    people = tuple(body for body in bodies if not any(tracking.is_painted(body, face) for face in painted))
    somebody = any(body.score >= 0.35 for body in people)
    obstacle = None if somebody else obstacles.doubtful(scene.now, scene.quality, memory)
    if obstacle is not None:
        return scene.observation(obstacle=obstacle, people=people), _unsettled(memory)
    moved = not somebody and has_moved(scene.pixels, memory.view)
    seen = scene.observation(
        faces=_faces(found, scene), people=people, moved=moved, skipped=(Skipped("match", why),)
    )
    memory = replace(memory, track=None)
    memory = _settled(memory, "body" if somebody else "nobody", found, scene)
    return seen, memory if moved else obstacles.with_light(memory, scene.now, scene.quality)


def _settled(memory: Memory, outcome: str, found: tuple[DetectedFace, ...], scene: _Scene) -> Memory:
    run = memory.run + 1 if memory.outcome == outcome else 1
    return replace(memory, outcome=outcome, run=run, searched_at=scene.at, faces=_faces(found, scene))


def _faces(found: Sequence[DetectedFace], scene: _Scene) -> tuple[Face, ...]:
    wide = scene.pixels.shape[1] * scene.decoded.scale
    return tuple(Face(face.box, round(face.box.width * wide), asymmetry(face)) for face in found)
