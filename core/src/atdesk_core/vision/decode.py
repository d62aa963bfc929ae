"""Bytes -> a BGR array, bounded before anything is allocated (`header`).

Large pictures are decoded reduced, and those that a phone took turned come out upright.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_core.vision import header
from atdesk_core.vision.header import Unreadable
from atdesk_sdk.detector import Frame, PixelFormat

Pixels = npt.NDArray[np.uint8]
"""Height x width x 3, BGR."""

MAX_BYTES: Final = 32 * 1024 * 1024
WORK_SIDE_PX: Final = 640
"""A picture is decoded reduced as long as its long side stays at least this long."""

_REDUCED: Final = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture ready to be searched.

    Attributes:
        pixels: BGR, decoded reduced where the original is large.
        scale: Pixels of the original for one pixel of `pixels`.
    """

    pixels: Pixels
    scale: float


def decode_frame(frame: Frame) -> Decoded:
    """The picture of a frame. Raw BGR is not copied.

    Raises:
        Unreadable: It cannot be decoded, or is too large or too small to be a camera's picture.
    """
    if frame.pixel_format is PixelFormat.JPEG:
        return decode_bytes(frame.data)
    return Decoded(_raw(frame), 1.0)


def decode_bytes(data: bytes | memoryview) -> Decoded:
    """A JPEG or PNG.

    Raises:
        Unreadable: As for `decode_frame`.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(f"{len(data)} bytes are more than {MAX_BYTES}")
    head = header.read(data)
    longest = max(head.width, head.height)
    factor = _reduction(longest)
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), _REDUCED[factor])
    except cv2.error as error:
        raise Unreadable("the picture does not decode") from error
    if pixels is None or pixels.ndim != 3 or min(pixels.shape[:2]) < 2:
        raise Unreadable("the picture does not decode; is it cut off?")
    return Decoded(np.asarray(pixels, np.uint8), longest / max(pixels.shape[:2]))


def shrunk(pixels: Pixels, width: int, height: int) -> Pixels:
    """A smaller copy. Halving it step by step averages as one long step does, for a third of the time."""
    while pixels.shape[1] >= 2 * width and pixels.shape[0] >= 2 * height:
        half = (pixels.shape[1] // 2, pixels.shape[0] // 2)
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), np.uint8)
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _reduction(long_side: int) -> int:
    return next(factor for factor in (8, 4, 2, 1) if factor == 1 or long_side // factor >= WORK_SIDE_PX)


def _raw(frame: Frame) -> Pixels:
    channels = 1 if frame.pixel_format is PixelFormat.GRAY8 else 3
    header.check_size(frame.width, frame.height, whole=True)
    stride = frame.stride or frame.width * channels
    needed = stride * (frame.height - 1) + frame.width * channels
    if stride < frame.width * channels or frame.data.nbytes < needed:
        raise Unreadable(f"{frame.data.nbytes} bytes are too few for {frame.width} x {frame.height}")
    view = np.lib.stride_tricks.as_strided(
        np.frombuffer(frame.data, np.uint8),
        (frame.height, frame.width, channels),
        (stride, channels, 1),
        writeable=False,
    )
    if frame.pixel_format is PixelFormat.BGR24:
        return view
    code = cv2.COLOR_GRAY2BGR if channels == 1 else cv2.COLOR_RGB2BGR
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(view), code), np.uint8)
