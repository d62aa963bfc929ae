"""Bytes -> a BGR array, bounded before anything is allocated.

The size stands in the header of a JPEG or PNG; it is read from the bytes first, so that a picture
made to exhaust memory is refused for a few microseconds of work. Large pictures are decoded reduced.
"""

import struct
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from atdesk_sdk.detector import Frame, PixelFormat

Pixels = npt.NDArray[np.uint8]
"""Height x width x 3, BGR."""

MAX_PIXELS: Final = 40_000_000
MAX_SIDE_PX: Final = 16_384
MIN_SIDE_PX: Final = 16
MAX_BYTES: Final = 32 * 1024 * 1024
WORK_SIDE_PX: Final = 640
"""A picture is decoded reduced as long as its long side stays at least this long."""

_JPEG_SIZES: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_JPEG_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_REDUCED: Final = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


class Unreadable(Exception):
    """Bytes that are no usable picture. The message says why, for a log or for the person who sent them."""


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
    width, height = header_size(data)
    _check_size(width, height)
    factor = _reduction(max(width, height))
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), _REDUCED[factor])
    except cv2.error as error:
        raise Unreadable("the picture does not decode") from error
    if pixels is None or pixels.ndim != 3 or min(pixels.shape[:2]) < 2:
        raise Unreadable("the picture does not decode; is it cut off?")
    return Decoded(np.asarray(pixels, np.uint8), max(width, height) / max(pixels.shape[:2]))


def header_size(data: bytes | memoryview) -> tuple[int, int]:
    """Width and height in pixels as the header of a JPEG or PNG says, without decoding.

    Raises:
        Unreadable: It is neither, or its header ends before the size.
    """
    head = bytes(data[:32])
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
        width, height = struct.unpack(">II", head[16:24])
        return int(width), int(height)
    if head.startswith(b"\xff\xd8"):
        return _jpeg_size(data)
    raise Unreadable("neither a JPEG nor a PNG")


def _jpeg_size(data: bytes | memoryview) -> tuple[int, int]:
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise Unreadable("the JPEG header is broken")
        marker = data[at + 1]
        if marker == 0xFF or marker in _JPEG_BARE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _JPEG_SIZES and at + 9 <= len(data):
            _check_end(data, at)
            height, width = struct.unpack(">HH", bytes(data[at + 5 : at + 9]))
            return int(width), int(height)
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    raise Unreadable("the JPEG ends before its size is told")


def _check_end(data: bytes | memoryview, after: int) -> None:
    """A JPEG that was cut off decodes with a grey lower part, in which nobody would be found."""
    if bytes(data[after:]).rfind(b"\xff\xd9") < 0:
        raise Unreadable("the JPEG is cut off")


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PX:
        raise Unreadable(f"{width} x {height} is more than {MAX_PIXELS // 1_000_000} million pixels")
    if min(width, height) < MIN_SIDE_PX:
        raise Unreadable(f"{width} x {height} is too small to show anybody")


def _reduction(long_side: int) -> int:
    return next(factor for factor in (8, 4, 2, 1) if factor == 1 or long_side // factor >= WORK_SIDE_PX)


def _raw(frame: Frame) -> Pixels:
    channels = 1 if frame.pixel_format is PixelFormat.GRAY8 else 3
    _check_size(frame.width, frame.height)
    stride = frame.stride or frame.width * channels
    needed = stride * (frame.height - 1) + frame.width * channels
    if stride < frame.width * channels or len(frame.data) < needed:
        raise Unreadable(f"{len(frame.data)} bytes are too few for {frame.width} x {frame.height}")
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
