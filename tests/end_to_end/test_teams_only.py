"""A site that has nothing but Teams: presence, the agent's tab, the chat with the agent, the leads' cards.

Everything runs but a browser and a camera: the service, its pages and its ingress, the Teams adapter and the
simulated tenant, over real HTTP, TLS and sockets. The tab is a client of the page's two sockets, signed in by
Teams' single sign-on. Only what a picture shows is told by its grey.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import cv2
import httpx2
import numpy as np
import pytest
from examples.demo.consoles.tab import Tab

from atdesk_core.runtime.config import Config, StateTable
from atdesk_core.runtime.sign_in_config import SignInTable
from atdesk_core.session import RecordKind, Session, Wanted
from atdesk_sdk import AccountRef, AdapterSpec, Frame, Observation, Presence
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from atdesk_teams.adapter import build
from atdesk_teams.config import CAPABILITIES, TeamsConfig
from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.clicking import Pressed
from atdesk_teams.simulator.conversations import Message
from atdesk_teams.simulator.delivery import FORGERIES, Forgery
from atdesk_teams.simulator.journal import Entry
from tests.core.runtime.office import POLICY, account, until
from tests.core.session.desk import observation
from tests.core.web.door import Door, DoorOffice
from tests.teams.bot_desk import bot_table, card_in, facts
from tests.zoom.running import jpeg

AGENT, NOBODY = 200, 60
PATIENCE_S = 60.0
_MEASURED: list[float] = []
PAGE = POLICY.model_copy(update={"looks": POLICY.looks.model_copy(update={"page": True})})


class GreyEyes:
    """The grey of a picture says what it shows."""

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        image = cv2.imdecode(np.frombuffer(frame.data, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert image is not None
        what = "agent" if image.mean() > (AGENT + NOBODY) / 2 else "nobody"
        return observation(what, frame.look_id, frame.received_at)


@dataclass
class GreyCamera:
    """Shows one grey."""

    grey: int = AGENT

    def jpeg(self, at_s: float, box: tuple[int, int]) -> bytes:
        return jpeg(self.grey)


@dataclass
class OneTenantOffice(DoorOffice):
    """The office with Teams alone; the scripted platform is in no configuration."""

    table: dict[str, Any] = field(default_factory=dict)

    def configured(self) -> Config:
        """Its pages, and so its ingress, are reached on this machine."""
        config = super().configured()
        return replace(config, service=config.service.model_copy(update={"public_url": ""}))

    def _config(self, adapter: ScriptedAdapter) -> Config:
        spec = AdapterSpec("teams", "1", TeamsConfig, CAPABILITIES, build)
        config = super()._config(adapter)
        adapters = ((spec, TeamsConfig(**self.table)),)
        return replace(config, adapters=adapters, state=StateTable(authority="teams"))


@dataclass
class Story:
    """What happens in Teams, and what Teams has seen."""

    sim: TeamsSimulator
    office: OneTenantOffice
    door: Door
    camera: GreyCamera
    ann: str
    lee: str

    @property
    def ref(self) -> AccountRef:
        return self.office.links["ann"]

    @property
    def is_blind(self) -> bool:
        """Whether the engine knows that it does not know how Ann is."""
        service = self.door.pages.context.running.service
        out_of_touch = any(not report.in_touch for report in service.health().values())
        return out_of_touch or self.session.presence_at(self.ref) is Presence.UNKNOWN

    @property
    def looks(self) -> int:
        return sum(one.kind is RecordKind.LOOK_OPENED for whose, one in self.office.records if whose == "ann")

    @property
    def session(self) -> Session:
        return self.door.pages.context.running.service.room.session("ann")

    @property
    def presence(self) -> str:
        return self.sim.world.shown(self.ann).availability

    def leaves(self) -> None:
        self.camera.grey = NOBODY

    def comes_back(self) -> None:
        self.camera.grey = AGENT

    def cards(self) -> list[Message]:
        channel = self.sim.world.team.channels[-1].id
        return [one for one in self._messages() if one.conversation_id.startswith(channel)]

    def notices(self) -> list[Message]:
        chat = self.sim.bot.conversations.chat(self.ann)
        return [one for one in self._messages() if one.conversation_id == chat]

    def status(self) -> str:
        (card,) = self.cards()
        return facts(card_in(card))["Status"]

    async def press(self, wanted: str, who: str, forged: Forgery | None = None, **filled: str) -> Pressed:
        (card,) = self.cards()
        return await self.sim.bot.clicking.press(card.id, wanted, who, filled, forged=forged)

    def written(self) -> list[str]:
        """Every change of Ann's presence that Graph took, in order."""
        entries = self.sim.journal.find("graph", "UserPreferredPresence", "in")
        return [str(one.body.get("availability", "cleared")) for one in entries if one.note == "200"]

    def order(self) -> list[str]:
        """What reached Teams: notices, states and cards in their order."""
        found = []
        for one in self.sim.journal.find("", "POST", "in"):
            if one.where == "connector" and one.note == "201":
                found += _sent(one)
            elif one.what.endswith("setUserPreferredPresence"):
                found.append(str(one.body["availability"]))
        return found

    def _messages(self) -> list[Message]:
        return list(self.sim.bot.conversations.messages.values())


