"""What a page's camera shows: Chromium's fake device reads a file of JPEG pictures, over and over.

The device belongs to the whole browser, and reads its file anew whenever a page opens the camera. So a change
is seen from the next time on that a page opens it; whoever has it open goes on with what was there before.
"""

import functools
import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from examples.demo.stage import FOOTAGE
from examples.demo.story import AWAY, BACK, DARK, OTHER, PRESENT, Scene

Picture = npt.NDArray[np.uint8]

# The fake device is never busy: `await page.evaluate(OCCUPIED)` says what Chromium says of one that is.
OCCUPIED = """
() => { navigator.mediaDevices.getUserMedia = async () => {
  throw new DOMException("Could not start video source", "NotReadableError"); } }
"""

_PICTURES = 20
_SETTLED_S = 4.0
"""From the beginning of a scene until whoever comes or goes has done so."""


class FakeCamera:
    """The only camera of a test's browser.

    Args:
        folder: Where its file lies.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / "camera.mjpeg"
        self.show("seated")

    @property
    def flags(self) -> tuple[str, ...]:
        """For Chromium's command line."""
        return "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={self.file}"

    def show(self, what: str) -> None:
        """From the next opening on: `seated`, `back`, `empty`, `other`, `dark`, `covered`, `two`, `far`."""
        self.show_pictures(pictures_of(what))

    def show_pictures(self, pictures: Sequence[Picture]) -> None:
        """The same with pictures of one size, BGR, shown ten a second, over and over."""
        self._put(b"".join(_jpegs(pictures)))

    def unplug(self) -> None:
        """From the next opening on there is no camera: `NotFoundError`."""
        self.file.unlink(missing_ok=True)

    def _put(self, content: bytes) -> None:
        """In place of the file, not into it: an open device still reads the one before."""
        fresh = self.file.with_suffix(".fresh")
        fresh.write_bytes(content)
        os.replace(fresh, self.file)


def jpegs_of(what: str) -> tuple[bytes, ...]:
    """The same pictures as `FakeCamera.show` takes, for a platform that sends them."""
    return _jpegs(pictures_of(what))


def _jpegs(pictures: Sequence[Picture]) -> tuple[bytes, ...]:
    quality = (cv2.IMWRITE_JPEG_QUALITY, 88)
    return tuple(cv2.imencode(".jpg", one, quality)[1].tobytes() for one in pictures)


@functools.cache
def pictures_of(what: str) -> tuple[Picture, ...]:
    """Two seconds of the demo's film, or a picture made of it."""
    if what in _SCENES:
        return _scene(_SCENES[what])
    return tuple(_MADE[what](picture) for picture in _scene(PRESENT))


def _scene(scene: Scene) -> tuple[Picture, ...]:
    film = cv2.VideoCapture(str(FOOTAGE / "film.mp4"))
    film.set(cv2.CAP_PROP_POS_MSEC, (scene.starts_s + _SETTLED_S) * 1000)
    shown = [film.read() for _ in range(_PICTURES)]
    film.release()
    assert all(there for there, _ in shown), f"the film is too short for {scene.name}"
    return tuple(picture.astype(np.uint8) for _, picture in shown)


def _covered(picture: Picture) -> Picture:
    return np.full_like(picture, 9)


def _two(picture: Picture) -> Picture:
    """The same person once more at the other side of the picture: two faces."""
    half = picture.shape[1] // 2
    middle = picture[:, half // 2 : half // 2 + half]
    return np.ascontiguousarray(np.hstack((middle, middle[:, ::-1])))


def _far(picture: Picture) -> Picture:
    """Everything a quarter as large, before a plain wall."""
    wall = np.full_like(picture, 190)
    height, width = picture.shape[0] // 4, picture.shape[1] // 4
    wall[height : 2 * height, width : 2 * width] = cv2.resize(picture, (width, height))
    return wall


_SCENES = {"seated": PRESENT, "back": BACK, "empty": AWAY, "other": OTHER, "dark": DARK}
_MADE = {"covered": _covered, "two": _two, "far": _far}
