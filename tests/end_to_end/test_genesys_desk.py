"""A whole story at Genesys: away and told, status and group chat, and On Queue by the agent's own hand.

Everything runs but a camera: the service, its pages, the Genesys adapter and the simulated Genesys, over real
HTTP and sockets. The pictures say what they show.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from atdesk_core.runtime.config import Config, StateTable
from atdesk_core.runtime.sign_in_config import SignInTable
from atdesk_core.session import Session
from atdesk_genesys.adapter import build
from atdesk_genesys.config import CAPABILITIES, GenesysConfig
from atdesk_genesys.simulator import GenesysSimulator
from atdesk_sdk import AccountRef, AdapterSpec
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from tests.core.runtime.office import account, until
from tests.core.web.door import Door, DoorOffice

TAB = "a secret of this tab alone, of enough bytes"
MIRA, TEO = "7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0001", "7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0002"
ON_QUEUE = "e08eaf1b-ee47-4fa9-a231-1200e284798f"


@dataclass
class GenesysOffice(DoorOffice):
    """The office, with states at Genesys; cameras and notices are the scripted platform's."""

    genesys: dict[str, Any] = field(default_factory=dict)

    def configured(self) -> Config:
        """The pages are reached on this machine, whatever links say."""
        config = super().configured()
        return replace(config, service=config.service.model_copy(update={"public_url": ""}))

    def _config(self, adapter: ScriptedAdapter) -> Config:
        config = super()._config(adapter)
        spec = AdapterSpec("genesys", "1", GenesysConfig, CAPABILITIES, build)
        adapters = (*config.adapters, (spec, GenesysConfig(**self.genesys)))
        return replace(config, adapters=adapters, state=StateTable(authority="genesys"))


@dataclass(frozen=True)
class Story:
    """What happens, and who saw it."""

    sim: GenesysSimulator
    office: GenesysOffice
    door: Door

    @property
    def session(self) -> Session:
        """Mira's, as the engine has it now."""
        return self.door.pages.context.running.service.room.session("ann")

    def shown(self) -> str:
        """Mira's status, as everybody at Genesys reads it."""
        return self.sim.world.agent(MIRA).definition.label

    async def leave(self) -> None:
        """Mira is there, and then she is not; until Genesys says so."""
        self.office.show("agent")
        await until(lambda: bool(self.office.platform.looks))
        self.office.show("nobody")
        await until(lambda: self.shown() == "Away from desk", 20.0)

    async def sign_in(self, user: str) -> dict[str, str]:
        """At Genesys, in a browser, from this tab's page."""
        return await self.door.token("genesys", TAB, {"simulated_user": user})

    async def back_on_queue(self, headers: dict[str, str]) -> httpx2.Response:
        """The page's one click."""
        return await self.door.browser.post("/api/me/back-on-queue", headers=headers)

    def on_queue_writes(self) -> int:
        """How many wishes for On Queue reached Genesys."""
        written = [arrival.body["presenceDefinition"]["id"] for arrival in self.sim.log.all("^PATCH")]
        return written.count(ON_QUEUE)


@pytest.fixture
async def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Story]:
    async with GenesysSimulator() as sim:
        monkeypatch.setenv("GENESYS_SECRET", sim.client_secret)
        monkeypatch.setenv("GENESYS_CHAT", sim.webhook_url)
        for user in (MIRA, TEO):
            sim.world.set_presence(user, "On Queue")
        async with _begun(sim, tmp_path) as begun:
            yield begun


@asynccontextmanager
async def _begun(sim: GenesysSimulator, folder: Path) -> AsyncIterator[Story]:
    platform = ScriptedPlatform([account("ann"), account("bob"), account("lee")], time.time)
    where = {"login_url": sim.base_url, "api_url": sim.base_url, "client_id": sim.sign_in.client.id}
    office = GenesysOffice(
        folder,
        platform,
        ("ann", "bob"),
        public_url="https://desk.example",
        sign_in=[SignInTable(provider="genesys", tenant="acme", **where)],
        links={"ann": AccountRef("genesys", "acme", MIRA), "bob": AccountRef("genesys", "acme", TEO)},
        genesys={
            "name": "genesys",
            "tenant": "acme",
            "base_url": sim.base_url,
            "client_id": sim.client_id,
            "client_secret": "env:GENESYS_SECRET",
            "group_chat_webhook": "env:GENESYS_CHAT",
            "debounce_s": 0.1,
        },
    )
    async with office.at_work() as door:
        sim.sign_in.client.redirects.add(f"{door.pages.url}/sign-in/genesys/callback")
        yield Story(sim, office, door)


async def test_the_lead_sees_it_and_the_agent_goes_back_by_their_own_hand(
    story: Story,
) -> None:
    await story.leave()
    assert story.office.platform.notices, "the agent was told first"
    await until(lambda: bool(story.sim.messages), 20.0)
    (message,) = story.sim.messages
    assert "Ann Agent" in message.text
    assert "https://desk.example/" in message.text
    assert not any(word in message.text.casefold() for word in ("absen", "away", "nobody", "%"))

    mira = await story.sign_in(MIRA)
    me = (await story.door.browser.get("/api/me", headers=mira)).json()
    assert me["away_by_us"] is not None
    assert me["offer_queue"]
    assert story.on_queue_writes() == 0
    assert (await story.back_on_queue(mira)).status_code == 204
    assert story.shown() == "On Queue"
    assert story.on_queue_writes() == 1


async def test_a_colleague_at_the_same_desk_puts_nobody_on_queue(story: Story) -> None:
    """Who signs in there gets a page of their own, on which nothing of the kind is offered."""
    await story.leave()
    teo = await story.sign_in(TEO)
    assert (await story.door.browser.get("/api/me", headers=teo)).json()["person"]["name"] == "Bob Agent"
    refused = await story.back_on_queue(teo)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_offered")
    assert (story.shown(), story.on_queue_writes()) == ("Away from desk", 0)


async def test_a_sign_in_that_ended_at_genesys_is_asked_for_anew(story: Story) -> None:
    await story.leave()
    mira = await story.sign_in(MIRA)
    story.sim.platform.expire_people()
    refused = await story.back_on_queue(mira)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "sign_in_with")
    assert (story.shown(), story.on_queue_writes()) == ("Away from desk", 0)


@pytest.mark.parametrize("away_by_us", [False, True])
async def test_genesys_idle_is_idle_here_for_as_long_as_it_lasts(story: Story, away_by_us: bool) -> None:
    """Over an Away of ours, too: the claim is gone with it, and coming out of it ends the silence."""
    if away_by_us:
        await story.leave()
        await until(lambda: story.session.claim is not None)
    story.sim.world.set_presence(MIRA, "Idle")
    await until(lambda: bool(story.session.silences))
    assert story.session.claim is None
    story.sim.world.set_presence(MIRA, "On Queue")
    await until(lambda: not story.session.silences)
