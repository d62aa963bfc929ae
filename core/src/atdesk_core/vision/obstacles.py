"""Why a picture cannot be judged: too dark, covered, frozen, blurred, or a virtual background alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from atdesk_core.vision.memory import Memory
from atdesk_core.vision.quality import HEIGHT, WIDTH, Change, Thumbnail, highlights
from atdesk_core.vision.structure import edges_alike, layout_alike
from atdesk_sdk.detector import Box, Obstacle, Quality

_DARK: Final = 40.0
"""Not even the brightest twentieth of the picture is brighter: nothing can be judged."""
_DIM: Final = 80.0
_DIM_LUMA: Final = 30.0
"""Darker than this on average, or without highlights: a seat that looks empty may just be dark."""
_FLAT: Final = 4.0
_FLAT_DARK: Final = 1.0
_SHADOW: Final = 24
_SILHOUETTE: Final = 0.5
_SILHOUETTE_AREA: Final = 0.05
"""Shares: of the box that is darker than this, and of the picture that the box fills."""
_BLACK: Final = 12.0
"""Without highlights above this there are no edges left to know a scene by, only light and shade."""
_SAME_EDGES: Final = 0.4
_SAME_LAYOUT: Final = 0.6
_BLURRED_LAYOUT: Final = 0.8
_BLUR_SHARE: Final = 0.08
_BLUR: Final = 25.0
_WALL_CONTRAST: Final = 15.0
_WALL_CHANGE: Final = 8.0

_STILL_EQUAL: Final = 0.85
_STILL_MEAN: Final = 0.25
_FROZEN_S: Final = 1.5
_ALIVE_MEAN: Final = 0.5
_NOISE_SHARE: Final = 0.35
_NOISE_KNOWN: Final = 0.3
_NOISE_MOST: Final = 8.0

_BIT_STILL: Final = 0.016
"""One of 64 pixels differs by one level."""
_BACKDROP: Final = 0.15
_VIRTUAL: Final = 0.38
"""Three pictures in a row with a background that is still to the bit, or most of many."""


def hopeless(now: Thumbnail, quality: Quality, memory: Memory, at: float) -> Obstacle | None:
    """What makes any search pointless. `memory` already knows about stillness."""
    if highlights(now) < _DARK:
        return _dark_or_covered(now, quality, memory)
    if quality.contrast < _FLAT and not _is_the_wall(now, quality, memory):
        return Obstacle.COVERED
    if memory.still_since is None or at - memory.still_since < _FROZEN_S:
        return None
    alone = has_virtual_background(memory) and memory.outcome == "nobody"
    return Obstacle.VIRTUAL_BACKGROUND if alone else Obstacle.FROZEN


def doubtful(now: Thumbnail, quality: Quality, memory: Memory, people: Sequence[Box] = ()) -> Obstacle | None:
    """What makes an empty seat no evidence: a picture put behind people, dusk, a blur that hides all.

    Args:
        now: The small copies.
        quality: Measured in them.
        memory: Of the stream.
        people: What may be bodies, however weak.
    """
    if has_virtual_background(memory):
        return Obstacle.VIRTUAL_BACKGROUND
    if is_dim(now, quality):
        return _dark_or_covered(now, quality, memory)
    if any(_is_silhouette(now, body) for body in people):
        return Obstacle.TOO_DARK
    blurred = quality.sharpness < max(_BLUR, _BLUR_SHARE * memory.lit_sharpness)
    if not blurred or _is_the_wall(now, quality, memory):
        return None
    return _blurred_or_covered(now, memory)


def is_dim(now: Thumbnail, quality: Quality) -> bool:
    """Whether there is so little light that shadows look like anything."""
    return highlights(now) < _DIM or quality.luma < _DIM_LUMA


def _dark_or_covered(now: Thumbnail, quality: Quality, memory: Memory) -> Obstacle:
    """A dark room still shows the scene that was lit before; a hand before the lens glows at most."""
    if memory.lit is None:
        return Obstacle.TOO_DARK if quality.contrast >= _FLAT_DARK else Obstacle.COVERED
    then = memory.lit.area_grey
    dark = edges_alike(now.area_grey, then) >= _SAME_EDGES
    if not dark and highlights(now) < _BLACK:
        dark = layout_alike(now.area_grey, then, ()) >= _SAME_LAYOUT
    return Obstacle.TOO_DARK if dark else Obstacle.COVERED


def _is_silhouette(now: Thumbnail, body: Box) -> bool:
    """Whether something like a body is little more than black: somebody before a bright window, perhaps."""
    left, top = int(body.x * WIDTH), int(body.y * HEIGHT)
    right, bottom = int((body.x + body.width) * WIDTH) + 1, int((body.y + body.height) * HEIGHT) + 1
    part = now.area_grey[top:bottom, left:right]
    return body.area >= _SILHOUETTE_AREA and float((part <= _SHADOW).mean()) >= _SILHOUETTE


def _blurred_or_covered(now: Thumbnail, memory: Memory) -> Obstacle:
    """A blur keeps light and shade of the scene where they were; paper before the lens does not."""
    if memory.view is None:
        return Obstacle.BLURRED
    alike = layout_alike(now.area_grey, memory.view.scene.area_grey, memory.view.covered)
    return Obstacle.BLURRED if alike >= _BLURRED_LAYOUT else Obstacle.COVERED


def _is_the_wall(now: Thumbnail, quality: Quality, memory: Memory) -> bool:
    """Whether a picture without edges is the plain wall that was seen round the agent before."""
    if memory.view is None or quality.contrast > _WALL_CONTRAST:
        return False
    here, then = (_rim(one).astype(np.int16) for one in (now, memory.view.scene))
    return float(np.abs(here - then).mean()) <= _WALL_CHANGE


def _rim(one: Thumbnail) -> npt.NDArray[np.uint8]:
    """The upper edge and the upper halves of the side edges: where a seated person is not."""
    grey = one.area_grey
    sides = grey[: HEIGHT // 2, [0, 1, 2, 3, -4, -3, -2, -1]]
    return np.concatenate([grey[: HEIGHT // 12].ravel(), sides.ravel()])


def with_stillness(memory: Memory, change: Change | None, at: float) -> Memory:
    """Keep count of how long the picture has been still, and of the noise of one that lives.

    A lossy coder changes a few pixels of a frozen picture now and then, so they need not all be
    equal. A quiet room differs from a frozen one by the sensor's noise, so the noise of this stream
    is learned while somebody moves in it. A stream without any noise (a strong coder or filter) is
    called frozen only when a face stands still in it, or when every pixel is equal.
    """
    if change is None:
        return replace(memory, still_since=None)
    memory = replace(memory, backdrop=_learned_backdrop(memory, change))
    if _is_still(change, memory):
        return replace(memory, still_since=memory.at if memory.still_since is None else memory.still_since)
    return replace(memory, still_since=None, noise=_learned_noise(memory.noise, change))


def has_virtual_background(memory: Memory) -> bool:
    """Whether people in this stream move before a background that never changes by a bit.

    Whoever leaves it, or is cut away with the rest of the room, leaves a still picture, in which an empty
    seat cannot be told from one that is not shown. A room whose noise a strong coder removed looks alike.
    """
    return memory.backdrop >= _VIRTUAL


def _learned_backdrop(memory: Memory, change: Change) -> float:
    """Only while somebody moves: a coder goes on refining a background in which nothing happens."""
    if change.mean <= _ALIVE_MEAN or memory.outcome not in ("face", "body"):
        return memory.backdrop
    still = change.stillest <= _BIT_STILL
    return (1 - _BACKDROP) * memory.backdrop + _BACKDROP * still


def _learned_noise(known: float | None, change: Change) -> float | None:
    """Slowly, and never from a cut or a light that is switched on, which change all of the picture."""
    if change.mean <= _ALIVE_MEAN or change.noise > _NOISE_MOST:
        return known
    if known is None:
        return change.noise
    return min(0.8 * known + 0.2 * change.noise, 1.25 * known + 0.05)


def _is_still(change: Change, memory: Memory) -> bool:
    if change.equal < _STILL_EQUAL or change.mean > _STILL_MEAN:
        return False
    noise = memory.noise or 0.0
    if noise >= _NOISE_KNOWN and change.noise <= _NOISE_SHARE * noise:
        return True
    return change.mean == 0.0 or memory.outcome == "face"


def with_light(memory: Memory, now: Thumbnail, quality: Quality) -> Memory:
    """Remember a well-lit, usable picture and its sharpness."""
    if highlights(now) < _DIM:
        return memory
    known = memory.lit_sharpness or quality.sharpness
    return replace(memory, lit=now, lit_sharpness=0.9 * known + 0.1 * quality.sharpness)
