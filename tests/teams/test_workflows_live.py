"""A whole service with Workflows in place of a bot: a card when it begins, and one when it is over."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from atdesk_core.policy import ReviewRules
from atdesk_sdk import Capabilities, LeadAction
from atdesk_sdk.testing import ScriptedPlatform
from atdesk_teams.simulator import TeamsSimulator
from tests.core.runtime.office import POLICY, account, until
from tests.teams.bot_desk import facts
from tests.teams.desk import table
from tests.teams.teams_office import TeamsOffice

ONE_PERSON = POLICY.model_copy(update={"review": ReviewRules(two_people=frozenset())})


async def test_a_flag_is_a_card_without_a_finding_and_its_end_another_one(
    sim: TeamsSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAMS_WORKFLOWS", sim.bot.workflow.url(sim.base_url))
    office = TeamsOffice(
        tmp_path,
        ScriptedPlatform([account("ann"), account("lee")], time.time),
        policy=ONE_PERSON,
        capabilities=Capabilities(flag_private=True),
        table=table(sim, tmp_path, write="off", workflows_url="env:TEAMS_WORKFLOWS", poll_s=5.0),
    )
    posts = sim.bot.workflow.posts
    async with office.serving_at() as (service, _):
        office.show("other")
        await until(lambda: len(posts) == 1, timeout_s=20)
        (flag,) = service.room.session("ann").flags
        office.show("agent")
        await until(lambda: service.room.session("ann").flags[0].returned_at is not None)
        answered = service.router.answering.answer("lee", flag.number, LeadAction.DISMISS, "technical")
        assert answered is None
        await until(lambda: len(posts) == 2)
    cards = [dict(one.card or {}) for one in posts]
    assert [facts(card)["Status"] for card in cards] == ["Open", "Over"]
    said = json.dumps(cards)
    assert said.count(f"Flag {flag.number}: Ann Agent") == 2
    for told in ("seat", "different", "technical", "ismiss", "support"):
        assert told not in said, "neither what was found, nor what came of it"
