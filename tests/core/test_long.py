"""The same promises, for minutes: `make test-long`."""

import io
from dataclasses import replace
from random import Random
from typing import Final

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image

from atdesk_core.judging import JudgeState, JudgingRules, begin, check, verdict
from atdesk_core.judging import observe as judge
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.memory import Memory
from atdesk_core.vision.pipeline import observe
from atdesk_sdk import FindingKind, PixelFormat
from atdesk_sdk.detector import Frame
from tests.core.session.desk import EVERY_RULE as EVERYTHING
from tests.core.session.test_properties import HAPPENINGS, PARTS, Happening, play
from tests.core.vision.footage import PLAN, agent, clip, models

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
ROUNDS = 700
EVERY_CHECK = replace(PLAN, objects_s=2.0, company=True)
HOLD = 6
"""For so many frames the same damage is done: more than the votes of any check need."""
HEADER = 700
"""Bytes at the beginning of a picture that hold sizes, tables and the orientation."""
COLOURS = ("CMYK", "L")
ORIENTATION = 0x0112


def _coded(picture: Pixels, way: str) -> bytes:
    """The picture in one of the ways in which pictures come."""
    if way == "16 bit":
        return bytes(cv2.imencode(".png", picture.astype(np.uint16) * 257)[1])
    image = Image.fromarray(np.ascontiguousarray(picture[..., ::-1]))
    out = io.BytesIO()
    if way == "EXIF":
        exif = Image.Exif()
        exif[ORIENTATION] = 6
        image.rotate(90, expand=True).save(out, "JPEG", exif=exif.tobytes(), quality=90)
    elif way in COLOURS:
        image.convert(way).save(out, "JPEG", quality=90)
    else:
        image.save(out, way.split(maxsplit=1)[0], quality=90, progressive="progressive" in way)
    return out.getvalue()


WAYS: Final = ("JPEG", "JPEG progressive", "CMYK", "L", "EXIF", "PNG", "16 bit", "WEBP")
"""How pictures come; the last is of a kind that is not read."""


@settings(max_examples=1500, deadline=None)
@given(PARTS, HAPPENINGS)
def test_any_story_keeps_every_promise(parts: list[tuple[str, float]], happenings: list[Happening]) -> None:
    play(parts, happenings)  # the desk checks each write as it comes


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_pictures_that_were_tampered_with_end_in_no_finding_against_anybody(seed: int) -> None:
    """Bytes of real pictures are changed, cut and doubled; the agent sits there throughout.

    What is done to one frame is done to the next ones as well, but for doubling: a part of a JPEG that is
    there twice decodes, without an error, to the agent twice. One such picture is no finding. Held for
    seconds it is a picture of two people and is called so, which no look at the pixels can tell apart.
    """
    rules, state, memory = JudgingRules(), begin(0.0), Memory()
    pictures = list(clip("grid_a_1"))
    for number in range(ROUNDS):
        burst = number // HOLD
        chance = Random(f"{seed} {burst}")  # noqa: S311  (what to break: the same in each frame of a burst)
        way = chance.choice(WAYS)
        whole = bytearray(_coded(pictures[number % len(pictures)], way))
        data = memoryview(bytes(_broken(whole, chance, may_double=number % HOLD == 0)))
        frame = Frame("look", data, PixelFormat.JPEG, float(number), float(number))
        seen, memory = observe(frame, memory, agent(), EVERY_CHECK, models())
        state = judge(state, seen, rules, EVERYTHING)
        assert _accused(state) == [], f"burst {burst}, {way}"


def _accused(state: JudgeState) -> list[FindingKind]:
    """Everything that stands against the agent."""
    finding = verdict(state).finding
    seat = [] if finding in (None, FindingKind.PRESENT) else [finding]
    return [*seat, *(kind for kind in FindingKind if check(state, kind).found is not None)]


def _broken(data: bytearray, chance: Random, *, may_double: bool) -> bytearray:
    """Often whole; else bytes of the header or anywhere changed, a part cut off, or a part doubled."""
    kind = chance.random()
    if kind < 0.25:
        return data
    if kind < 0.75:
        within = min(len(data), HEADER) if kind < 0.55 else len(data)
        for _ in range(chance.randint(1, 20 if kind > 0.4 else 3)):
            data[int(chance.random() * within)] = chance.randrange(256)
        return data
    at = int((0.01 + 0.98 * chance.random()) * len(data))
    if kind < 0.88:
        return data[:at]
    return data[:at] + data[at // 2 :] if may_double else data
