"""A lead's click in Microsoft's Agents Playground reaches the engine, and the card in Chromium changes.

Everything of ours is real: the service, its store and sessions, the adapter, the bot's endpoint behind core's
own web server. The Playground draws the card and sends the press. It signs nothing, so what stands between is
what a Bot Framework would do: each activity gets a token for the `serviceUrl` that it names.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from atdesk_core.policy import ReviewRules
from atdesk_core.runtime.service import Service
from atdesk_core.web.server import serving
from atdesk_sdk import Capabilities, FlagStatus
from atdesk_sdk.testing import ScriptedPlatform
from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.delivery import token_of
from tests.browser.chromium import NO_CHROMIUM, browsing, chromium_path
from tests.core.runtime.office import POLICY, account, until
from tests.teams.bot_desk import bot_table
from tests.teams.playground import Player, Scene, playground, show
from tests.teams.teams_office import TeamsOffice

#: A page of Chromium and a server of node start on a busy machine.
pytestmark = pytest.mark.timeout(170)

ONE_PERSON = POLICY.model_copy(update={"review": ReviewRules(two_people=frozenset())})


class Signing:
    """Hands activities on, signed as the Bot Framework signs them."""

    def __init__(self, sim: TeamsSimulator) -> None:
        self._sim = sim
        self.bot = ""
        self.heard: list[str] = []

    async def hand_on(self, request: Request) -> Response:
        """One activity to the bot; its answer back."""
        body = await request.body()
        activity = json.loads(body)
        self.heard.append(activity["type"])
        token = token_of(self._sim.authority, activity["serviceUrl"], None)
        async with httpx2.AsyncClient(trust_env=False, timeout=10) as http:
            headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
            answer = await http.post(self.bot, content=body, headers=headers)
        kind = answer.headers.get("content-type", "application/json")
        return Response(answer.content, answer.status_code, media_type=kind)


@dataclass
class Stage:
    """A page on which the lead looks at the channel, and the service behind it."""

    service: Service
    office: TeamsOffice
    page: Page
    signing: Signing

    async def flagged(self) -> str:
        """Ann leaves her desk; wait for the card. Its number."""
        self.office.show("nobody")
        await until(lambda: bool(self.service.room.session("ann").flags), timeout_s=20)
        (flag,) = self.service.room.session("ann").flags
        await expect(self.page.get_by_text(f"Flag {flag.number}: Ann Agent")).to_be_visible()
        return flag.number

    async def status(self, number: str) -> str:
        """Of a flag, as the store keeps it."""
        kept = await self.service.store.flag(number)
        assert kept is not None
        return kept.status


@contextlib.asynccontextmanager
async def staged(sim: TeamsSimulator, folder: Path) -> AsyncIterator[Stage]:
    """The service, the Playground and Chromium; the bot learns from the first activity where to write."""
    path = chromium_path()
    if path is None:
        pytest.skip(NO_CHROMIUM)
    lead = Player(sim.world.leads[0], sim.world.user(sim.world.leads[0]).name)
    scene = Scene(sim.tenant_id, sim.client_id, lead)
    played, kept = folder / "playground", folder / "service"
    for one in (played, kept):
        one.mkdir()
    sim.bot.conversations.in_team = True
    table = bot_table(
        sim,
        kept,
        write="off",
        team_id=scene.team_id,
        channel_id=scene.channel_id,
        service_hosts=["127.0.0.1"],
    )
    platform = ScriptedPlatform([account("ann"), account("lee")], time.time)
    office = TeamsOffice(
        kept,
        platform,
        policy=ONE_PERSON,
        capabilities=Capabilities(flag_private=True),
        table=table,
        people={"lee": lead.object_id},
    )
    signing = Signing(sim)
    app = Starlette(routes=[Route("/api/messages", signing.hand_on, methods=["POST"])])
    async with (
        serving(app, "127.0.0.1", 0) as port,
        office.serving_at() as (service, signing.bot),
        playground(f"http://127.0.0.1:{port}/api/messages", played, scene) as running,
        browsing(path) as browser,
    ):
        page = await browser.new_page()
        await show(page, running)
        yield Stage(service, office, page, signing)


async def test_an_acknowledgement_in_chromium_reaches_the_engine_and_the_card_changes(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    async with staged(sim, tmp_path) as stage:
        number = await stage.flagged()
        await expect(stage.page.get_by_text("Not at the desk")).to_be_visible()
        await expect(stage.page.get_by_text("Waits for an answer.")).to_be_visible()
        await stage.page.get_by_role("button", name="Acknowledge").click()
        await expect(stage.page.get_by_text("Confirmed.")).to_be_visible()
        assert await stage.status(number) == FlagStatus.ACKNOWLEDGED
        await expect(stage.page.get_by_role("button", name="Acknowledge")).to_have_count(0)
        assert "invoke" in stage.signing.heard


async def test_a_dismissal_in_chromium_asks_for_a_reason_and_reaches_the_engine(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    async with staged(sim, tmp_path) as stage:
        number = await stage.flagged()
        await stage.page.get_by_role("button", name="Dismiss").click()
        dismiss = stage.page.get_by_role("button", name="Dismiss").last
        await dismiss.click()
        await expect(stage.page.get_by_text("choose a reason")).to_be_visible()
        assert await stage.status(number) == FlagStatus.RAISED, "no dismissal without a reason"
        await stage.page.get_by_label("it was a technical fault").check()
        await dismiss.click()
        await expect(stage.page.get_by_text("Dismissed: nothing follows from it.")).to_be_visible()
        assert await stage.status(number) == FlagStatus.DISMISSED
        kept = await stage.service.store.flag(number)
        assert kept is not None
        assert kept.reason == "technical"
