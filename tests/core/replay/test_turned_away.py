"""Ten minutes in profile to a second monitor, ten minutes cropped by the edge: neither missed nor another.

Played at the pace of a policy's looks, on the virtual clock of `replay`. The agent is seen as enrolled first.
No clip of an enrolled person in profile is to be had, so the profile is composed: photos of one woman in one
kitchen, from the front and from the side, each with a small drift and a sensor's noise. Her template is of
the photo from the front alone.
"""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from atdesk_core.runtime.replay import ReplayOutcome, Schedule, Script, replay
from atdesk_core.runtime.replay.recording import Recording
from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.memory import Enrolment
from atdesk_sdk import FindingKind, Frame, Observation, PixelFormat
from tests.core.vision.footage import SHARED, agent, clip, models, noisy

FRONT_S, LENGTH_S = 30, 640
CHIN = 370
"""Row of a picture of the clip below which there is no face."""
LEAST_FRAMES = 60
"""A frame every eleven seconds, at least: no rule is held by not looking."""
Scene = Callable[[int], Pixels]


class _Camera(Recording):
    """Shows what a scene shows at a time; each picture is made when it is asked for."""

    def __init__(self, scene: Scene) -> None:  # there is no file to open
        self._scene = scene
        self.fps = 1.0
        self.frames_read = 0
        self.frames_expected = LENGTH_S

    def frame_at(self, at_s: float, look_id: str) -> Frame | None:
        if at_s >= LENGTH_S:
            return None
        self.frames_read = max(self.frames_read, round(at_s) + 1)
        picture = self._scene(round(at_s))
        height, width = picture.shape[:2]
        data = memoryview(np.ascontiguousarray(picture).tobytes())
        return Frame(look_id, data, PixelFormat.BGR24, at_s, at_s, width, height, width * 3)

    def read_to_end(self) -> None:
        self.frames_read = LENGTH_S


def _drifted(picture: Pixels, at_s: int) -> Pixels:
    """As somebody moves who reads: a few pixels, slowly, and never the same picture twice."""
    height, width = picture.shape[:2]
    shift = np.array([[1.02, 0, 4 * np.sin(at_s / 2.0) - 5], [0, 1.02, 3 * np.sin(at_s / 3.0) - 4]])
    moved = cv2.warpAffine(picture, shift, (width, height), borderMode=cv2.BORDER_REFLECT)
    return noisy(np.asarray(moved, np.uint8), at_s)


def _photo(name: str) -> Pixels:
    read = cv2.imread(str(SHARED / "scenes" / name))
    assert read is not None, name
    return np.asarray(cv2.resize(read, (640, 480), interpolation=cv2.INTER_AREA), np.uint8)


def _template(picture: Pixels) -> Enrolment:
    loaded = models()
    assert loaded.encoder is not None
    face = max(loaded.faces.detect(picture), key=lambda one: one.box.area)
    return Enrolment(tuple(loaded.encoder.encode(picture, face)), loaded.encoder.name)


def _played(before: Pixels, after: Scene, enrolment: Enrolment) -> ReplayOutcome:
    """The agent from the front for half a minute, then the other scene for ten."""

    def scene(at_s: int) -> Pixels:
        return _drifted(before if at_s < FRONT_S else after(at_s), at_s)

    script = Script("agent", enrolment, schedule=Schedule.POLICY)
    return replay(_Camera(scene), models(), script)


def _accused(outcome: ReplayOutcome) -> set[str]:
    """What was found of who is in the seat, apart from that somebody is."""
    found = {one.what for one in outcome.stretches if one.is_finding}
    assert FindingKind.PRESENT in found
    assert outcome.frames_analysed >= LEAST_FRAMES
    return (found & {FindingKind.ABSENT, FindingKind.DIFFERENT_PERSON}) | {str(one) for one in outcome.flags}


def _turned(outcome: ReplayOutcome) -> list[Observation]:
    """What was measured after the first half minute."""
    return [one for one in outcome.observations if one.received_at >= FRONT_S]


def _cropped(picture: Pixels) -> Pixels:
    """The camera looks down: shoulders and chest at the upper edge, and no head."""
    lower = picture[CHIN:]
    return np.vstack([lower, np.repeat(lower[-1:], CHIN, axis=0)])


def test_ten_minutes_of_a_cropped_body_are_neither_absence_nor_another_person() -> None:
    pictures = clip("grid_a_1")
    outcome = _played(pictures[3], lambda at_s: _cropped(pictures[at_s % len(pictures)]), agent())
    assert _accused(outcome) == set()
    assert not any(one.faces for one in _turned(outcome))  # what the test is about: there is no face


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not beside the checkout")
def test_ten_minutes_in_profile_are_neither_absence_nor_another_person() -> None:
    front, profile = _photo("agent_at_desk_6339.jpg"), _photo("agent_at_desk_533.jpg")
    outcome = _played(front, lambda _at_s: profile, _template(front))
    assert _accused(outcome) == set()
    compared = sum(one.match is not None for one in _turned(outcome))
    assert compared < len(_turned(outcome)) / 2  # what the test is about: hardly anything to compare
