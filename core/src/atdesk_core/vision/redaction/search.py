"""The search for everybody in a picture, where a person who is missed is the harm.

One copy of the picture is not enough: a face larger than the picture is found in the smallest copy, a
far one in enlarged parts, someone lying down in a turned copy, someone in a dark corner in an equalised
one, and half a face at the edge sometimes in the mirror image alone. What looks like a face in any of
them counts as one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, isfinite
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.faces import clipped
from atdesk_sdk.detector import Box, DetectedFace, FaceDetector, PersonDetector

SIDE_PX: Final = 640
"""Long side of the largest copy that a detector is given: more would cost memory, not time."""
_SMALL_SIDES_PX: Final = (160, 320)
_LARGE_SIDE_PX: Final = 1280
_MOST_ENLARGED: Final = 2
_OVERLAP_PX: Final = 128
_LARGEST_IN_TILE_PX: Final = 160
"""In enlarged parts only small faces count: a larger one is seen better, and whole, in a smaller copy."""
_LARGE: Final = 0.15
_LARGE_SCORE: Final = 0.5
"""A face wider than this share of the long side is found with a high score in one copy or another, half
of it cut off or not; a pattern of that size that never scores this high is a curtain."""
_BODY: Final = 0.15
_BODY_IN_PART: Final = 0.25
_PART: Final = 0.6
_CUT: Final = 0.02
"""What comes this near to an edge that cuts is cut."""
_SAME: Final = 0.5

Affine = npt.NDArray[np.float64]
Cuts = tuple[bool, bool, bool, bool]


class BrokenStep(Exception):
    """A detector or encoder gave what cannot be a measurement."""


@dataclass(frozen=True, slots=True)
class _Copy:
    """A picture made from the original, and the way back.

    Attributes:
        pixels: What a detector is given.
        back: 2 x 3: from its pixels to those of the original.
        mirrored: Left and right are exchanged.
        largest_px: Faces wider than this, in its own pixels, are left to other copies.
        cuts: Which of its edges (left, top, right, bottom) go through the picture: what they cut is
            whole in another copy.
    """

    pixels: Pixels
    back: Affine
    mirrored: bool = False
    largest_px: float = float("inf")
    cuts: Cuts = (False, False, False, False)


def faces_in(picture: Pixels, detector: FaceDetector) -> tuple[DetectedFace, ...]:
    """Everything face-like in any copy of the picture, surest first, each once.

    Args:
        picture: BGR, at most 1280 pixels on the long side.
        detector: With a low score; it is given copies of at most 640 pixels on the long side.

    Raises:
        BrokenStep: A number in what the detector gave is no number.
    """
    found = [
        _placed(face, copy, picture)
        for copy in _copies(picture)
        for face in detector.detect(copy.pixels)
        if _is_whole(_checked(face), copy)
    ]
    return _each_once([face for face in found if face.box.area > 0 and not _is_a_curtain(face, picture)])


def bodies_in(picture: Pixels, detector: PersonDetector) -> tuple[Box, ...]:
    """Everything body-like in the picture, its mirror image and its four enlarged quarters.

    Raises:
        BrokenStep: As for `faces_in`.
    """
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    found = [body for body in _bodies(picture, detector) if body.score >= _BODY]
    found += [
        replace(body, x=1 - body.x - body.width)
        for body in _bodies(mirrored, detector)
        if body.score >= _BODY
    ]
    for left in (0.0, 1 - _PART):
        for top in (0.0, 1 - _PART):
            found += _bodies_in_part(picture, left, top, detector)
    return tuple(found)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0..1."""
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(across, 0.0) * max(down, 0.0)
    return shared / max(one.area + other.area - shared, 1e-12)


def _copies(picture: Pixels) -> Iterator[_Copy]:
    longest = max(picture.shape[:2])
    most = min(_LARGE_SIDE_PX, _MOST_ENLARGED * longest)
    side = min(SIDE_PX, most)
    for small in (*_SMALL_SIDES_PX, side):
        yield _scaled(picture, small)
    middle = _scaled(picture, side)
    yield _mirrored(middle)
    yield _Copy(_equalised(middle.pixels), middle.back)
    for clockwise in (True, False):
        yield _turned(middle, clockwise)
    if most > SIDE_PX:
        yield from _tiles(_scaled(picture, most))


def _scaled(picture: Pixels, side: int) -> _Copy:
    height, width = picture.shape[:2]
    factor = side / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    pixels = np.asarray(cv2.resize(picture, size, interpolation=method), np.uint8)
    return _Copy(pixels, np.array([[width / size[0], 0, 0], [0, height / size[1], 0]], np.float64))


def _mirrored(copy: _Copy) -> _Copy:
    way = np.array([[-1, 0, copy.pixels.shape[1]], [0, 1, 0]], np.float64)
    return _Copy(np.ascontiguousarray(copy.pixels[:, ::-1]), _after(copy.back, way), mirrored=True)


