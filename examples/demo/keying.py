"""Cuts a person out from before a plain blue wall: chroma key in Lab, the largest thing, no blue rim."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_WALL_NEAR = 15.0
_PERSON_FAR = 17.0


def cut_out(frames: Sequence[Picture]) -> list[Picture]:
    """Every frame of a clip with the wall taken away.

    Args:
        frames: height x width x 3, BGR, of one unmoving camera.

    Returns:
        The same as BGRA; a black bar below the picture is cut off.
    """
    last = frames[0].shape[0]
    while last > 10 and frames[0][last - 1].max() < 40:
        last -= 1
    used = [frame[: last - 2 if last < frame.shape[0] else last] for frame in frames]
    wall = _wall(used[0])
    return [_keyed(frame, wall) for frame in used]


def _wall(frame: Picture) -> Floats:
    """Colour of the wall at every pixel (Lab): a smooth surface, fitted to what is certainly wall."""
    high, wide = frame.shape[:2]
    small = cv2.resize(cv2.GaussianBlur(frame, (5, 5), 0), (120, 96), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(np.float32)
    y, x = np.mgrid[0:96, 0:120].astype(np.float32)
    x, y = x / 120 - 0.5, y / 96 - 0.5
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], -1)
    sure = np.zeros((96, 120), bool)
    sure[:9], sure[:48, :12], sure[:48, -12:] = True, True, True
    surface = lab
    for turn in range(8):
        used = terms[..., : 3 if turn < 3 else 6]
        surface = used @ np.linalg.lstsq(used[sure], lab[sure], rcond=None)[0]
        sure = _joined_to_edge(_apart(lab - surface, 0.3) < _WALL_NEAR)
    whole = cv2.resize(surface.astype(np.float32), (wide, high), interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole, np.float32)


def _apart(difference: Floats, of_light: float) -> Floats:
    light, a, b = difference[..., 0], difference[..., 1], difference[..., 2]
    return np.sqrt(a**2 + b**2 + (of_light * light) ** 2).astype(np.float32)


def _joined_to_edge(near: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    near[-1:] = False
    _, label = cv2.connectedComponents(near.astype(np.uint8))
    edge = np.concatenate([label[0], label[:48, 0], label[:48, -1]])
    return np.isin(label, [number for number in np.unique(edge) if number])


def _keyed(frame: Picture, wall: Floats) -> Picture:
    lab = cv2.cvtColor(cv2.GaussianBlur(frame, (3, 3), 0), cv2.COLOR_BGR2LAB).astype(np.float32)
    far = (_apart(lab - wall, 0.25) > _PERSON_FAR).astype(np.uint8)
    opened = cv2.morphologyEx(far, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    mask = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    outline, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole = np.zeros_like(mask)
    cv2.drawContours(whole, [max(outline, key=cv2.contourArea)], -1, 1, -1)
    inner = np.asarray(cv2.erode(whole, np.ones((5, 5), np.uint8)), np.uint8)
    alpha = cv2.GaussianBlur(inner.astype(np.float32), (5, 5), 0)
    return np.dstack([_without_rim(frame, inner), (alpha * 255).astype(np.uint8)])


def _without_rim(frame: Picture, inner: Picture) -> Picture:
    """Near the outline the wall's blue and its glow are taken back to the grey beside them."""
    rim = (cv2.erode(inner, np.ones((13, 13), np.uint8)) == 0).astype(np.float32)
    rim = cv2.GaussianBlur(rim, (7, 7), 0)[..., None]
    blue, green, red = cv2.split(frame.astype(np.float32))
    plain = np.dstack([np.minimum(blue, red * 1.02 + 4), np.minimum(green, red * 1.04 + 4), red])
    return np.asarray(frame * (1 - rim) + plain * rim, np.uint8)
