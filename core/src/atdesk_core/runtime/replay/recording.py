"""A video file as a camera: the frame that was showing at a time, each decoded at most once."""

from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from atdesk_sdk import ConfigError, Frame, PixelFormat


class Recording:
    """Reads forwards only. Use it in a `with` block.

    Raises:
        ConfigError: The file is not there, or no video that can be decoded.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise ConfigError(f"{path}: there is no such file")
        self._video = cv2.VideoCapture(str(path))
        if not self._video.isOpened() or not self._video.grab():
            self._video.release()
            raise ConfigError(f"{path}: this is no video that can be decoded (MP4 with H.264 or MPEG-4 can)")
        self.fps = self._video.get(cv2.CAP_PROP_FPS) or 25.0
        self.frames_read = 1
        self.frames_expected = int(self._video.get(cv2.CAP_PROP_FRAME_COUNT))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._video.release()

    @property
    def position_s(self) -> float:
        """Time of the frame that was read last."""
        return (self.frames_read - 1) / self.fps

    @property
    def expected_s(self) -> float:
        """Length, by what the file says of itself; 0 when it says nothing."""
        return self.frames_expected / self.fps

    def frame_at(self, at_s: float, look_id: str) -> Frame | None:
        """The frame that shows at a time, which must not go back; None after the end.

        Args:
            at_s: Seconds from the beginning.
            look_id: Goes into the frame.
        """
        while self.position_s + 0.5 / self.fps < at_s:
            if not self._video.grab():
                return None
            self.frames_read += 1
        whole, pixels = self._video.retrieve()
        if not whole:
            return None
        height, width = pixels.shape[:2]
        return Frame(
            look_id=look_id,
            data=np.ascontiguousarray(pixels).data.cast("B").toreadonly(),
            pixel_format=PixelFormat.BGR24,
            occurred_at=at_s,
            received_at=at_s,
            width=width,
            height=height,
            stride=pixels.strides[0],
        )

    def read_to_end(self) -> None:
        """Count the frames that are left, for the length of the recording."""
        while self._video.grab():
            self.frames_read += 1
