"""A picture is bounded before anything is allocated, and every kind of picture is read upright."""

import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from atdesk_core.vision import header
from atdesk_core.vision.decode import Pixels, decode_bytes, decode_frame, shrunk
from atdesk_core.vision.header import Unreadable
from atdesk_sdk.detector import Frame, PixelFormat
from tests.core.vision.footage import clip, jpeg, room

PNG = b"\x89PNG\r\n\x1a\n"
WHOLE = jpeg(room())
MOST_MB = 150
_MEASURE = """
import resource, sys
from pathlib import Path
from atdesk_core.vision.decode import Pixels, decode_bytes
from atdesk_core.vision.header import Unreadable

decode_bytes(Path(sys.argv[1]).read_bytes())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    decode_bytes(Path(sys.argv[2]).read_bytes())
except Unreadable:
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def _claims(width: int, height: int, data: bytes = WHOLE, marker: bytes = b"\xff\xc0") -> bytes:
    """A real JPEG whose header was rewritten to claim another size."""
    changed = bytearray(data)
    at = changed.index(marker)
    changed[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(changed)


def _progressive(picture: Pixels) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes())


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, *, depth: int = 8, colours: int = 2, before: bytes = b"") -> bytes:
    """A black PNG: a hundred million bytes of pixels in a hundred thousand of file."""
    channels = {0: 1, 2: 3, 6: 4}[colours]
    packer = zlib.compressobj(1)
    rows = bytes(1 + width * channels * depth // 8)
    pixels = b"".join([*(packer.compress(rows) for _ in range(height)), packer.flush()])
    head = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    return PNG + _chunk(b"IHDR", head) + before + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _person() -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(clip("grid_a_1")[0][..., ::-1]))


def test_the_size_is_read_from_the_header() -> None:
    assert header.read(WHOLE) == header.Header(640, 512, whole=False)
    assert header.read(_progressive(room())) == header.Header(640, 512, whole=True)
    assert header.read(_saved(_person(), "PNG")) == header.Header(640, 512, whole=True)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "neither a JPEG nor a PNG"),
        (b"GIF89a" + bytes(40), "neither a JPEG nor a PNG"),
        (b"\xff\xd8\xff", "ends before its size"),
        (b"\xff\xd8\x00\x00\x00\x00\x00", "header is broken"),
        (_claims(8_000, 8_000), "40 million pixels"),
        (_claims(60_000, 60_000), "million pixels"),
        (_claims(16_000, 3_000), "million pixels"),
        (_claims(5_000, 5_000, _progressive(room()), b"\xff\xc2"), "16 million pixels"),
        (_claims(1, 1), "too small"),
        (WHOLE[: len(WHOLE) // 2], "cut off"),
        (_progressive(room())[:-2], "cut off"),
        (_progressive(room())[:-2] + b"\xff\xda\x00\x02" * 60 + b"\xff\xd9", "scans"),
        (b"\xff\xd8" + b"\xff\xe0\x00\x02" * 1000, "ends before its size"),
        (PNG + b"\x00\x00\x00\rIHDR" + struct.pack(">II", 50_000, 50_000) + bytes(9), "million"),
        (_png(20, 20)[:60], "cut off"),
        (_png(20, 20)[:33], "ends before its pixels"),
        (PNG + _chunk(b"IDAT", b""), "header is broken"),
        (_png(20, 20, before=_chunk(b"IHDR", bytes(13))), "header is broken"),
        (_png(20, 20, before=struct.pack(">I", 0xFFFFFFF0) + b"tEXt"), "cut off"),
        (_saved(_person(), "PNG", save_all=True, append_images=[_person().rotate(5)]), "animated"),
    ],
)
def test_what_is_no_usable_picture_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        decode_bytes(data)


@pytest.mark.skipif(sys.platform == "win32", reason="the system does not tell how much memory was used")
@pytest.mark.parametrize(
    "bomb",
    [
        lambda: _png(4_000, 3_990, depth=16, colours=6),
        lambda: _png(12_000, 12_000, depth=8, colours=0),
        lambda: jpeg(np.zeros((5_000, 7_900, 3), np.uint8)),
        lambda: _progressive(np.zeros((3_990, 4_000, 3), np.uint8)),
        lambda: _claims(16_000, 2_400),
    ],
    ids=["16 bit", "too large", "40 million", "progressive", "claims more than it holds"],
)
def test_no_picture_takes_more_memory_than_a_worker_has(bomb: Callable[[], bytes], tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(WHOLE)
    (tmp_path / "bomb").write_bytes(bomb())
    measured = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path / "small"), str(tmp_path / "bomb")],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(measured.stdout) * unit < MOST_MB * 1024 * 1024


def test_a_large_picture_is_decoded_reduced_and_says_by_how_much() -> None:
    large = cv2.resize(room(), (2560, 2048))
    decoded = decode_bytes(jpeg(np.asarray(large, np.uint8)))
    assert max(decoded.pixels.shape) == 640
    assert decoded.scale == pytest.approx(4.0)


@pytest.mark.parametrize(("width", "height"), [(320, 256), (160, 128), (192, 154), (640, 512), (40, 32)])
def test_a_smaller_copy_shows_what_one_long_step_of_averaging_shows(width: int, height: int) -> None:
    small = shrunk(room(), width, height)
    whole = cv2.resize(room(), (width, height), interpolation=cv2.INTER_AREA)
    assert small.shape == (height, width, 3)
    assert cv2.absdiff(small, np.asarray(whole, np.uint8)).mean() < 1.5


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
