"""One agent with accounts on Genesys, Zoom and Teams: one authority, others that tighten, and outages.

Everything runs but a camera: the service with its ingress, the three adapters, the three simulated platforms,
over real HTTP, TLS and sockets. Pictures come through RTMS; only what one shows is told by its grey. Notices
and cards are Zoom's.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from atdesk_core.identity import LinkHow, confirm_link, propose_link
from atdesk_core.policy import Because, LookReason, LookRules, MeetingRule
from atdesk_core.runtime.config import Config, StateTable
from atdesk_core.runtime.pages.account import page_account
from atdesk_core.session import Session
from atdesk_core.session.parts import Video
from atdesk_core.session.permitting import permission
from atdesk_core.store import Store
from atdesk_genesys.adapter import build as build_genesys
from atdesk_genesys.config import CAPABILITIES as GENESYS_CAN
from atdesk_genesys.config import GenesysConfig
from atdesk_genesys.connection import GenesysAdapter
from atdesk_genesys.link import Patience
from atdesk_genesys.simulator import GenesysSimulator
from atdesk_sdk import AccountRef, AdapterSpec, Presence, StreamKey
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from atdesk_teams.adapter import build as build_teams
from atdesk_teams.config import CAPABILITIES as TEAMS_CAN
from atdesk_teams.config import TeamsConfig
from atdesk_teams.simulator import TeamsSimulator
from atdesk_zoom import states as zoom_states
from atdesk_zoom.abilities import capabilities
from atdesk_zoom.adapter import build as build_zoom
from atdesk_zoom.config import ZoomConfig
from atdesk_zoom.simulator import Credentials, Scripted, ZoomSimulator
from tests.core.runtime.office import POLICY, account, until
from tests.core.web.door import Door, DoorOffice
from tests.end_to_end.test_zoom_only import AGENT, NOBODY, PATIENCE_S, GreyEyes
from tests.teams.desk import table as teams_table
from tests.zoom.running import ANN, BEN, LEA, config_for, jpeg

MIRA = "7c1f0e52-3a0b-4a3e-8f6d-0a9b5d1c0001"
ALL_DAY = 10**9
OFTEN = {"requests_per_s": 20.0, "reconcile_s": 1.0}
RULES = LookRules(watch_every_s=0.6, alert_interval_s=0.5, returning_every_s=0.6, page=True)

HER_PAGE = Video(StreamKey("page", "ann", "1"), None, page_account("ann"))


@dataclass
class ThreeOffice(DoorOffice):
    """The office with three platforms; the scripted one is in no configuration."""

    tables: tuple[GenesysConfig | ZoomConfig | TeamsConfig, ...] = ()
    authority: str = "genesys"
    accounts: tuple[tuple[str, AccountRef], ...] = ()

    def configured(self) -> Config:
        """Its pages, and so its ingress, are reached on this machine."""
        config = super().configured()
        return replace(config, service=config.service.model_copy(update={"public_url": ""}))

    def _config(self, adapter: ScriptedAdapter) -> Config:
        genesys, zoom, teams = self.tables
        adapters = (
            (AdapterSpec("genesys", "1", GenesysConfig, GENESYS_CAN, _genesys), genesys),
            (AdapterSpec("zoom", "1", ZoomConfig, capabilities(private=True), build_zoom), zoom),
            (AdapterSpec("teams", "1", TeamsConfig, TEAMS_CAN, build_teams), teams),
        )
        state = StateTable(authority=self.authority)
        return replace(super()._config(adapter), adapters=adapters, state=state)

    async def _fill(self, store: Store) -> None:
        await super()._fill(store)
        for person_id, ref in self.accounts:
            await propose_link(store, person_id, ref, LinkHow.VERIFIED_EMAIL)
            await confirm_link(store, person_id, ref, "H. R.", time.time())


def _genesys(table: GenesysConfig) -> GenesysAdapter:
    """An outage is over within a moment of its end."""
    return build_genesys(table, Patience(first_s=0.1, longest_s=0.5, settled_s=0.5, resets=1000))


@dataclass
class Story:
    """What happens on three platforms, and what they saw."""

    genesys: GenesysSimulator
    zoom: ZoomSimulator
    teams: TeamsSimulator
    office: ThreeOffice
    door: Door
    grey: dict[str, int] = field(default_factory=lambda: {"grey": AGENT})

    @property
    def session(self) -> Session:
        return self.door.pages.context.running.service.room.session("ann")

    @property
    def ann_in_teams(self) -> str:
        return self.teams.world.agents[0].id

    def shows(self, platform: str) -> Presence:
        """What the engine knows of Ann's account there."""
        states = {one.account.platform: one.presence for one in self.session.states}
        return states.get(platform, Presence.UNKNOWN)

    async def known(self) -> None:
        """Every platform has told how Ann is."""
        await until(lambda: len(self.session.states) == 3, PATIENCE_S)

    async def meet(self) -> None:
        """Ann sits in the team's meeting, with two others, and is seen."""
        camera = Scripted(lambda _at_s: jpeg(self.grey["grey"]))
        await self.zoom.room.join("Ann Agent", camera, person_id=ANN)
        for name, person_id in (("Ben Brook", BEN), ("Lea Lead", LEA)):
            await self.zoom.room.join(name, [jpeg(120)], person_id=person_id, camera_on=False)
        self.zoom.room.start_stream()
        await self.seen()

    async def seen(self) -> None:
        """Ann is looked at from now on."""
        now = self.session.now
        await until(lambda: (self.session.seen_at or 0.0) > now, PATIENCE_S)

    async def seen_for(self, seconds: float) -> None:
        """Looks have gone on for so long."""
        until_at = self.session.now + seconds
        await until(lambda: (self.session.seen_at or 0.0) > until_at, PATIENCE_S)

    def leaves(self) -> None:
        self.grey["grey"] = NOBODY

    def comes_back(self) -> None:
        self.grey["grey"] = AGENT

    def in_genesys(self) -> str:
        return self.genesys.world.agent(MIRA).definition.label

    def in_teams(self) -> str:
        return self.teams.world.shown(self.ann_in_teams).availability

    def written(self) -> dict[str, int]:
        """State writes that arrived, by platform."""
        graph = self.teams.journal.find("graph", "POST", "in")
        puts = [one for one in self.zoom.journal.find("rest", "", "in") if one.what.startswith("PUT /users/")]
        return {
            "genesys": len(self.genesys.log.all("^PATCH")),
            "zoom": len(puts),
            "teams": len([one for one in graph if one.what.endswith("UserPreferredPresence")]),
        }

    def cards(self) -> int:
        """Cards in the leads' channel."""
        return sum("conference" in one.to_jid for one in self.zoom.chat.cards.values())

    def notices(self) -> int:
        """How many messages Ann has got."""
        return sum(one.to_jid == self.zoom.people[ANN].jid for one in self.zoom.chat.cards.values())

    def untouched(self) -> bool:
        """Nobody was told anything, made Away, or flagged."""
        return (set(self.written().values()), self.cards(), self.notices()) == ({0}, 0, 0)

    def lose_genesys(self) -> None:
        self.genesys.faults.add(".", times=ALL_DAY, status=503)
        self.genesys.platform.close_sockets(abort=True)

    def lose_teams(self) -> None:
        self.teams.faults.add("^(GET|POST) /v1.0/", times=ALL_DAY, status=503)

    def all_back(self) -> None:
        self.zoom.faults.unavailable = 0
        self.genesys.faults.http.clear()
        self.teams.faults.clear()


