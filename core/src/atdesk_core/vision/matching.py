"""The 1:1 comparison of the face in the seat with the enrolled agent, and with nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from atdesk_core.vision import detail, occlusion, tracking
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.faces import asymmetry, eyes_apart
from atdesk_core.vision.memory import Enrolment, Memory, Plan, Track
from atdesk_sdk.detector import DetectedFace, FaceEncoder, Match, MatchBand

NOT_ENROLLED: Final = "not enrolled"
TOO_SMALL: Final = "face too small"
TOO_DARK: Final = "face too dark"
BLURRED: Final = "face too blurred"
TURNED_AWAY: Final = "face turned away"
WEAK: Final = "hardly a face"
OTHER_ENCODER: Final = "enrolled with another encoder"
_WEAK_SCORE: Final = 0.75
_NEAR: Final = 0.6
"""Faces narrower than this share of the largest are behind the seat: they are never compared."""
_IN_SEAT: Final = 0.75
_IN_SEAT_ALONE: Final = 0.2
"""A face this wide, against the usual one in the seat or against the picture, sits in the seat."""
_USUAL: Final = 0.2


@dataclass(frozen=True, slots=True)
class Comparison:
    """Outcome for one frame.

    Attributes:
        match: None when no comparison was made.
        why: Then: why not.
        memory: With the face in the seat followed.
    """

    match: Match | None
    why: str
    memory: Memory


def compare_seat(
    pixels: Pixels,
    found: Sequence[DetectedFace],
    memory: Memory,
    enrolment: Enrolment | None,
    plan: Plan,
    encoder: FaceEncoder | None,
    at: float,
) -> Comparison:
    """Follow the face in the seat and compare it when that can change the answer.

    Args:
        pixels: The picture, BGR.
        found: Faces that are no pictures, largest first; at least one.
        memory: Of the stream, with its spots brought up to date.
        enrolment: None when nobody is to be matched.
        plan: When to compare.
        encoder: None likewise.
        at: Engine's clock, seconds.
    """
    order = _seated_first(found, memory.track, plan, at)
    seat = found[order[0]]
    old = memory.track if tracking.follows(memory.track, seat.box, plan, at) else None
    cue = tracking.appearance(pixels, seat.box)
    track = tracking.onward(old or _new_track(memory, seat, cue, at), seat.box, cue, at)
    memory = replace(memory, track=track, seat_width=_usual_width(memory, seat))
    if enrolment is None or encoder is None:
        return Comparison(None, NOT_ENROLLED, memory)
    why = OTHER_ENCODER if encoder.name != enrolment.encoder else unfit(pixels, seat, plan)
    if why:
        return Comparison(None, why, memory)
    wish = tracking.wish(old, cue, plan, at)
    if not wish.match:
        return Comparison(None, wish.why, memory)
    if detail.detail(pixels, seat.box) < detail.LEAST:
        return Comparison(None, BLURRED, memory)
    match = _compare(pixels, found, order, enrolment, encoder, memory, plan, at)
    followed = replace(track, box=found[match.face].box)
    followed = tracking.after_match(followed, match.band, tracking.appearance(pixels, followed.box), at)
    return Comparison(match, "", replace(memory, track=followed))


def unfit(pixels: Pixels, face: DetectedFace, plan: Plan) -> str:
    """Why this face must not be compared; empty when it may be."""
    if face.box.width * pixels.shape[1] < plan.match_width_px:
        return TOO_SMALL
    if face.box.score < _WEAK_SCORE:
        return WEAK
    if abs(asymmetry(face)) > plan.match_asymmetry:
        return TURNED_AWAY
    return TOO_DARK if luma(pixels, face) < plan.match_luma else ""


def _fit(pixels: Pixels, face: DetectedFace, plan: Plan) -> bool:
    return not unfit(pixels, face, plan) and detail.detail(pixels, face.box) >= detail.LEAST


def luma(pixels: Pixels, face: DetectedFace) -> float:
    """Mean brightness of a face, 0..255, by every third pixel each way."""
    height, width = pixels.shape[:2]
    left, top = int(face.box.x * width), int(face.box.y * height)
    right, bottom = int((face.box.x + face.box.width) * width), int((face.box.y + face.box.height) * height)
    part = pixels[top : max(bottom, top + 1) : 3, left : max(right, left + 1) : 3]
    return cv2.mean(cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_BGR2GRAY))[0]


def _seated_first(found: Sequence[DetectedFace], track: Track | None, plan: Plan, at: float) -> list[int]:
    """Indices of the faces near the camera: the one that goes on with the track first, then by size."""
    widest = max(face.box.width for face in found)
    near = [number for number, face in enumerate(found) if face.box.width >= _NEAR * widest]
    return sorted(near, key=lambda number: not tracking.follows(track, found[number].box, plan, at))


def _compare(
    pixels: Pixels,
    found: Sequence[DetectedFace],
    order: Sequence[int],
    enrolment: Enrolment,
    encoder: FaceEncoder,
    memory: Memory,
    plan: Plan,
    at: float,
) -> Match:
    """The agent wherever the agent is; otherwise the outcome for the face in the seat."""
    first: Match | None = None
    for number in order[:3]:
        if number != order[0] and not _fit(pixels, found[number], plan):
            continue
        apart = encoder.distance(enrolment.template, encoder.encode(pixels, found[number]))
        match = Match(number, encoder.band(apart), apart)
        if match.band is MatchBand.SAME:
            return match
        first = first or match
    assert first is not None  # noqa: S101 - the face in the seat is always compared
    living = _only_the_living(first, found, memory, plan, at)
    return _only_the_facing(_only_the_bare(living, pixels, found), pixels, found, plan)


def _only_the_facing(match: Match, pixels: Pixels, found: Sequence[DetectedFace], plan: Plan) -> Match:
    """A face that is hardly turned this way is never somebody else: it may be a head from behind.

    The search takes a knot of hair for a face now and then, with eyes that stand closer than eyes do.
    """
    apart = eyes_apart(found[match.face], pixels.shape[1])
    if match.band is not MatchBand.OTHER or apart >= plan.match_eyes_apart:
        return match
    return replace(match, band=MatchBand.UNSURE)


def _only_the_bare(match: Match, pixels: Pixels, found: Sequence[DetectedFace]) -> Match:
    """A face that a mask or a hand hides is never somebody else."""
    if match.band is not MatchBand.OTHER or occlusion.is_bare(pixels, found[match.face]):
        return match
    return replace(match, band=MatchBand.UNSURE)


def _only_the_living(
    match: Match, found: Sequence[DetectedFace], memory: Memory, plan: Plan, at: float
) -> Match:
    """What may be a picture is never somebody else.

    That is a face behind the seat that has not moved yet, or one in the seat that does not move for long.
    """
    box = found[match.face].box
    spot = tracking.spot_at(memory, box)
    alive = spot is not None and spot.alive_at is not None
    in_seat = box.width >= (_IN_SEAT * memory.seat_width or _IN_SEAT_ALONE)
    seated = in_seat and (spot is None or not tracking.is_motionless(spot, plan, at))
    if alive or seated or match.band is not MatchBand.OTHER:
        return match
    return replace(match, band=MatchBand.UNSURE)


def _new_track(memory: Memory, seat: DetectedFace, cue: bytes, at: float) -> Track:
    doubted = memory.track is not None and memory.track.doubted
    return Track(seat.box, at, cue, doubted=doubted)


def _usual_width(memory: Memory, seat: DetectedFace) -> float:
    spot = tracking.spot_at(memory, seat.box)
    if spot is None or spot.alive_at is None:
        return memory.seat_width
    known = memory.seat_width or seat.box.width
    return (1 - _USUAL) * known + _USUAL * seat.box.width
