"""Draws the room of the film: a plain wall with light from a window, a shelf, an office chair."""

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Colour = tuple[float, float, float]

WIDTH, HEIGHT = 640, 360
_SCALE = 2
_WOOD: Colour = (96, 128, 158)
_BOOKS: tuple[Colour, ...] = (
    (92, 86, 70),
    (150, 158, 168),
    (74, 92, 128),
    (128, 120, 96),
    (58, 60, 66),
    (136, 150, 142),
    (84, 104, 92),
)


def draw_room(seed: int) -> Picture:
    """The empty room, 640 x 360, BGR. The same seed gives the same room.

    Args:
        seed: Of the wall's texture and the books.
    """
    rng = np.random.default_rng(seed)
    canvas = _wall(rng)
    _light(canvas)
    _shelf(canvas, rng, top=118, left=880, books=11)
    _shelf(canvas, rng, top=330, left=940, books=8)
    _pot(canvas, 1150, 118)
    _print(canvas)
    _chair(canvas)
    soft = cv2.GaussianBlur(canvas, (0, 0), 2.4)
    small = cv2.resize(soft, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.clip(small, 0, 255).astype(np.uint8)


def _wall(rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """A warm wall, brighter towards the window at the left, with the unevenness of paint."""
    high, wide = HEIGHT * _SCALE, WIDTH * _SCALE
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    light = 1.02 - 0.30 * (x / wide) - 0.12 * (y / high)
    coarse = rng.normal(0, 1, (24, 42)).astype(np.float32)
    paint = cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC) * 1.6
    fine = cv2.GaussianBlur(rng.normal(0, 9, (high, wide)).astype(np.float32), (0, 0), 1.6)
    colour = np.array((198, 208, 214), np.float32)
    wall = light[..., None] * colour + (paint + fine)[..., None]
    wall[int(high * 0.86) :] *= 0.94
    return np.ascontiguousarray(wall, np.float32)


def _light(canvas: npt.NDArray[np.float32]) -> None:
    """Two panes of window light, slanting over the wall."""
    glow = np.zeros(canvas.shape[:2], np.float32)
    for left in (90, 262):
        pane = np.array([(left, 40), (left + 150, 64), (left + 214, 420), (left + 64, 396)], np.int32)
        cv2.fillConvexPoly(glow, pane, 1.0)
    cv2.line(glow, (60, 226), (560, 262), 0.0, 12)
    soft = cv2.GaussianBlur(glow, (0, 0), 11)
    canvas += soft[..., None] * np.array((14, 26, 34), np.float32)


def _shelf(
    canvas: npt.NDArray[np.float32], rng: np.random.Generator, top: int, left: int, books: int
) -> None:
    """A board on the wall with books on it; `top` is where the board is."""
    shade = np.zeros(canvas.shape[:2], np.float32)
    cv2.rectangle(shade, (left - 6, top + 14), (canvas.shape[1], top + 60), 1.0, -1)
    canvas *= 1 - 0.22 * cv2.GaussianBlur(shade, (0, 0), 16)[..., None]
    x = left + 16
    for _ in range(books):
        wide, high = int(rng.integers(16, 30)), int(rng.integers(62, 98))
        colour = np.array(_BOOKS[int(rng.integers(len(_BOOKS)))]) * float(rng.uniform(0.85, 1.1))
        cv2.rectangle(canvas, (x, top - high), (x + wide - 2, top), tuple(map(float, colour)), -1)
        cv2.line(canvas, (x, top - high), (x, top), tuple(map(float, colour * 0.75)), 2)
        x += wide
    cv2.rectangle(canvas, (left, top), (canvas.shape[1], top + 14), _WOOD, -1)
    cv2.line(canvas, (left, top), (canvas.shape[1], top), (120, 154, 184), 3)


def _pot(canvas: npt.NDArray[np.float32], x: int, top: int) -> None:
    """A plant that hangs over the board."""
    for number in range(16):
        angle = -165 + number * 21
        length = 52 + 13 * (number % 3)
        centre = (
            int(x + 0.5 * length * np.cos(np.radians(angle))),
            int(top - 50 + 0.5 * length * np.sin(np.radians(angle))),
        )
        green = (70.0 + 6 * (number % 4), 112.0 + 9 * (number % 3), 84.0 + 5 * (number % 5))
        cv2.ellipse(canvas, centre, (length // 2, 9), angle, 0, 360, green, -1)
    pot = np.array([(x - 30, top - 44), (x + 30, top - 44), (x + 22, top), (x - 22, top)], np.int32)
    cv2.fillConvexPoly(canvas, pot, (112, 132, 186))


def _print(canvas: npt.NDArray[np.float32]) -> None:
    """A framed print: two plain fields, so that nothing in it could be taken for a face."""
    cv2.rectangle(canvas, (640, 66), (790, 246), (70, 78, 88), -1)
    cv2.rectangle(canvas, (650, 76), (780, 236), (222, 228, 230), -1)
    cv2.rectangle(canvas, (672, 98), (758, 160), (150, 130, 98), -1)
    cv2.rectangle(canvas, (672, 160), (758, 214), (108, 146, 178), -1)


def _chair(canvas: npt.NDArray[np.float32]) -> None:
    """The back of an office chair, from behind the desk."""
    back = np.zeros(canvas.shape[:2], np.float32)
    cv2.rectangle(back, (500, 490), (780, 720), 1.0, -1)
    round_corners = cv2.GaussianBlur(back, (0, 0), 34)
    solid = cv2.GaussianBlur((round_corners > 0.45).astype(np.float32), (0, 0), 2)[..., None]
    rows = np.linspace(88, 58, canvas.shape[0], dtype=np.float32)[:, None, None]
    mesh = 1.0 + 0.05 * np.sin(np.arange(canvas.shape[1], dtype=np.float32) / 3.0)[None, :, None]
    canvas[:] = canvas * (1 - solid) + solid * rows * mesh * np.array((1.0, 0.97, 0.93), np.float32)
