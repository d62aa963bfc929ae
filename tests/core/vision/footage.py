"""Pictures for the tests: three clips of real people, and rooms drawn by hand."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.enrol import Photo, enrol
from atdesk_core.vision.memory import Enrolment, Memory, Plan
from atdesk_core.vision.pipeline import Models, observe
from atdesk_core.vision.worker import load_models
from atdesk_sdk.detector import Frame, Observation, PixelFormat

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).parents[3].parent / "shared" / "data"
WIDTH, HEIGHT = 640, 480
PLAN = Plan()


@cache
def clip(name: str) -> tuple[Pixels, ...]:
    """Every fifth picture of a clip, 640 x 512."""
    video = cv2.VideoCapture(str(DATA / f"{name}.mp4"))
    pictures: list[Pixels] = []
    while video.grab():
        good, pixels = video.retrieve()
        if good:
            pictures.append(np.asarray(cv2.resize(pixels, (WIDTH, 512)), np.uint8))
    video.release()
    return tuple(pictures[::5])


@cache
def models() -> Models:
    """The real ones, loaded once."""
    return load_models()


def jpeg(pixels: Pixels, quality: int = 93) -> bytes:
    return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())


@cache
def agent() -> Enrolment:
    """Speaker a, from another clip than the tests play."""
    loaded = models()
    assert loaded.encoder is not None
    photos = [Photo(f"{n}.jpg", jpeg(clip("grid_a_2")[n])) for n in (0, 6, 12)]
    made = enrol(photos, loaded.faces, loaded.encoder).enrolment
    assert made is not None
    return made


@cache
def room() -> Pixels:
    """A room with a window, a shelf and a desk, without anybody."""
    picture = np.full((512, WIDTH, 3), (150, 165, 170), np.uint8)
    cv2.rectangle(picture, (60, 60), (220, 260), (235, 225, 215), -1)
    cv2.rectangle(picture, (60, 60), (220, 260), (70, 80, 90), 6)
    for row in range(5):
        cv2.rectangle(picture, (430, 70 + row * 55), (600, 80 + row * 55), (50, 70, 110), -1)
        for book in range(8):
            colour = (40 + 25 * book, 200 - 20 * book, 90 + 15 * row)
            cv2.rectangle(
                picture, (435 + book * 20, 80 + row * 55), (450 + book * 20, 122 + row * 55), colour, -1
            )
    cv2.rectangle(picture, (0, 430), (WIDTH, 512), (60, 95, 135), -1)
    return picture


def in_scene(scene: Pixels, picture: Pixels, left: int = 210) -> Pixels:
    """Whoever a picture of a clip shows, before another scene of 512 x 640."""
    seated = scene.copy()
    seated[150:512, left : left + 220] = picture[100:462, 210:430]
    return seated


def noisy(pixels: Pixels, seed: int, sigma: float = 3.0) -> Pixels:
    """With a sensor's noise, another one for each seed."""
    noise = np.random.default_rng(seed).normal(0, sigma, pixels.shape)
    return np.clip(pixels.astype(np.float32) + noise, 0, 255).astype(np.uint8)


def frame(pixels: Pixels, at: float = 0.0) -> Frame:
    """As a raw frame."""
    height, width = pixels.shape[:2]
    data = memoryview(np.ascontiguousarray(pixels).tobytes())
    return Frame("look", data, PixelFormat.BGR24, at, at, width, height, width * 3)


def jpeg_frame(data: bytes, at: float = 0.0) -> Frame:
    """As it comes from a meeting."""
    return Frame("look", memoryview(data), PixelFormat.JPEG, at, at)


def watch(
    pictures: list[Pixels],
    *,
    enrolment: Enrolment | None = None,
    memory: Memory | None = None,
    start: float = 0.0,
    using: Models | None = None,
) -> tuple[list[Observation], Memory]:
    """One picture a second through the pipeline."""
    now = Memory() if memory is None else memory
    seen = []
    for number, pixels in enumerate(pictures):
        observation, now = observe(frame(pixels, start + number), now, enrolment, PLAN, using or models())
        seen.append(observation)
    return seen, now
