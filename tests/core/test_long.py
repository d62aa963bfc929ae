"""The same promises, for minutes: `make test-long`."""

from dataclasses import replace
from random import Random

import cv2
import pytest
from hypothesis import given, settings

from atdesk_core.judging import JudgingRules, begin, verdict
from atdesk_core.judging import observe as judge
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
CODED = {
    ".jpg": ((), ([cv2.IMWRITE_JPEG_PROGRESSIVE, 1]), ([cv2.IMWRITE_JPEG_QUALITY, 40])),
    ".png": ((),),
    ".webp": ((),),
}
"""Ways in which pictures come."""


@settings(max_examples=1500, deadline=None)
@given(PARTS, HAPPENINGS)
def test_any_story_keeps_every_promise(parts: list[tuple[str, float]], happenings: list[Happening]) -> None:
    play(parts, happenings)  # the desk checks each write as it comes


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_pictures_that_were_tampered_with_end_in_no_finding_against_anybody(seed: int) -> None:
    """Bytes of real pictures are changed, cut and doubled; the agent sits there throughout."""
    chance = Random(seed)  # noqa: S311  (what to break)
    rules, state, memory = JudgingRules(), begin(0.0), Memory()
    ways = [(suffix, list(how)) for suffix, hows in CODED.items() for how in hows]
    pictures = list(clip("grid_a_1"))
    for number in range(ROUNDS):
        suffix, how = ways[number % len(ways)] if number % 3 == 0 else ways[0]
        whole = cv2.imencode(suffix, pictures[number % len(pictures)], how)[1].tobytes()
        at = float(number)
        data = memoryview(bytes(_broken(bytearray(whole), chance)))
        frame = Frame("look", data, PixelFormat.JPEG, at, at)
        seen, memory = observe(frame, memory, agent(), EVERY_CHECK, models())
        state = judge(state, seen, rules, EVERYTHING)
        assert verdict(state).finding not in (FindingKind.ABSENT, FindingKind.DIFFERENT_PERSON)


def _broken(data: bytearray, chance: Random) -> bytearray:
    """Often whole; else some bytes changed, a part cut off, or a part doubled."""
    kind = chance.random()
    if kind < 0.4:
        return data
    if kind < 0.7:
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        return data
    at = chance.randrange(2, len(data))
    return data[:at] if kind < 0.85 else data[:at] + data[at // 2 :]
