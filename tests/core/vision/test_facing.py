"""A face that is hardly turned this way is never somebody else; it may well be the agent."""

from dataclasses import replace

import pytest

from atdesk_core.vision.faces import eyes_apart
from atdesk_core.vision.matching import compare_seat
from atdesk_core.vision.memory import Memory, Plan
from atdesk_sdk.detector import DetectedFace, MatchBand
from tests.core.vision.bystanders import agent_picture, stranger_picture
from tests.core.vision.footage import agent, models


def _closer(face: DetectedFace, share: float) -> DetectedFace:
    """The same with the eyes drawn together."""
    right, left, *others = face.landmarks
    middle = ((right[0] + left[0]) / 2, (right[1] + left[1]) / 2)
    eyes = tuple(
        (middle[0] + (x - middle[0]) * share, middle[1] + (y - middle[1]) * share) for x, y in (right, left)
    )
    return replace(face, landmarks=(*eyes, *others))


@pytest.mark.parametrize(("share", "band"), [(1.0, MatchBand.OTHER), (0.5, MatchBand.UNSURE)])
def test_eyes_closer_together_than_eyes_are_make_nobody_somebody_else(share: float, band: MatchBand) -> None:
    picture = stranger_picture()
    face = _closer(models().faces.detect(picture)[0], share)
    plan = Plan(match_asymmetry=10.0)  # of the nose nothing is said here
    found = compare_seat(picture, [face], Memory(), agent(), plan, models().encoder, 0.0)
    assert found.match is not None
    assert found.match.band is band
    bold = replace(plan, match_eyes_apart=0.0)
    without = compare_seat(picture, [face], Memory(), agent(), bold, models().encoder, 0.0)
    assert without.match is not None
    assert without.match.band is MatchBand.OTHER


def test_a_portrait_has_its_eyes_well_apart_and_is_the_agent_either_way() -> None:
    picture = agent_picture()
    face = models().faces.detect(picture)[0]
    assert eyes_apart(face, picture.shape[1]) > Plan().match_eyes_apart
    strict = Plan(match_eyes_apart=0.99)
    found = compare_seat(picture, [face], Memory(), agent(), strict, models().encoder, 0.0)
    assert found.match is not None
    assert found.match.band is MatchBand.SAME