@asynccontextmanager
async def tenant(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TeamsSimulator]:
    """A tenant in which the bot is everywhere."""
    async with TeamsSimulator() as simulator:
        talks = simulator.bot.conversations
        talks.in_team = True
        talks.installed |= {one.id for one in simulator.world.users}
        simulator.bot.delivery.patience.retries_s = (0.01, 0.01)
        monkeypatch.setenv("TEAMS_SECRET", simulator.client_secret)
        monkeypatch.setenv("SSL_CERT_FILE", str(simulator.ca_file))
        yield simulator


@pytest.fixture
async def long_enough_s(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> float:
    """Twice what it takes here, when nothing is wrong, from an empty chair to the card. Measured once."""
    if not _MEASURED:
        async with tenant(monkeypatch) as sim, begun(sim, tmp_path_factory.mktemp("way")) as story:
            left_at = time.monotonic()
            story.leaves()
            await until(lambda: story.presence == "Away" and bool(story.cards()), PATIENCE_S)
            _MEASURED.append(time.monotonic() - left_at)
    return 2 * _MEASURED[0]


@pytest.fixture
async def sim(monkeypatch: pytest.MonkeyPatch, long_enough_s: float) -> AsyncIterator[TeamsSimulator]:
    async with tenant(monkeypatch) as simulator:
        yield simulator


def office_of(sim: TeamsSimulator, folder: Path, **changes: Any) -> OneTenantOffice:
    people = {"ann": sim.world.agents[0].id, "lee": sim.world.leads[0]}
    sign_in = {
        "provider": "teams",
        "tenant": sim.tenant_id,
        "client_id": sim.client_id,
        "login_url": sim.base_url,
    }
    return OneTenantOffice(
        folder,
        ScriptedPlatform([account("ann"), account("lee")], time.time),
        policy=PAGE,
        eyes=GreyEyes(),
        links={agent: AccountRef("teams", sim.tenant_id, oid) for agent, oid in people.items()},
        sign_in=(SignInTable.model_validate(sign_in),),
        table=bot_table(sim, folder / "teams", **({"poll_s": 0.3} | changes)),
    )


@asynccontextmanager
async def working(sim: TeamsSimulator, office: OneTenantOffice, camera: GreyCamera) -> AsyncIterator[Story]:
    """The service and an open tab; on the same folder it is the same service after a restart."""
    async with office.at_work() as door:
        sim.bot.delivery.url = f"{door.pages.url}/ingress/teams/messages"
        ann, lee = (office.links[one].external_id for one in ("ann", "lee"))
        story = Story(sim, office, door, camera, ann, lee)

        async with tab_open(sim, door.pages.url, camera):
            yield story
            door.pages.context.running.service.stopping()  # as `atdesk run` says before its pages close


@asynccontextmanager
async def tab_open(sim: TeamsSimulator, url: str, camera: GreyCamera) -> AsyncIterator[None]:
    """Ann has the tab open; a tab that cannot do its work ends the test at once, and says why."""

    async def sign_in(secret: str) -> str:
        body = {"token": sim.authority.page_token(sim.world.agents[0].id), "tab_secret": secret}
        async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE_S) as client:
            answer = await client.post(f"{url}/sign-in/teams", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    async with asyncio.TaskGroup() as tasks:
        tab = tasks.create_task(Tab(url, camera, sign_in).run())
        yield
        tab.cancel()


@asynccontextmanager
async def begun(sim: TeamsSimulator, folder: Path, **changes: Any) -> AsyncIterator[Story]:
    """Ann is at her desk, and was seen."""
    async with working(sim, office_of(sim, folder, **changes), GreyCamera()) as story:
        await until(lambda: story.session.seen_at is not None, PATIENCE_S)
        yield story


async def test_who_leaves_is_told_is_away_in_teams_and_is_available_again_on_coming_back(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    async with begun(sim, tmp_path, write_every_s=0.0) as story:
        story.leaves()
        await until(lambda: story.presence == "Away", PATIENCE_S)
        await until(lambda: bool(story.cards()), PATIENCE_S)
        assert story.order()[:2] == ["notice", "Away"]
        assert story.order().index("Away") < story.order().index("card")
        assert story.session.claim is not None

        pressed = await story.press("flag.ack", story.lee)
        assert pressed.shown in ("card", "message")
        await until(lambda: "Confirmed" in story.status())

        story.comes_back()
        await until(lambda: story.presence == "Available", PATIENCE_S)
        await until(lambda: story.session.claim is None)
        assert story.written() == ["Away", "cleared"]
        assert len(story.cards()) == 1
        await until(lambda: "Back since" in facts(card_in(story.cards()[0])), PATIENCE_S)


async def test_in_a_call_nothing_is_looked_at_and_nothing_is_written(
    sim: TeamsSimulator, tmp_path: Path, long_enough_s: float
) -> None:
    async with begun(sim, tmp_path) as story:
        sim.world.start_call(story.ann)
        await until(lambda: story.session.in_call)
        story.leaves()
        await until(lambda: story.session.look is None)
        looks = story.looks
        await asyncio.sleep(long_enough_s)
        assert story.looks == looks
        assert (story.order(), story.written(), story.cards()) == ([], [], [])


async def test_be_right_back_is_the_agents_own_pause(
    sim: TeamsSimulator, tmp_path: Path, long_enough_s: float
) -> None:
    async with begun(sim, tmp_path) as story:
        sim.world.pick(story.ann, "BeRightBack")
        await until(lambda: story.session.is_paused)
        story.leaves()
        await asyncio.sleep(long_enough_s)
        assert (story.order(), story.cards(), story.presence) == ([], [], "BeRightBack")


async def test_whoever_is_no_lead_presses_in_vain_and_so_does_a_second_press(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    async with begun(sim, tmp_path) as story:
        story.leaves()
        await until(lambda: bool(story.cards()), PATIENCE_S)
        stranger = sim.world.agents[1].id
        refused = await story.press("flag.ack", stranger)
        assert refused.shown in ("message", "card")
        assert refused.status == 200
        await _polls(sim, 3)
        assert story.status() == "Waits for an answer."
        await story.press("flag.dismiss", story.lee, reason="agreed_break")
        await until(lambda: "Dismissed" in story.status())
        (card,) = story.cards()
        versions = card.versions
        with pytest.raises(LookupError):  # the card has no such button any more
            await story.press("flag.ack", story.lee)
        await _polls(sim, 3)
        assert (story.status(), card.versions) == (
            "Dismissed: nothing follows from it. (it was an agreed break)",
            versions,
        )


async def test_after_a_restart_in_the_middle_the_away_is_still_ours_and_the_card_the_same(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    office, camera = office_of(sim, tmp_path, write_every_s=0.0), GreyCamera()
    async with working(sim, office, camera) as story:
        await until(lambda: story.session.seen_at is not None, PATIENCE_S)
        story.leaves()
        await until(lambda: story.session.claim is not None, PATIENCE_S)
        await until(lambda: bool(story.cards()), PATIENCE_S)
    async with working(sim, office, camera) as again:
        await until(lambda: again.session.presence_at(again.ref) is Presence.AWAY, PATIENCE_S)
        assert again.session.claim is not None
        again.comes_back()
        await until(lambda: again.presence == "Available", PATIENCE_S)
        await until(lambda: "Back since" in facts(card_in(again.cards()[0])), PATIENCE_S)
        assert len(again.cards()) == 1


@pytest.mark.parametrize(
    "trouble", ["revoked consent", "html", "deleted", "expired secret", "no token endpoint"]
)
async def test_trouble_with_the_tenant_makes_nobody_away(
    sim: TeamsSimulator, tmp_path: Path, trouble: str, long_enough_s: float
) -> None:
    """The chair is empty and nobody can be asked how the agent is: nothing is written, nothing is guessed."""
    async with begun(sim, tmp_path) as story:
        _trouble(sim, story, trouble)
        await until(lambda: story.is_blind, PATIENCE_S)
        story.leaves()
        await asyncio.sleep(long_enough_s)
        assert (story.written(), story.cards()) == ([], [])


async def test_a_forged_press_answers_no_flag(sim: TeamsSimulator, tmp_path: Path) -> None:
    """No flag is dismissed by whoever is not the Bot Connector; the lead's own press counts afterwards."""
    async with begun(sim, tmp_path) as story:
        story.leaves()
        await until(lambda: bool(story.cards()), PATIENCE_S)
        for forged in FORGERIES:
            refused = await story.press("flag.dismiss", story.lee, forged, reason="agreed_break")
            assert (refused.shown, refused.status) == ("error", 401), forged
        await story.press("flag.ack", story.lee)
        await until(lambda: "Confirmed" in story.status())


def _trouble(sim: TeamsSimulator, story: Story, trouble: str) -> None:
    match trouble:
        case "revoked consent":
            sim.registration.permissions.clear()
            sim.authority.revoke_all()
        case "html":
            sim.faults.add("getPresencesByUserId|/presence", html=True, times=1000)
        case "deleted":
            sim.world.remove_user(story.ann)
        case "expired secret":
            sim.registration.expire_secrets()
            sim.authority.revoke_all()
        case "no token endpoint":
            sim.faults.add("/oauth2/", status=503, times=1000)
            sim.authority.revoke_all()


def _sent(entry: Entry) -> list[str]:
    """A post is a notice or a card; a conversation that is begun with one person is neither yet."""
    if entry.what.endswith("/v3/conversations"):
        return ["card"] if entry.body.get("isGroup") else []
    return ["notice" if "/a:" in unquote(entry.what) else "card"]


async def _polls(sim: TeamsSimulator, many: int) -> None:
    """Time passes: presence is read so many times more."""
    before = len(sim.journal.find("graph", "getPresencesByUserId", "in"))
    await sim.journal.wait_entries(before + many, "graph", "getPresencesByUserId", "in", PATIENCE_S)
