"""What the first bytes of a JPEG or PNG say of it, read without decoding.

A picture made to exhaust memory or time is refused here, for a few microseconds of work: before the
decoder, which trusts these bytes, allocates anything.
"""

import struct
from dataclasses import dataclass
from typing import Final

MAX_PIXELS: Final = 40_000_000
MAX_WHOLE_PIXELS: Final = 16_000_000
"""Of a picture that a decoder can only hold whole: up to 100 MB while it does."""
MAX_SIDE_PX: Final = 16_384
MIN_SIDE_PX: Final = 16
_MAX_SCANS: Final = 64
"""A progressive JPEG comes in about ten; each costs a pass over the whole picture."""

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
_JPEG_SIZES: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_JPEG_WHOLE: Final = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
"""Progressive: every coefficient is held until the last scan."""
_JPEG_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_END: Final = b"\xff\xd9"
_SCAN: Final = b"\xff\xda"

Data = bytes | memoryview


class Unreadable(Exception):
    """Bytes that are no usable picture. The message says why, for a log or for the person who sent them."""


@dataclass(frozen=True, slots=True)
class Header:
    """Size as the header says.

    Attributes:
        width: Pixels, before any turning that EXIF asks for.
        height: Pixels.
        whole: The decoder has to hold the whole picture, so it cannot be decoded reduced.
    """

    width: int
    height: int
    whole: bool


def read(data: Data) -> Header:
    """The header of a picture that may be decoded.

    Raises:
        Unreadable: It is neither JPEG nor PNG, is cut off, or is too large, too small or made to harm.
    """
    if bytes(data[:8]) == _PNG:
        header = _png(data)
    elif bytes(data[:2]) == _JPEG:
        header = _jpeg(data)
    else:
        raise Unreadable("neither a JPEG nor a PNG")
    check_size(header.width, header.height, whole=header.whole)
    return header


def check_size(width: int, height: int, *, whole: bool) -> None:
    """Refuse a size that no camera has.

    Raises:
        Unreadable: It is too large or too small.
    """
    most = MAX_WHOLE_PIXELS if whole else MAX_PIXELS
    if width * height > most or max(width, height) > MAX_SIDE_PX:
        raise Unreadable(f"{width} x {height} is more than {most // 1_000_000} million pixels")
    if min(width, height) < MIN_SIDE_PX:
        raise Unreadable(f"{width} x {height} is too small to show anybody")


def _jpeg(data: Data) -> Header:
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise Unreadable("the JPEG header is broken")
        marker = data[at + 1]
        if marker == 0xFF or marker in _JPEG_BARE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _JPEG_SIZES and at + 9 <= len(data):
            _check_scans(bytes(data[at:]), progressive=marker in _JPEG_WHOLE)
            height, width = struct.unpack(">HH", bytes(data[at + 5 : at + 9]))
            return Header(int(width), int(height), marker in _JPEG_WHOLE)
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    raise Unreadable("the JPEG ends before its size is told")


def _check_scans(rest: bytes, *, progressive: bool) -> None:
    """A JPEG that was cut off decodes with a grey lower part, in which nobody would be found."""
    if rest.rfind(_END) < 0:
        raise Unreadable("the JPEG is cut off")
    if progressive and rest.count(_SCAN) > _MAX_SCANS:
        raise Unreadable(f"the JPEG comes in more than {_MAX_SCANS} scans")


def _png(data: Data) -> Header:
    """The first chunk says the size; those before the pixels say whether there is one picture or many."""
    width = height = 0
    at = len(_PNG)
    while at + 12 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), bytes(data[at + 4 : at + 8])
        if at + 12 + length > len(data):
            raise Unreadable("the PNG is cut off")
        if (kind == b"IHDR") != (at == len(_PNG)) or (kind == b"IHDR" and length != 13):
            raise Unreadable("the PNG header is broken")
        if kind == b"IHDR":
            width, height = struct.unpack(">II", bytes(data[at + 8 : at + 16]))
            check_size(width, height, whole=True)
        if kind == b"acTL":
            raise Unreadable("the PNG is animated")
        if kind == b"IDAT":
            return Header(int(width), int(height), whole=True)
        at += 12 + length
    raise Unreadable("the PNG ends before its pixels")
