"""One frame and what is remembered -> one observation and what to remember. No clock, no randomness.

The cheap steps come first and each step runs only when it can change the answer; a step that did not
run says why in `Observation.skipped`. Nothing that goes wrong here becomes evidence: a frame that
cannot be read, or a model that breaks, ends in the obstacle `unreadable`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from atdesk_core.vision import beside, held, near, obstacles, things, tracking
from atdesk_core.vision.decode import Decoded, Pixels, decode_frame, shrunk
from atdesk_core.vision.faces import asymmetry
from atdesk_core.vision.header import Unreadable
from atdesk_core.vision.matching import Comparison, compare_seat
from atdesk_core.vision.memory import Enrolment, Memory, Plan, Track
from atdesk_core.vision.quality import Change, Thumbnail, compare, quality, thumbnail
from atdesk_core.vision.structure import round_face
from atdesk_core.vision.view import has_moved, remember
from atdesk_sdk.detector import (
    Box,
    DetectedFace,
    Face,
    FaceDetector,
    FaceEncoder,
    Frame,
    Match,
    ObjectDetector,
    Observation,
    Obstacle,
    PersonDetector,
    Quality,
    Skipped,
)

NOTHING_MOVED: Final = "nothing moved"
PLAUSIBLE: Final = 0.6
"""Score from which a face-like pattern makes the search for bodies unnecessary."""
_SURE: Final = 0.8
"""The same in the dusk, where shadows look like faces."""
_NEAR: Final = 0.5
"""Share of the usual width of the face in the seat from which a face may be in it."""
_STILL: Final = 2.0
_BODY: Final = 0.35
"""Score from which something like a body is one."""
_DOUBTFUL: Final = 0.2
"""Score from which something like a body makes an empty picture doubtful."""
_FACE_PX: Final = 36
"""A face this wide is found as surely as a larger one, with a mask too (from 32 down it is not)."""
_COARSE_PX: Final = 320
_SIDE_STEP_PX: Final = 32
"""The detector prepares itself for each new size, so there are few."""


@dataclass(frozen=True, slots=True)
class Models:
    """What one worker process has loaded.

    `encoder` is None where nobody is to be matched, `objects` where no check asks for things; `parts` does
    the same as `objects` for a part that is cut out, cheaper, and `meals` tells food and drink better than
    `objects`, if there are such.
    """

    faces: FaceDetector
    people: PersonDetector
    encoder: FaceEncoder | None = None
    objects: ObjectDetector | None = None
    parts: ObjectDetector | None = None
    meals: ObjectDetector | None = None


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
        skipped=(Skipped("decode", why), *_all_skipped("the picture cannot be read")),
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
    return tuple(Skipped(step, why) for step in ("faces", "people", "match", "objects"))


def _unsettled(memory: Memory) -> Memory:
    return replace(memory, run=0, empty=0, track=tracking.lost(memory.track))


def _may_carry(scene: _Scene, memory: Memory, plan: Plan) -> bool:
    if scene.change is None or scene.change.most >= _STILL:
        return False
    if memory.empty >= plan.empty_settled:
        return _is_empty_still(scene, memory, plan)
    return memory.run >= plan.settled and scene.at - memory.searched_at <= plan.carry_s


def _is_empty_still(scene: _Scene, memory: Memory, plan: Plan) -> bool:
    """Whether this is the clearly empty picture that was searched last: it has not changed slowly either."""
    if not memory.empty or memory.searched is None or scene.at - memory.searched_at > plan.empty_s:
        return False
    return compare(scene.now, memory.searched).most < _STILL


def _search(
    scene: _Scene, memory: Memory, enrolment: Enrolment | None, plan: Plan, models: Models
) -> tuple[Observation, Memory]:
    whole = beside.whole_picture(memory, plan, scene.change, scene.at)
    found = _faces_in(scene, memory, plan, models.faces, whole=whole)
    memory = replace(memory, whole_at=scene.at) if whole else memory
    memory = tracking.with_spots(memory, [face.box for face in found], scene.change, scene.at)
    real = _without_pictures(found, memory, plan, scene.at)
    sure = _SURE if obstacles.is_dim(scene.now, scene.quality) else PLAUSIBLE
    if any(face.box.score >= sure for face in real):
        seen, memory = _with_face(scene, memory, real, enrolment, plan, models)
        seen = beside.without_pictures(seen, memory) if plan.company else seen
        return _objects(scene, seen, memory, plan, models)
    painted = [face.box for face in found if face not in real]
    return _objects(scene, *_without_face(scene, memory, real, painted, enrolment, models), plan, models)


def _objects(
    scene: _Scene, seen: Observation, memory: Memory, plan: Plan, models: Models
) -> tuple[Observation, Memory]:
    """The observation with the things that were found, when it is time to look for them."""
    memory = things.renewed(memory, scene.now)
    due = things.due(seen, memory, plan, scene.at)
    why = things.why_not(due, plan)
    if not why and models.objects is None:
        why = things.NOT_LOADED
    if not why and not things.somebody(seen):
        why, memory = things.NOBODY, replace(memory, things_scene=None)
    if why or models.objects is None:
        return replace(seen, skipped=(*seen.skipped, Skipped("objects", why))), memory
    found = things.search(scene.pixels, seen, due, models.objects, models.meals, models.parts)
    found, memory = held.marked(seen, found, memory, scene.change, scene.at)
    left_out = tuple(Skipped(kind.value, things.SEEN_LATELY) for kind in sorted(plan.asked - due))
    seen = replace(seen, objects=found, skipped=(*seen.skipped, *left_out))
    return seen, things.noted(seen, due, plan, memory)


def _faces_in(
    scene: _Scene, memory: Memory, plan: Plan, detector: FaceDetector, *, whole: bool
) -> tuple[DetectedFace, ...]:
    """A face that is followed is looked for in a small copy first, and in full when it is not there.

    Small faces are not looked for again in a picture in which there was nobody, as long as it is the same.
    """
    side = _SIDE_STEP_PX * ceil(_FACE_PX / memory.seat_width / _SIDE_STEP_PX) if memory.seat_width else 0
    longest = max(scene.pixels.shape[:2])
    if memory.outcome == "face" and 0 < side <= longest // 2 and not whole:
        found = _faces_in_copy(scene, longest / side, detector)
        if any(face.box.score >= PLAUSIBLE for face in found):
            return found
    if not whole and longest > _COARSE_PX and _is_empty_still(scene, memory, plan):
        return _faces_in_copy(scene, longest / _COARSE_PX, detector)
    return tuple(detector.detect(scene.pixels))


def _faces_in_copy(scene: _Scene, shrink: float, detector: FaceDetector) -> tuple[DetectedFace, ...]:
    height, width = scene.pixels.shape[:2]
    small = shrunk(scene.pixels, round(width / shrink), round(height / shrink))
    return tuple(_enlarged(face, shrink) for face in detector.detect(small))


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
    memory = _with_view(comparison.memory, scene, found, plan)
    memory = obstacles.with_light(_settled(memory, "face", found, scene), scene.now, scene.quality)
    skipped = [Skipped("people", "a face was found")]
    if comparison.match is None:
        skipped.append(Skipped("match", comparison.why))
    seen = scene.observation(faces=_faces(found, scene), match=comparison.match, skipped=tuple(skipped))
    return replace(seen, seat=_seat(found, memory.track)), memory


def _seat(found: Sequence[DetectedFace], track: Track | None) -> int | None:
    boxes = [face.box for face in found]
    return boxes.index(track.box) if track is not None and track.box in boxes else None


def _with_view(memory: Memory, scene: _Scene, found: Sequence[DetectedFace], plan: Plan) -> Memory:
    """Remember the scene with somebody in the seat; a small face in the distance does not make it anew."""
    if memory.view is not None and found[0].box.width < _NEAR * memory.seat_width:
        return memory
    covered = tuple(part for face in found for part in round_face(face.box))
    view = remember(scene.pixels, scene.now, covered, scene.at, memory.view, plan.view_s)
    return replace(memory, view=view)


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
    somebody = _is_somebody(people)
    obstacle = None if somebody else obstacles.doubtful(scene.now, scene.quality, memory, people)
    if obstacle is not None:
        seen = scene.observation(obstacle=obstacle, people=people, skipped=(Skipped("match", why),))
        return seen, _unsettled(_settled(memory, "nobody", found, scene))
    if not somebody and near.is_due(memory, scene.at):
        close = near.bodies(scene.pixels, models.people)
        memory, people = near.noted(memory, close, scene.at), (*close, *people)
        somebody = _is_somebody(people)
    moved = not somebody and has_moved(scene.pixels, scene.now, memory.view, of_agent=enrolment is not None)
    seen = scene.observation(
        faces=_faces(found, scene), people=people, moved=moved, skipped=(Skipped("match", why),)
    )
    doubtful = moved or bool(found) or any(body.score >= _DOUBTFUL for body in people)
    empty = 0 if doubtful else memory.empty + 1
    memory = replace(memory, track=None)
    memory = _settled(memory, "body" if somebody else "nobody", found, scene, empty)
    return seen, memory if moved else obstacles.with_light(memory, scene.now, scene.quality)


def _is_somebody(people: Sequence[Box]) -> bool:
    return any(body.score >= _BODY for body in people)


def _settled(
    memory: Memory, outcome: str, found: tuple[DetectedFace, ...], scene: _Scene, empty: int = 0
) -> Memory:
    return replace(
        memory,
        outcome=outcome,
        run=memory.run + 1 if memory.outcome == outcome else 1,
        empty=empty,
        searched_at=scene.at,
        searched=scene.now,
        faces=_faces(found, scene),
        near_at=memory.near_at if outcome == "nobody" else None,
    )


def _faces(found: Sequence[DetectedFace], scene: _Scene) -> tuple[Face, ...]:
    wide = scene.pixels.shape[1] * scene.decoded.scale
    return tuple(Face(face.box, round(face.box.width * wide), asymmetry(face)) for face in found)
