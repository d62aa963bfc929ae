"""Persons beside the agent: when the whole picture is searched for them, and what is no person.

A face further back is lost in the small copy in which the agent's own is followed. So as long as company
is to be counted, the whole picture is searched every few seconds, as soon as anything moves beside the
seat, and while somebody is there.
"""

from dataclasses import replace
from typing import Final

from atdesk_core.vision import tracking
from atdesk_core.vision.memory import Memory, Plan, Spot
from atdesk_core.vision.quality import Change
from atdesk_sdk.detector import Box, Face, Observation

_MOVED: Final = 2.0
_NOISE_FACTOR: Final = 2.0
_PICTURE_FRAMES: Final = 3


def whole_picture(memory: Memory, plan: Plan, change: Change | None, at: float) -> bool:
    """Whether to search the whole picture now, for faces beside the one in the seat."""
    if not plan.company:
        return False
    if memory.track is None or change is None or len(memory.faces) > 1:
        return True
    if not 0 <= at - memory.whole_at < plan.company_s:
        return True
    moved = change.most_beside(_column(memory.track.box))
    return moved > max(_MOVED, _NOISE_FACTOR * change.background)


def without_pictures(seen: Observation, memory: Memory) -> Observation:
    """The observation without faces that have not moved at all while the one in the seat has.

    A portrait or a poster is no company. Somebody who comes near moves within two or three frames; until
    then the face counts, which is too short for any finding.

    Args:
        seen: With the face in the seat known.
        memory: With the spots of these faces.
    """
    if seen.seat is None or len(seen.faces) == 1:
        return seen
    seat = tracking.spot_at(memory, seen.faces[seen.seat].box)
    needed = {seen.seat} | ({seen.match.face} if seen.match is not None else set())
    kept = [
        number
        for number, face in enumerate(seen.faces)
        if number in needed or not _is_picture(face, seat, memory)
    ]
    match = seen.match and replace(seen.match, face=kept.index(seen.match.face))
    faces = tuple(seen.faces[number] for number in kept)
    return replace(seen, faces=faces, seat=kept.index(seen.seat), match=match)


def _is_picture(face: Face, seat: Spot | None, memory: Memory) -> bool:
    spot = tracking.spot_at(memory, face.box)
    if spot is None or spot.alive_at is not None or spot.frames < _PICTURE_FRAMES:
        return False
    return seat is not None and seat.alive_at is not None and seat.alive_at > spot.since


def _column(face: Box) -> Box:
    """Where a person of this face moves the picture: three faces across, all the way down."""
    return Box(face.x - face.width, 0.0, 3 * face.width, 1.0, 1.0)
