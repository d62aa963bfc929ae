"""The face in the seat: following it, telling a picture on the wall, and when a match is worth it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.faces import clipped
from atdesk_core.vision.memory import Memory, Plan, Spot, Track
from atdesk_core.vision.quality import Change, change_in
from atdesk_sdk.detector import Box, MatchBand

_SAME_PLACE: Final = 0.5
_SAME_TRACK: Final = 0.3
_FORGET_S: Final = 60.0
_MOST_SPOTS: Final = 8
_ALIVE_FACTOR: Final = 2.0
_ALIVE_LEAST: Final = 0.5
_SMALL: Final = 0.6
_SMALL_ALONE: Final = 0.15
_PICTURE_FRAMES: Final = 5
_LARGE_WEAK: Final = 1.5
_WEAK_FRAMES: Final = 3
_PORTRAIT: Final = 8.0
_CUE_SIDE: Final = 8
_CUE_PX: Final = 64
_HEAD: Final = (slice(0, 4), slice(1, 7))
"""The cells of an appearance in which the head is: the same clothes must not hide another head."""
_DARKEST: Final = 25.0
_FLATTEST: Final = 15.0
_CUE_CHANGED: Final = 7.0
_CUE_MOST: Final = 10.0
_STEP_LEAST: Final = 5.0
_STEP_FACTOR: Final = 2.5
_CUE_ROOM: Final = 1.3


def overlap(first: Box, second: Box) -> float:
    """Intersection over union, 0..1."""
    wide = min(first.x + first.width, second.x + second.width) - max(first.x, second.x)
    if wide <= 0.0:  # most pairs: what follows is asked for thousands of times a minute
        return 0.0
    tall = min(first.y + first.height, second.y + second.height) - max(first.y, second.y)
    if tall <= 0.0:
        return 0.0
    shared = wide * tall
    return shared / max(first.area + second.area - shared, 1e-9)


def with_spots(memory: Memory, boxes: Sequence[Box], change: Change | None, at: float) -> Memory:
    """Note where face-like patterns are, and which of them moved."""
    seen = [_seen(memory.spots, box, change, at) for box in boxes]
    others = [
        spot
        for spot in memory.spots
        if at - spot.seen_at <= _FORGET_S and all(overlap(spot.box, box) < _SAME_PLACE for box in boxes)
    ]
    return replace(memory, spots=(*seen, *others)[:_MOST_SPOTS])


def spot_at(memory: Memory, box: Box) -> Spot | None:
    """The spot of this box."""
    near = [spot for spot in memory.spots if overlap(spot.box, box) >= _SAME_PLACE]
    return max(near, key=lambda spot: overlap(spot.box, box), default=None)


def is_picture(spot: Spot | None, memory: Memory, plan: Plan, at: float, *, weak: bool = False) -> bool:
    """Whether this is a face that nobody wears: it has not moved, nor anything below it, for long.

    Only a small one (against the face in the seat) is told by that: whoever sleeps or sits very still in the
    seat must not be taken for a picture. A pattern that is hardly a face (`weak`) comes and goes in a bare
    wall: fewer sightings are enough, and after longer it need not be small.
    """
    if spot is None or spot.frames < (_WEAK_FRAMES if weak else _PICTURE_FRAMES):
        return False
    small = spot.box.width < (_SMALL * memory.seat_width or _SMALL_ALONE)
    if not small and not weak:
        return False
    return _rest(spot, at) >= plan.picture_s * (1.0 if small else _LARGE_WEAK)


def is_motionless(spot: Spot, plan: Plan, at: float) -> bool:
    """Whether this face, seen several times, has not moved for so long that nobody may wear it."""
    return spot.frames >= _PICTURE_FRAMES and _rest(spot, at) >= plan.picture_s


def _rest(spot: Spot, at: float) -> float:
    return at - (spot.since if spot.alive_at is None else spot.alive_at)


def is_painted(body: Box, picture: Box) -> bool:
    """Whether a body belongs to a picture of a face: it holds that face and little more."""
    across, down = picture.x + picture.width / 2, picture.y + picture.height / 2
    inside = body.x <= across <= body.x + body.width and body.y <= down <= body.y + body.height
    return inside and body.area <= _PORTRAIT * picture.area


def follows(track: Track | None, box: Box, plan: Plan, at: float) -> bool:
    """Whether this face goes on with the track."""
    if track is None or at - track.seen_at > plan.gap_s:
        return False
    return overlap(track.box, box) >= _SAME_TRACK


def appearance(picture: Pixels, box: Box) -> bytes:
    """8 x 8 colours of the head and the clothes below it, aligned to the face, as if in one light."""
    height, width = picture.shape[:2]
    wide = clipped(box.x - 0.5 * box.width, box.y, 2 * box.width, 2.5 * box.height, 1.0)
    left, top = int(wide.x * width), int(wide.y * height)
    right, bottom = int((wide.x + wide.width) * width), int((wide.y + wide.height) * height)
    part = picture[top : max(bottom, top + 2), left : max(right, left + 2)]
    step = max(1, min(part.shape[:2]) // _CUE_PX)
    few = np.ascontiguousarray(part[::step, ::step])
    cells = cv2.resize(few, (_CUE_SIDE, _CUE_SIDE), interpolation=cv2.INTER_AREA)
    return _in_one_light(np.asarray(cells, np.uint8)).tobytes()


def _in_one_light(cells: Pixels) -> Pixels:
    """Lab, with the brightness brought to one mean and one spread: a lamp or the camera changes these."""
    grey = cv2.cvtColor(cells, cv2.COLOR_BGR2GRAY)
    mean, spread = (float(one[0, 0]) for one in cv2.meanStdDev(grey))
    colours = cv2.convertScaleAbs(cells, alpha=100 / max(mean, _DARKEST))
    lab = np.asarray(cv2.cvtColor(colours, cv2.COLOR_BGR2LAB), np.uint8)
    gain = 40 / max(spread, _FLATTEST)
    lab[..., 0] = cv2.addWeighted(grey, gain, grey, 0.0, 128 - gain * mean)
    return lab


def unlike(first: bytes, second: bytes) -> float:
    """Mean difference of two appearances, of all of them or of the head, whichever is more: 0..255."""
    cells = (_CUE_SIDE, _CUE_SIDE, 3)
    one, two = (np.frombuffer(cue, np.uint8).reshape(cells) for cue in (first, second))
    apart = cv2.absdiff(one, two)
    return max(sum(cv2.mean(part)) / 3 for part in (apart, apart[_HEAD]))


def lost(track: Track | None) -> Track | None:
    """The track after a picture in which nothing could be seen: whoever is there next is compared anew."""
    return None if track is None else replace(track, band=None, streak=0)


@dataclass(frozen=True, slots=True)
class Wish:
    """Whether to compare this face now, and why or why not."""

    match: bool
    why: str


def wish(track: Track | None, cue: bytes, plan: Plan, at: float) -> Wish:
    """A match is worth its price on a new face, on a sign of change, in doubt, and rarely otherwise."""
    if track is None or track.band is None:
        return Wish(True, "new face")
    if unlike(track.cue, cue) > max(_CUE_CHANGED, track.usual):
        return Wish(True, "looks different")
    if track.last and unlike(track.last, cue) > max(_STEP_LEAST, _STEP_FACTOR * track.step):
        return Wish(True, "changed at once")
    since = at - track.matched_at
    if track.band is MatchBand.SAME:
        confirmed = not track.doubted or track.streak >= 2
        return Wish(not confirmed or since >= plan.match_s, "matched already")
    return Wish(track.streak < plan.confirm or since >= plan.again_s, "matched already")


def onward(track: Track, box: Box, cue: bytes, at: float) -> Track:
    """The track one frame further."""
    step = unlike(track.last, cue) if track.last else 0.0
    known = 0.7 * track.step + 0.3 * step if track.step else step
    return replace(track, box=box, seen_at=at, last=cue, step=min(known, _STEP_LEAST))


def after_match(track: Track, band: MatchBand, cue: bytes, at: float) -> Track:
    """The track with the outcome of a match.

    Somebody who looked different and was the agent all the same moves about: from then on this track
    allows for a little more, up to a bound, before it is compared again for that reason.
    """
    streak = track.streak + 1 if track.band is band else 1
    settled = band is MatchBand.SAME and streak >= 2
    doubted = not settled and (track.doubted or band is not MatchBand.SAME)
    usual = track.usual
    if band is MatchBand.SAME and track.band is MatchBand.SAME:
        usual = min(_CUE_MOST, max(0.9 * usual, _CUE_ROOM * unlike(track.cue, cue)))
    return replace(track, band=band, streak=streak, matched_at=at, cue=cue, usual=usual, doubted=doubted)


def _seen(spots: Sequence[Spot], box: Box, change: Change | None, at: float) -> Spot:
    known = max(spots, key=lambda spot: overlap(spot.box, box), default=None)
    if known is None or overlap(known.box, box) < _SAME_PLACE:
        # What comes into view may be a picture that was hidden: its coming is no sign of life.
        return Spot(box, at, at, None, 1)
    alive_at = at if _lives(box, change) else known.alive_at
    return Spot(box, known.since, at, alive_at, known.frames + 1)


def _lives(box: Box, change: Change | None) -> bool:
    """Whether the face, or what is below it, moved more than the background did."""
    if change is None:
        return False
    below = clipped(box.x - 0.3 * box.width, box.y, 1.6 * box.width, 2.2 * box.height, 1.0)
    most = max(change_in(change, box), change_in(change, below))
    return most > _ALIVE_FACTOR * change.background + _ALIVE_LEAST
