"""The same on photos and clips beside the checkout, where they are there."""

import csv

import cv2
import numpy as np
import pytest
from benchmarks.vision.slides import Slides, coded, still

from atdesk_core.judging import JudgingRules, begin, verdict
from atdesk_core.judging import observe as judge
from atdesk_core.runtime.replay import Script, replay
from atdesk_core.vision.decode import Pixels
from atdesk_sdk.findings import FindingKind
from tests.core.vision.footage import SHARED, agent, clip, models, noisy, watch

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not beside the checkout")


def _scenes(*labels: str) -> list[str]:
    if not SHARED.is_dir():
        return ["absent"]
    with (SHARED / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return [
            row["path"] for row in csv.DictReader(file) if row["kind"] == "scene" and row["label"] in labels
        ]


def _shown(path: str) -> list[Pixels]:
    """Six seconds of a photo, drifting and with a sensor's noise."""
    picture = cv2.imread(str(SHARED / path))
    assert picture is not None
    shrink = min(640 / picture.shape[1], 480 / picture.shape[0])
    small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return [noisy(np.roll(small, (at % 3, 2 * at), (0, 1)), at) for at in range(6)]


def _found(path: str) -> set[FindingKind]:
    state, found = begin(0.0), set()
    for observation in watch(_shown(path))[0]:
        state = judge(state, observation, JudgingRules())
        finding = verdict(state).finding
        found |= {finding} if finding else set()
    return found


@pytest.mark.parametrize(
    "path", _scenes("from_behind", "asleep_at_desk", "headphones", "agent_headset") + _scenes("mask")[::3]
)
def test_nobody_in_the_seat_is_called_absent(path: str) -> None:
    assert FindingKind.ABSENT not in _found(path)


def test_empty_rooms_are_found_empty() -> None:
    rooms = _scenes("empty_room")[::3]
    empty = [path for path in rooms if _found(path) == {FindingKind.ABSENT}]
    assert len(empty) >= 0.8 * len(rooms)


@pytest.mark.parametrize("path", _scenes("from_behind"))
def test_a_head_seen_from_behind_is_nobody_else(path: str) -> None:
    """In one of these photos the search takes a knot of hair for a face, and it is like nobody's."""
    before = [coded(noisy(picture, at)) for at, picture in enumerate(clip("grid_a_1")[:8])]
    slides = Slides([*before, *still(SHARED / path, 16, seed=3)])
    said = replay(slides, models(), Script("agent", agent())).as_json()
    assert {one["kind"] for one in said["findings"]} == {"present"}
