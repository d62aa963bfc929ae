"""The sdk's conformance kit for the bot (flags, digests, readers, notices, what comes in) and for Workflows.

A token of the Bot Framework does not sign the body, so the kit's check of a changed request has no meaning
here; what a forged activity comes to is in `test_ingress`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from atdesk_sdk.events import AccountRef
from atdesk_sdk.flags import MessageRef
from atdesk_sdk.testing.conformance import AdapterCase, AdapterConformance
from atdesk_teams.adapter import build
from atdesk_teams.config import TeamsConfig
from atdesk_teams.simulator import TeamsSimulator
from tests.teams.bot_desk import bot_table, card_in
from tests.teams.desk import table
from tests.teams.test_conformance import _is_the_simulators


class TestBot(AdapterConformance):
    """Everything that the bot adds."""

    @pytest.fixture
    def case(self, sim: TeamsSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AdapterCase:
        monkeypatch.setenv("TEAMS_WRONG", "not the secret")
        config = bot_table(sim, tmp_path, write="off")
        talks = sim.bot.conversations
        talks.in_team = True
        talks.installed |= {one.id for one in sim.world.agents}

        async def shown(ref: MessageRef) -> str:
            return _text(card_in(talks.messages[ref.external_id]))

        async def told(account: AccountRef) -> Sequence[str]:
            chat = talks.chat(account.external_id)
            return [_text(card_in(one)) for one in talks.messages.values() if one.conversation_id == chat]

        async def lose_answer() -> None:
            sim.faults.add("POST /connector/v3/conversations", cut="after")

        async def outage() -> None:
            sim.faults.add("/(connector|v1.0)/", times=1000, status=503)

        return AdapterCase(
            make=lambda: build(TeamsConfig(**config)),
            make_broken=lambda: build(TeamsConfig(**(config | {"client_secret": "env:TEAMS_WRONG"}))),
            accounts=[AccountRef("teams", sim.tenant_id, user.id) for user in sim.world.agents[:2]],
            unknown_account=AccountRef("teams", sim.tenant_id, "7c1f0e52-0000-4a3e-8f6d-000000000000"),
            lose_answer=lose_answer,
            outage=outage,
            shown=shown,
            told=told,
            secrets=[sim.client_secret, "not the secret", "Bearer "],
            platform_task=_is_the_simulators,
        )


class TestWorkflows(AdapterConformance):
    """The one-way second: what is shown of a flag are its cards, the follow-up among them."""

    @pytest.fixture
    def case(self, sim: TeamsSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AdapterCase:
        monkeypatch.setenv("TEAMS_WRONG", "not the secret")
        monkeypatch.setenv("TEAMS_WORKFLOWS", sim.bot.workflow.url(sim.base_url))
        config = table(sim, tmp_path, write="off", workflows_url="env:TEAMS_WORKFLOWS", poll_s=5.0)

        async def shown(ref: MessageRef) -> str:
            cards = [_text(dict(one.card)) for one in sim.bot.workflow.posts if one.shown and one.card]
            return "\n".join(card for card in cards if ref.external_id in card)

        async def lose_answer() -> None:
            sim.faults.add("POST /workflows/", cut="after")

        async def outage() -> None:
            sim.faults.add("/(workflows|v1.0)/", times=1000, status=503)

        return AdapterCase(
            make=lambda: build(TeamsConfig(**config)),
            make_broken=lambda: build(TeamsConfig(**(config | {"client_secret": "env:TEAMS_WRONG"}))),
            accounts=[AccountRef("teams", sim.tenant_id, user.id) for user in sim.world.agents[:2]],
            lose_answer=lose_answer,
            outage=outage,
            shown=shown,
            secrets=[sim.client_secret, sim.bot.workflow.signature, "not the secret", "Bearer "],
            platform_task=_is_the_simulators,
        )


def _text(card: dict[str, object]) -> str:
    """All of a card as one text, without the joiners that break markup up."""
    return json.dumps(card, ensure_ascii=False).replace("\u2060", "")
