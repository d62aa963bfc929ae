"""The whole way of one click: the service tells the agent in Zoom, the agent clicks, the flag is withdrawn.

Service, store and sessions are real; Zoom is the simulator, and notices, cards and clicks go over HTTP. The
agent's camera and state are on a scripted platform beside it, so that the story takes seconds.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from atdesk_core.identity import LinkHow, confirm_link, propose_link
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.service import Service
from atdesk_core.store import Store
from atdesk_core.web.app import build_app
from atdesk_core.web.server import serving
from atdesk_sdk import AccountRef, AdapterSpec, Capabilities, FlagStatus
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from atdesk_zoom.abilities import capabilities
from atdesk_zoom.config import ZoomConfig
from atdesk_zoom.connection import ZoomAdapter
from atdesk_zoom.notices import Choice, read_button
from atdesk_zoom.simulator import ZoomSimulator
from atdesk_zoom.simulator.chat import Card
from tests.core.runtime.office import Office, account, until
from tests.zoom.running import ANN, CHANNEL, PATIENCE, config_for


def _zoom(table: ZoomConfig) -> ZoomAdapter:
    return ZoomAdapter(table, PATIENCE)


@dataclass
class ZoomOffice(Office):
    """The office, with Zoom beside the scripted platform: cards go there, and Ann is told there."""

    sim: ZoomSimulator = field(default_factory=ZoomSimulator)

    def _config(self, adapter: ScriptedAdapter) -> Config:
        config = super()._config(adapter)
        spec = AdapterSpec("zoom", "1", ZoomConfig, capabilities(private=True), _zoom)
        return replace(config, adapters=(*config.adapters, (spec, config_for(self.sim))))

    async def _fill(self, store: Store) -> None:
        await super()._fill(store)
        ann = AccountRef("zoom", self.sim.credentials.account_id, ANN)
        await propose_link(store, "ann", ann, LinkHow.VERIFIED_EMAIL)
        await confirm_link(store, "ann", ann, "H. R.", time.time())

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Service]:
        """The service behind its own web server, to which Zoom sends the clicks."""
        async with self.open() as service:
            app = build_app(service.ingresses(), service.health)
            async with serving(app, "127.0.0.1", 0) as port:
                self.sim.bot.url = f"http://127.0.0.1:{port}/ingress/zoom-test/bot"
                yield service

    def notices(self) -> list[Card]:
        """What stands in Ann's own chat, in order."""
        return [card for card in self.sim.chat.cards.values() if card.to_jid == self.sim.people[ANN].jid]

    def flag_cards(self) -> list[Card]:
        """What stands in the leads' channel."""
        return [card for card in self.sim.chat.cards.values() if card.to_jid == CHANNEL]

    def click(self, card: Card, choice: Choice) -> None:
        """Ann presses this button."""
        values = (item["value"] for item in card.buttons())
        value = next(one for one in values if read_button(one).choice is choice)
        self.sim.chat.click(card.message_id, value, ANN)


@asynccontextmanager
async def zoom_office(folder: Path) -> AsyncIterator[ZoomOffice]:
    platform = ScriptedPlatform([account("ann"), account("lee")], time.time)
    async with ZoomSimulator() as sim:
        yield ZoomOffice(folder, platform, capabilities=Capabilities(flag_private=True), sim=sim)


def status(card: Card) -> str:
    (section,) = [block for block in card.content["body"] if block["type"] == "section"]
    fields = {one["key"]: one["value"] for part in section["sections"] for one in part["items"]}
    return str(fields["Status"])


async def test_a_click_on_the_notice_withdraws_the_flag_and_both_messages_say_so(tmp_path: Path) -> None:
    async with zoom_office(tmp_path) as office, office.at_work() as service:
        office.show("nobody")
        await until(lambda: bool(office.flag_cards()) and len(office.notices()) == 2)
        (flag,) = service.room.session("ann").flags
        (card,), (first, made_away) = office.flag_cards(), office.notices()
        assert status(card) == "Waits for an answer"
        office.click(made_away, Choice.BREAK)
        await until(lambda: status(card).startswith("It was a break") and made_away.versions == 2)
        assert card.buttons() == []
        assert "it was a break" in str(made_away.content["body"])
        session = service.room.session("ann")
        assert (session.flags, session.claim, session.is_paused) == ((), None, True)
        kept = await service.store.flag(flag.number)
        assert kept is not None
        assert kept.status == FlagStatus.WITHDRAWN
        office.click(first, Choice.BREAK)  # the same absence: noted already
        await until(lambda: first.versions == 2)
        office.click(made_away, Choice.BACK)
        await until(lambda: not service.room.session("ann").is_paused)


async def test_a_pause_on_the_first_notice_ends_the_matter_before_a_lead_sees_it(tmp_path: Path) -> None:
    async with zoom_office(tmp_path) as office:
        slow = office.policy.absence.model_copy(update={"agent_first_s": 6.0, "min_flag_s": 7.0})
        office.policy = office.policy.model_copy(update={"absence": slow})
        async with office.at_work() as service:
            office.show("nobody")
            await until(lambda: bool(office.notices()))
            (first,) = office.notices()
            office.click(first, Choice.PAUSE)
            await until(lambda: first.versions == 2)
            session = service.room.session("ann")
            assert session.is_paused
            assert (session.look, session.claim, session.flags, session.episodes) == (None, None, (), ())
            assert office.flag_cards() == []
            assert office.platform.writes == []
