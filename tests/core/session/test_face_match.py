"""Where no rule asks who is there, no face is compared with a template, and the template is not even read."""

from dataclasses import replace

import pytest

from atdesk_core.policy import DifferentPersonRule, LevelKind, cap_of, level_of, resolve
from atdesk_core.runtime.pool import VisionPool
from atdesk_core.session import Wanted, new_session, wanted
from atdesk_core.vision.memory import Enrolment
from atdesk_sdk import Frame, PixelFormat
from tests.core.session.desk import FACTS, POLICY

FRAME = Frame("look-1", memoryview(bytes(3 * 16 * 16)), PixelFormat.BGR24, 1.0, 1.0, 16, 16, 48)


def test_faces_are_compared_only_where_a_rule_asks_for_it() -> None:
    without = POLICY.model_copy(update={"different_person": DifferentPersonRule(enabled=False)})
    assert wanted(new_session("ann", 0.0), FACTS).match
    assert not wanted(new_session("ann", 0.0), replace(FACTS, policy=without)).match


@pytest.mark.parametrize(("place", "compared"), [("IE", True), ("DE", True), ("FR", False), ("IT", False)])
def test_a_preset_without_face_match_compares_no_face(place: str, compared: bool) -> None:
    policy = resolve([cap_of(place), level_of(POLICY, LevelKind.SITE, "home")]).policy
    assert wanted(new_session("ann", 0.0), replace(FACTS, policy=policy)).match is compared


@pytest.mark.parametrize(("match", "read"), [(True, ["ann"]), (False, [])])
async def test_the_template_is_read_only_to_be_compared(match: bool, read: list[str]) -> None:
    asked: list[str] = []

    async def enrolment_of(agent_id: str) -> Enrolment | None:
        asked.append(agent_id)
        return None

    pool = VisionPool(1, enrolment_of)
    with pytest.raises(RuntimeError, match="not running"):
        await pool.observe("ann", FRAME, Wanted(match=match))
    assert asked == read