@pytest.fixture(autouse=True)
def secrets_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Credentials()
    monkeypatch.setenv("ZOOM_TEST_APP", mine.client_secret)
    monkeypatch.setenv("ZOOM_TEST_EVENTS", mine.webhook_secret)
    monkeypatch.setenv("ZOOM_TEST_SERVER", mine.s2s_client_secret)
    monkeypatch.setenv("ZOOM_TEST_CHATBOT", mine.chatbot_client_secret)


@asynccontextmanager
async def begun(
    folder: Path, monkeypatch: pytest.MonkeyPatch, authority: str = "genesys"
) -> AsyncIterator[Story]:
    """A running site; Ann is On Queue in Genesys and Available in Zoom and in Teams."""
    async with GenesysSimulator() as genesys, ZoomSimulator() as zoom, TeamsSimulator() as teams:
        monkeypatch.setenv("GENESYS_SECRET", genesys.client_secret)
        monkeypatch.setenv("TEAMS_SECRET", teams.client_secret)
        genesys.world.set_presence(MIRA, "On Queue")
        office = _office(genesys, zoom, teams, folder, authority)
        async with office.at_work() as door:
            zoom.webhooks.url = f"{door.pages.url}/ingress/zoom/events"
            zoom.bot.url = f"{door.pages.url}/ingress/zoom/bot"
            story = Story(genesys, zoom, teams, office, door)
            await story.known()
            yield story


