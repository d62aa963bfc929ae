"""The two icons, drawn: an open eye. PNG without any library, and a check of PNGs that are brought."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from math import hypot
from typing import Final

COLOUR_PX: Final = 192
OUTLINE_PX: Final = 32
_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_RGBA: Final = 6
_FINE: Final = 4
"""Samples a side in each pixel, so that edges are smooth."""

# The eye of the page's indicator, in units of half its width: two arcs that meet in the corners, and an iris.
_HALF_HEIGHT: Final = 0.65
_RADIUS: Final = (1 + _HALF_HEIGHT**2) / (2 * _HALF_HEIGHT)
_IRIS: Final = 0.35

Colour = tuple[int, int, int]
Covers = Callable[[float, float], bool]


def colour_icon() -> bytes:
    """192 x 192: the eye, white on the green of the page."""
    return _drawn(COLOUR_PX, 0.62, 0.07, (255, 255, 255), (44, 110, 93, 255))


def outline_icon() -> bytes:
    """32 x 32: the eye, white, on nothing, as Teams wants it."""
    return _drawn(OUTLINE_PX, 0.92, 0.09, (255, 255, 255), (255, 255, 255, 0))


def size_of(png: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None when it is no PNG."""
    if len(png) < 33 or not png.startswith(_MAGIC) or png[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def _drawn(side: int, share: float, line: float, ink: Colour, paper: tuple[int, int, int, int]) -> bytes:
    """`share` of the side is the eye's width; `line` is half of its line, in units of half its width."""
    half = side * share / 2

    def is_ink(x: float, y: float) -> bool:
        return _covers((x - side / 2) / half, (y - side / 2) / half, line)

    rows = bytearray()
    for row in range(side):
        rows.append(0)  # PNG: this row is as it stands
        for column in range(side):
            rows += _mixed(ink, paper, _share(is_ink, column, row))
    header = struct.pack(">IIBBBBB", side, side, 8, _RGBA, 0, 0, 0)
    return (
        _MAGIC
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _covers(x: float, y: float, line: float) -> bool:
    """Whether the eye's lines cover a point; the eye is as wide as from -1 to 1."""
    centre = _RADIUS - _HALF_HEIGHT
    edge = max(hypot(x, y - centre), hypot(x, y + centre)) - _RADIUS
    return abs(edge) <= line or hypot(x, y) <= _IRIS


def _share(is_ink: Covers, column: int, row: int) -> float:
    """How much of a pixel is covered, 0..1."""
    steps = [(part + 0.5) / _FINE for part in range(_FINE)]
    return sum(is_ink(column + dx, row + dy) for dx in steps for dy in steps) / _FINE**2


def _mixed(ink: Colour, paper: tuple[int, int, int, int], share: float) -> bytes:
    *colour, opaque = paper
    mixed = [round(share * one + (1 - share) * other) for one, other in zip(ink, colour, strict=True)]
    return bytes([*mixed, round(share * 255 + (1 - share) * opaque)])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
