"""Where a simulated camera's pictures come from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import cv2

from atdesk_zoom.vocabulary import Resolution

#: The box a picture must fit in; SD is 640x360 or 854x480 [D-DT].
BOXES = {
    Resolution.SD: (640, 360),
    Resolution.HD: (1280, 720),
    Resolution.FHD: (1920, 1080),
    Resolution.QHD: (2560, 1440),
}
#: About ten minutes; more of a file is not sent as H.264.
_MOST_PACKETS = 15_000
_START_CODE = b"\x00\x00\x00\x01"
SAMPLES = Path(__file__).parent / "footage"


class Footage(Protocol):
    """A camera's pictures over time."""

    def jpeg(self, at_s: float, box: tuple[int, int]) -> bytes:
        """The picture `at_s` seconds after the camera's first one, at most `box` (width, height) pixels."""


class Pictures:
    """Given JPEG pictures, one after the other and round again, sent as they are."""

    def __init__(self, jpegs: Sequence[bytes], fps: float = 5.0) -> None:
        if not jpegs:
            raise ValueError("a camera needs at least one picture")
        self._jpegs, self._fps = tuple(jpegs), fps

    def jpeg(self, at_s: float, box: tuple[int, int]) -> bytes:
        """See `Footage.jpeg`."""
        return self._jpegs[int(at_s * self._fps) % len(self._jpegs)]


class Scripted:
    """A function of time gives the pictures."""

    def __init__(self, picture_at: Callable[[float], bytes]) -> None:
        self._picture_at = picture_at

    def jpeg(self, at_s: float, box: tuple[int, int]) -> bytes:
        """See `Footage.jpeg`."""
        return self._picture_at(at_s)


class Video:
    """A video file, played in a loop at its own pace; pictures are made smaller, never larger."""

    def __init__(self, path: Path, *, loop: bool = True) -> None:
        if not path.is_file():
            raise ValueError(f"there is no video file {path}")
        self._path, self._loop = path, loop
        self._lock = threading.Lock()
        self._capture: Any = None
        self._next = 0
        self._last: Any = None
        self._packets: tuple[bytes, ...] | None = None

    def jpeg(self, at_s: float, box: tuple[int, int]) -> bytes:
        """See `Footage.jpeg`. Thread-safe: several streams may show one camera."""
        with self._lock:
            image = self._image(at_s)
        scale = min(box[0] / image.shape[1], box[1] / image.shape[0], 1.0)
        if scale < 1.0:
            image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])[1])

    def _image(self, at_s: float) -> Any:
        if self._capture is None:
            self._open()
        wanted = int(at_s * self._fps)
        wanted = wanted % self._count if self._loop else min(wanted, self._count - 1)
        if wanted < self._next - 1:
            self._open()
        while self._next < wanted:
            self._capture.grab()
            self._next += 1
        if self._next == wanted:
            found, image = self._capture.read()
            self._next += 1
            self._last = image if found else self._last
        if self._last is None:
            raise ValueError(f"{self._path.name} holds no picture that can be decoded")
        return self._last

    def packets(self) -> tuple[bytes, ...]:
        """The file's coded pictures with start codes, as H.264 connections carry them; none of another codec.

        They come in the order of the file, first the one that starts a decoder.
        """
        with self._lock:
            if self._packets is None:
                self._packets = _coded(self._path)
            return self._packets

    def _open(self) -> None:
        self._capture = cv2.VideoCapture(str(self._path))
        self._fps = float(self._capture.get(cv2.CAP_PROP_FPS)) or 25.0
        self._count = max(int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)), 1)
        self._next = 0


def _coded(path: Path) -> tuple[bytes, ...]:
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    raw = capture.set(cv2.CAP_PROP_FORMAT, -1)
    found: list[bytes] = []
    while raw and len(found) < _MOST_PACKETS:
        there, packet = capture.read()
        if not there:
            break
        found.append(packet.tobytes())
    return tuple(found) if found and found[0].startswith(_START_CODE) else ()


def as_footage(source: object) -> Footage:
    """Make footage of a path, a sequence of JPEG bytes or a function of seconds; footage stays as it is.

    Raises:
        ValueError: It is none of these, or there is no such file.
    """
    if isinstance(source, str | Path):
        return Video(Path(source))
    if isinstance(source, Pictures | Video | Scripted):
        return source
    if callable(source):
        return Scripted(source)
    if isinstance(source, Sequence) and all(isinstance(item, bytes) for item in source):
        return Pictures(source)
    raise ValueError("footage is a video file's path, a list of JPEG bytes, or a function of seconds")


def sample(letter: str) -> Video:
    """The packaged clip of person `a` or `b` (source and licence beside the files)."""
    return Video(SAMPLES / f"person_{letter}.mp4")
