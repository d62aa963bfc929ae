"""Pictures in memory as a recording, one a second: no file, and no video coder in what is measured."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from atdesk_core.runtime.replay.recording import Recording
from atdesk_core.vision.decode import Pixels
from atdesk_sdk import Frame, PixelFormat
from benchmarks.results import CannotMeasure

WIDE, HIGH = 640, 480
QUALITY = 90


class Slides(Recording):
    """A recording whose pictures are JPEG files in memory, as a platform sends them.

    Args:
        pictures: One a second.
    """

    def __init__(self, pictures: Sequence[bytes]) -> None:  # there is no file to open
        self._pictures = pictures
        self.fps = 1.0
        self.frames_read = 0
        self.frames_expected = len(pictures)

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def frame_at(self, at_s: float, look_id: str) -> Frame | None:
        """See `Recording`."""
        number = round(at_s)
        if number >= len(self._pictures):
            return None
        self.frames_read = max(self.frames_read, number + 1)
        return Frame(look_id, memoryview(self._pictures[number]), PixelFormat.JPEG, at_s, at_s)

    def read_to_end(self) -> None:
        """See `Recording`."""
        self.frames_read = len(self._pictures)


def coded(picture: Pixels, quality: int = QUALITY) -> bytes:
    """A picture as JPEG."""
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


def still(photo: Path, seconds: int, seed: int) -> list[bytes]:
    """A photo as a webcam would show it: it fills 640x480 as far as it goes, drifts, and has noise.

    Args:
        photo: The file.
        seconds: How long it is shown.
        seed: Of the noise.

    Raises:
        CannotMeasure: It does not decode.
    """
    read = cv2.imread(str(photo))
    if read is None:
        raise CannotMeasure(f"{photo} does not decode")
    shrink = min(WIDE / read.shape[1], HIGH / read.shape[0])
    small = cv2.resize(read, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    random = np.random.default_rng(seed)
    return [coded(_drifted(np.asarray(small, np.uint8), at, random)) for at in range(seconds)]


def _drifted(picture: Pixels, at: float, random: np.random.Generator) -> Pixels:
    height, width = picture.shape[:2]
    shift = np.array([[1.02, 0, 4 * np.sin(at / 2.0) - 5], [0, 1.02, 3 * np.sin(at / 3.0) - 4]])
    moved = cv2.warpAffine(picture, shift, (width, height), borderMode=cv2.BORDER_REFLECT)
    noisy = moved.astype(np.float32) + random.normal(0, 3, moved.shape)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)
