"""Pictures of the people of the sample footage, and what can be wrong with a picture."""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
from examples.demo.stage import FOOTAGE

import atdesk_zoom.simulator as zoom

Pixels = npt.NDArray[np.uint8]


def jpeg(pixels: Pixels) -> bytes:
    """As a page sends it."""
    fine, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 92])
    assert fine
    return encoded.tobytes()


@cache
def agent(number: int = 1) -> Pixels:
    """The agent at the desk."""
    return np.asarray(cv2.imread(str(FOOTAGE / f"agent_{number}.jpg")), np.uint8)


@cache
def somebody_else() -> Pixels:
    """Another person, from the other sample clip."""
    folder = zoom.__path__[0]
    found = [_first(f"{folder}/footage/{name}.mp4") for name in ("person_b", "person_a")]
    return found[0]


def _first(path: str) -> Pixels:
    film = cv2.VideoCapture(path)
    for _ in range(10):
        fine, pixels = film.read()
    film.release()
    assert fine
    return np.asarray(pixels, np.uint8)


def dark() -> Pixels:
    return np.asarray(agent() * 0.06, np.uint8)


def blurred() -> Pixels:
    return np.asarray(cv2.GaussianBlur(agent(), (0, 0), 7), np.uint8)


def far() -> Pixels:
    """The same picture, from far away."""
    canvas = np.full_like(agent(), 120)
    small = cv2.resize(agent(), None, fx=0.12, fy=0.12, interpolation=cv2.INTER_AREA)
    canvas[200 : 200 + small.shape[0], 300 : 300 + small.shape[1]] = small
    return canvas


def two() -> Pixels:
    return np.hstack([agent(1), agent(2)])


def nobody() -> Pixels:
    """A room without anybody, in good light."""
    noise = np.random.default_rng(7).integers(110, 150, agent().shape, np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 2), np.uint8)
