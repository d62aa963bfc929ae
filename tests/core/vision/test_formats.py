"""Every kind of JPEG and PNG that a phone, a scanner or a meeting writes shows the person in it, upright."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from atdesk_core.vision.decode import Pixels, decode_bytes
from tests.core.vision.footage import clip, models

TURNED_BY_EXIF = {3: 180, 6: 90, 8: 270}
"""How far a picture is turned counterclockwise when EXIF asks to turn it back, degrees."""


def _person() -> Pixels:
    return clip("grid_a_1")[0]


def _saved(kind: str, mode: str = "RGB", turn: int = 0, **options: object) -> bytes:
    picture = Image.fromarray(np.ascontiguousarray(_person()[..., ::-1])).convert(mode)
    out = io.BytesIO()
    picture.rotate(turn, expand=True).save(out, kind, **options)
    return out.getvalue()


def _turned(orientation: int, kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return _saved(kind, turn=TURNED_BY_EXIF[orientation], exif=exif.tobytes())


def _deep(picture: Pixels) -> bytes:
    return bytes(cv2.imencode(".png", picture.astype(np.uint16) * 257)[1].tobytes())


@pytest.mark.parametrize(
    ("data", "same_colours"),
    [
        (_saved("JPEG", "CMYK"), True),
        (_saved("JPEG", progressive=True), True),
        (_saved("JPEG", "L"), False),
        (_saved("PNG"), True),
        (_saved("PNG", "RGBA"), True),
        (_saved("PNG", "P"), True),
        (_saved("PNG", "L"), False),
        (_deep(_person()), True),
        (_deep(np.asarray(cv2.cvtColor(_person(), cv2.COLOR_BGR2GRAY), np.uint8)), False),
        (_turned(3), True),
        (_turned(6), True),
        (_turned(8), True),
        (_turned(6, "PNG"), True),
    ],
    ids=["CMYK", "progressive", "grey", "PNG", "alpha", "palette", "grey PNG", "16 bit", "16 bit grey"]
    + [f"EXIF {name}" for name in ("3", "6", "8", "6 in a PNG")],
)
def test_the_person_is_found_upright(data: bytes, same_colours: bool) -> None:
    decoded = decode_bytes(data)
    assert decoded.pixels.shape == _person().shape
    face, there = (models().faces.detect(one)[0] for one in (decoded.pixels, _person()))
    assert face.box.score > 0.85
    assert abs(face.box.x - there.box.x) < 0.04
    assert abs(face.box.y - there.box.y) < 0.04
    if same_colours:
        assert np.abs(decoded.pixels.mean(axis=(0, 1)) - _person().mean(axis=(0, 1))).max() < 4


def test_a_large_photo_of_a_phone_held_upright_is_reduced_and_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    large = Image.fromarray(np.ascontiguousarray(_person()[..., ::-1])).resize((2560, 2048))
    out = io.BytesIO()
    large.rotate(90, expand=True).save(out, "JPEG", exif=exif.tobytes())
    decoded = decode_bytes(out.getvalue())
    assert decoded.pixels.shape == _person().shape
    assert decoded.scale == pytest.approx(4.0)
    assert models().faces.detect(decoded.pixels)[0].box.score > 0.85