def _turned(copy: _Copy, clockwise: bool) -> _Copy:
    height, width = copy.pixels.shape[:2]
    if clockwise:
        pixels, way = cv2.rotate(copy.pixels, cv2.ROTATE_90_CLOCKWISE), [[0, 1, 0], [-1, 0, height]]
    else:
        pixels, way = cv2.rotate(copy.pixels, cv2.ROTATE_90_COUNTERCLOCKWISE), [[0, -1, width], [1, 0, 0]]
    return _Copy(np.asarray(pixels, np.uint8), _after(copy.back, np.array(way, np.float64)))


def _equalised(pixels: Pixels) -> Pixels:
    """With the contrast of each part drawn out: who sits in the dark is in the picture all the same."""
    lab = cv2.cvtColor(pixels, cv2.COLOR_BGR2LAB)
    lab[..., 0] = cv2.createCLAHE(4.0, (8, 8)).apply(lab[..., 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), np.uint8)


def _tiles(copy: _Copy) -> Iterator[_Copy]:
    height, width = copy.pixels.shape[:2]
    for top in _starts(height):
        for left in _starts(width):
            part = np.ascontiguousarray(copy.pixels[top : top + SIDE_PX, left : left + SIDE_PX])
            way = np.array([[1, 0, left], [0, 1, top]], np.float64)
            cuts = (left > 0, top > 0, left + SIDE_PX < width, top + SIDE_PX < height)
            yield _Copy(part, _after(copy.back, way), largest_px=_LARGEST_IN_TILE_PX, cuts=cuts)


def _starts(length: int) -> list[int]:
    """Where tiles begin, so that what is smaller than the overlap is whole in one of them."""
    if length <= SIDE_PX:
        return [0]
    tiles = ceil((length - _OVERLAP_PX) / (SIDE_PX - _OVERLAP_PX))
    return [round(number * (length - SIDE_PX) / (tiles - 1)) for number in range(tiles)]


def _after(back: Affine, way: Affine) -> Affine:
    """First `way`, then `back`."""
    whole = np.vstack([way, [0, 0, 1]])
    return np.asarray(back @ whole, np.float64)


def _checked(face: DetectedFace) -> DetectedFace:
    numbers = [face.box.x, face.box.y, face.box.width, face.box.height, face.box.score]
    numbers += [value for point in face.landmarks for value in point]
    if len(face.landmarks) != 5 or not all(isfinite(number) for number in numbers):
        raise BrokenStep("a face without numbers")
    return face


def _is_whole(face: DetectedFace, copy: _Copy) -> bool:
    return face.box.width * copy.pixels.shape[1] <= copy.largest_px and not _is_cut(face.box, copy.cuts)


def _placed(face: DetectedFace, copy: _Copy, picture: Pixels) -> DetectedFace:
    """The face in the original: box in its fractions, points in its pixels."""
    box, tall, wide = face.box, copy.pixels.shape[0], copy.pixels.shape[1]
    corners = [(box.x * wide, box.y * tall), ((box.x + box.width) * wide, (box.y + box.height) * tall)]
    points = np.array([*corners, *face.landmarks], np.float64) @ copy.back[:, :2].T + copy.back[:, 2]
    (left, top), (right, bottom) = points[:2].min(axis=0), points[:2].max(axis=0)
    height, width = picture.shape[:2]
    place = clipped(left / width, top / height, (right - left) / width, (bottom - top) / height, box.score)
    order = (3, 2, 4, 6, 5) if copy.mirrored else (2, 3, 4, 5, 6)
    return DetectedFace(place, tuple((float(points[n, 0]), float(points[n, 1])) for n in order))


def _is_a_curtain(face: DetectedFace, picture: Pixels) -> bool:
    wide = face.box.width * picture.shape[1] / max(picture.shape[:2])
    return wide > _LARGE and face.box.score < _LARGE_SCORE


def _each_once(found: Sequence[DetectedFace]) -> tuple[DetectedFace, ...]:
    kept: list[DetectedFace] = []
    for face in sorted(found, key=lambda face: -face.box.score):
        if all(overlap(face.box, other.box) < _SAME for other in kept):
            kept.append(face)
    return tuple(kept)


def _bodies(picture: Pixels, detector: PersonDetector) -> list[Box]:
    found = list(detector.detect(picture))
    for box in found:
        if not all(isfinite(number) for number in (box.x, box.y, box.width, box.height, box.score)):
            raise BrokenStep("a body without numbers")
    return found


def _bodies_in_part(picture: Pixels, left: float, top: float, detector: PersonDetector) -> list[Box]:
    """Bodies that the part does not cut: half a body has its head elsewhere. Its lower edge may cut."""
    height, width = picture.shape[:2]
    x, y, wide, tall = (round(n) for n in (left * width, top * height, _PART * width, _PART * height))
    part = np.ascontiguousarray(picture[y : y + tall, x : x + wide])
    cuts = (left > 0, top > 0, left == 0, False)
    return [
        Box(
            (x + body.x * wide) / width,
            (y + body.y * tall) / height,
            body.width * wide / width,
            body.height * tall / height,
            body.score,
        )
        for body in _bodies(part, detector)
        if body.score >= _BODY_IN_PART and not _is_cut(body, cuts)
    ]


def _is_cut(box: Box, cuts: Cuts) -> bool:
    ends = (box.x, box.y, 1 - box.x - box.width, 1 - box.y - box.height)
    return any(cut and end < _CUT for cut, end in zip(cuts, ends, strict=True))