def _office(
    genesys: GenesysSimulator, zoom: ZoomSimulator, teams: TeamsSimulator, folder: Path, authority: str
) -> ThreeOffice:
    meeting = MeetingRule(id=zoom.room.meeting.number, purpose="team room")
    tables = (
        GenesysConfig(**_genesys_table(genesys)),
        config_for(zoom, name="zoom", agent_state="presence", state_dir=folder / "zoom", **OFTEN),
        TeamsConfig(**teams_table(teams, folder / "teams", poll_s=0.2)),
    )
    ann = (
        AccountRef("genesys", "acme", MIRA),
        AccountRef("zoom", Credentials().account_id, ANN),
        AccountRef("teams", teams.tenant_id, teams.world.agents[0].id),
    )
    lee = AccountRef("zoom", Credentials().account_id, LEA)
    return ThreeOffice(
        folder,
        ScriptedPlatform([account("ann"), account("lee")], time.time),
        policy=POLICY.model_copy(update={"meetings": (meeting,), "looks": RULES}),
        eyes=GreyEyes(),
        tables=tables,
        authority=authority,
        accounts=(*(("ann", one) for one in ann), ("lee", lee)),
    )


def _genesys_table(sim: GenesysSimulator) -> dict[str, Any]:
    return {
        "name": "genesys",
        "tenant": "acme",
        "base_url": sim.base_url,
        "client_id": sim.client_id,
        "client_secret": "env:GENESYS_SECRET",
        "debounce_s": 0.1,
    }


