"""Who may open a still: named by policy, or by a role that the directory knows."""

from pathlib import Path

import pytest

from atdesk_core.evidence import may_view
from atdesk_core.policy import StillsRule
from tests.core.evidence.case import POLICY, Case


@pytest.mark.parametrize(
    ("viewers", "may"),
    [
        ({"lead"}, {"luz"}),
        ({"second_reviewer"}, {"sol"}),
        ({"lead", "second_reviewer"}, {"luz", "sol"}),
        ({"kim"}, {"kim"}),
        ({"nobody"}, set()),
        (set(), set()),
    ],
)
async def test_who_may(case: Case, viewers: set[str], may: set[str]) -> None:
    town = await case.town()
    stills = StillsRule(enabled=True, viewers=frozenset(viewers))
    policy = POLICY.model_copy(update={"stills": stills})
    everybody = ("ana", "bo", "luz", "sol", "kim", "lia", "nobody")
    assert {one for one in everybody if may_view(town, policy, "ana", one)} == may


async def test_without_a_policy_nobody_may(case: Case, tmp_path: Path) -> None:
    assert not may_view(await case.town(), None, "ana", "luz")
