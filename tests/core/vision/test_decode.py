"""A picture is bounded before anything is allocated."""

import struct

import cv2
import numpy as np
import pytest

from atdesk_core.vision.decode import Unreadable, decode_bytes, decode_frame, header_size
from atdesk_sdk.detector import Frame, PixelFormat
from tests.core.vision.footage import jpeg, room


def _claims(width: int, height: int) -> bytes:
    """A real JPEG whose header was rewritten to claim another size."""
    data = bytearray(jpeg(room()))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def test_the_size_is_read_from_the_header() -> None:
    assert header_size(jpeg(room())) == (640, 512)
    assert header_size(cv2.imencode(".png", room())[1].tobytes()) == (640, 512)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "neither a JPEG nor a PNG"),
        (b"GIF89a" + bytes(40), "neither a JPEG nor a PNG"),
        (b"\xff\xd8\xff", "ends before its size"),
        (b"\xff\xd8\x00\x00\x00\x00\x00", "header is broken"),
        (_claims(60_000, 60_000), "million pixels"),
        (_claims(16_000, 3_000), "million pixels"),
        (_claims(1, 1), "too small"),
        (jpeg(room())[: len(jpeg(room())) // 2], "cut off"),
        (b"\xff\xd8" + b"\xff\xe0\x00\x02" * 1000, "ends before its size"),
        (
            b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + struct.pack(">II", 50_000, 50_000) + bytes(9),
            "million",
        ),
    ],
)
def test_what_is_no_usable_picture_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        decode_bytes(data)


def test_a_large_picture_is_decoded_reduced_and_says_by_how_much() -> None:
    large = cv2.resize(room(), (2560, 2048))
    decoded = decode_bytes(jpeg(np.asarray(large, np.uint8)))
    assert max(decoded.pixels.shape) == 640
    assert decoded.scale == pytest.approx(4.0)


def test_a_grey_picture_becomes_three_channels() -> None:
    grey = cv2.cvtColor(room(), cv2.COLOR_BGR2GRAY)
    assert decode_bytes(cv2.imencode(".jpg", grey)[1].tobytes()).pixels.shape == (512, 640, 3)


def test_raw_pixels_are_not_copied() -> None:
    source = np.ascontiguousarray(room())
    decoded = decode_frame(
        Frame("l", memoryview(source.data).cast("B"), PixelFormat.BGR24, 0, 0, 640, 512, 1920)
    )
    assert np.shares_memory(decoded.pixels, source)


def test_padded_rows_and_rgb_are_understood() -> None:
    padded = np.zeros((512, 2000), np.uint8)
    padded[:, :1920] = room()[..., ::-1].reshape(512, 1920)
    data = memoryview(padded.tobytes())
    decoded = decode_frame(Frame("l", data, PixelFormat.RGB24, 0, 0, 640, 512, 2000))
    assert np.array_equal(decoded.pixels, room())


def test_raw_bytes_that_are_too_few_are_refused() -> None:
    with pytest.raises(Unreadable, match="too few"):
        decode_frame(Frame("l", memoryview(bytes(100)), PixelFormat.GRAY8, 0, 0, 640, 480, 640))