async def test_the_authority_alone_is_written_whatever_the_others_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zoom shows a meeting, Teams somebody who was not seen for a while: neither is presence or absence."""
    async with begun(tmp_path, monkeypatch) as story:
        story.teams.world.pick(story.ann_in_teams, "Away")
        await story.meet()
        await until(lambda: story.shows("zoom") is Presence.MEETING and story.shows("teams") is Presence.AWAY)
        await story.seen_for(1.0)
        assert story.untouched()
        story.leaves()
        await until(lambda: story.in_genesys() == "Away from desk", PATIENCE_S)
        await until(lambda: story.cards() == 1, PATIENCE_S)
        assert story.notices() >= 1, "Ann was told first"
        story.comes_back()
        await until(lambda: story.in_genesys() == "Available", PATIENCE_S)
        await until(lambda: story.session.claim is None)
        assert story.written() == {"genesys": 2, "zoom": 0, "teams": 0}


async def test_accounts_that_disagree_what_forbids_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with begun(tmp_path, monkeypatch) as story:
        story.teams.world.start_meeting(story.ann_in_teams)
        await until(lambda: story.shows("teams") is Presence.MEETING)
        facts = story.door.pages.context.running.service.world.facts("ann")
        assert permission(story.session, facts, LookReason.WATCH, HER_PAGE) is Because.IN_MEETING
        story.teams.world.hang_up(story.ann_in_teams)
        await story.meet()

        story.teams.world.start_call(story.ann_in_teams)
        await until(lambda: story.session.in_call)
        story.leaves()
        await story.seen_for(6.0)
        assert story.untouched(), "a call in Teams is not disturbed in Genesys"
        story.teams.world.hang_up(story.ann_in_teams)
        await until(lambda: story.in_genesys() == "Away from desk", PATIENCE_S)
        story.comes_back()
        await until(lambda: story.session.claim is None and story.in_genesys() == "Available", PATIENCE_S)

        story.teams.world.pick(story.ann_in_teams, "BeRightBack")
        await until(lambda: story.session.is_paused and story.session.look is None)
        story.genesys.world.set_presence(MIRA, "On Queue")
        await until(lambda: story.shows("genesys") is Presence.ON_QUEUE)
        assert story.session.is_paused, "while Teams is heard, Teams alone ends its break"
        story.teams.world.reset_status(story.ann_in_teams)
        await story.seen()


async def test_teams_goes_down_in_a_break_and_nothing_comes_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with begun(tmp_path, monkeypatch) as story:
        await story.meet()
        story.teams.world.pick(story.ann_in_teams, "BeRightBack")
        await until(lambda: story.session.is_paused)
        story.lose_teams()
        world = story.door.pages.context.running.service.world
        await until(lambda: bool(world.facts("ann").silent_since), PATIENCE_S)
        story.leaves()
        assert [one.platform for one, _ in world.facts("ann").silent_since] == ["teams"]
        assert story.session.is_paused, "what it forbade stands"
        story.comes_back()
        story.genesys.world.set_presence(MIRA, "Available")
        story.genesys.world.set_presence(MIRA, "On Queue")
        await story.seen()
        assert not story.session.is_paused, "who goes back to work has ended it"
        story.all_back()
        await until(lambda: story.session.is_paused and not world.facts("ann").silent_since, PATIENCE_S)
        story.teams.world.reset_status(story.ann_in_teams)
        await story.seen()
        assert story.untouched()


async def test_genesys_goes_down_and_nobody_is_looked_at_until_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with begun(tmp_path, monkeypatch) as story:
        await story.meet()
        story.lose_genesys()
        await until(lambda: story.session.hearing.in_the_dark, PATIENCE_S)
        assert story.session.look is None
        story.leaves()
        frames = story.session.spent.frames
        await until(lambda: story.session.refusal == Because.AUTHORITY_DOWN)
        now = time.time()
        await until(lambda: time.time() > now + 4.0)
        assert story.session.spent.frames == frames
        assert story.untouched()
        story.all_back()
        await until(lambda: story.in_genesys() == "Away from desk", PATIENCE_S)
        assert story.notices() >= 1, "told first, from anew"
        story.lose_genesys()
        await until(lambda: story.session.hearing.in_the_dark, PATIENCE_S)
        story.comes_back()
        story.all_back()
        await until(lambda: story.in_genesys() == "Available", PATIENCE_S)
        await until(lambda: story.session.claim is None)


async def test_with_teams_as_the_authority_genesys_and_zoom_tighten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with begun(tmp_path, monkeypatch, authority="teams") as story:
        await story.meet()
        talk = story.genesys.world.start_call(MIRA)
        story.genesys.world.answer(talk)
        await until(lambda: story.session.in_call)
        story.leaves()
        await story.seen_for(6.0)
        assert story.untouched(), "a call in Genesys is not disturbed in Teams"
        story.genesys.world.hang_up(talk)
        story.genesys.world.finish_acw(talk)
        await until(lambda: story.in_teams() == "Away", PATIENCE_S)
        assert story.notices() >= 1
        story.comes_back()
        await until(lambda: story.in_teams() == "Available", PATIENCE_S)
        await until(lambda: story.session.claim is None)
        assert (story.written()["genesys"], story.written()["zoom"]) == (0, 0)

        story.lose_teams()
        await until(lambda: story.session.hearing.in_the_dark, PATIENCE_S)
        assert story.session.look is None
        cards = story.cards()
        story.leaves()
        await until(lambda: story.session.refusal == Because.AUTHORITY_DOWN)
        story.comes_back()
        story.all_back()
        await story.seen()
        assert (story.cards(), story.in_teams()) == (cards, "Available")


async def test_with_zoom_as_the_authority_its_outage_makes_nobody_away_and_flags_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoom_states, "_BLIND_AFTER_S", 0.2)
    monkeypatch.setattr(zoom_states, "_PAUSE_S", 0.1)
    async with begun(tmp_path, monkeypatch, authority="zoom") as story:
        await story.meet()
        story.zoom.faults.unavailable = ALL_DAY
        await until(lambda: story.session.hearing.in_the_dark, PATIENCE_S)
        assert story.session.look is None
        story.leaves()
        frames = story.session.spent.frames
        await until(lambda: story.session.refusal == Because.AUTHORITY_DOWN)
        now = time.time()
        await until(lambda: time.time() > now + 4.0)
        assert story.session.spent.frames == frames, "its last word does not stand for a look"
        story.comes_back()
        story.all_back()
        await story.seen()
        assert not story.session.hearing.in_the_dark
        assert story.untouched()
