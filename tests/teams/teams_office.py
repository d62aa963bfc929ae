"""A whole service with Teams beside the scripted platform: cards go there, and Ann is told there.

Service, store and sessions are real; Teams is the simulator, or whatever the table points at. The agent's
camera and state are on the scripted platform, so that a story takes seconds.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from atdesk_core.identity import LinkHow, confirm_link, propose_link
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.service import Service
from atdesk_core.store import Store
from atdesk_core.web.app import build_app
from atdesk_core.web.server import serving
from atdesk_sdk import AccountRef, AdapterSpec, Capabilities
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from atdesk_teams.adapter import build
from atdesk_teams.config import CAPABILITIES, TeamsConfig
from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.conversations import Message
from tests.core.runtime.office import Office, account
from tests.teams.bot_desk import bot_table, card_in


@dataclass
class TeamsOffice(Office):
    """The office, with Teams.

    Attributes:
        table: The table `[[teams]]`.
        people: Entra object id of everybody who has an account there.
    """

    table: Mapping[str, Any] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)

    def _config(self, adapter: ScriptedAdapter) -> Config:
        config = super()._config(adapter)
        table = TeamsConfig(**self.table)
        spec = AdapterSpec("teams", "1", TeamsConfig, CAPABILITIES, build)
        return replace(config, adapters=(*config.adapters, (spec, table)))

    async def _fill(self, store: Store) -> None:
        await super()._fill(store)
        for agent_id, object_id in self.people.items():
            ref = AccountRef("teams", str(self.table["tenant"]), object_id)
            await propose_link(store, agent_id, ref, LinkHow.VERIFIED_EMAIL)
            await confirm_link(store, agent_id, ref, "H. R.", time.time())

    @asynccontextmanager
    async def serving_at(self, port: int = 0) -> AsyncIterator[tuple[Service, str]]:
        """The service behind its own web server; and the bot's messaging endpoint there."""
        async with self.open() as service:
            app = build_app(service.ingresses(), service.health)
            async with serving(app, "127.0.0.1", port) as listening:
                yield service, f"http://127.0.0.1:{listening}/ingress/teams/messages"


@dataclass
class SimulatedOffice(TeamsOffice):
    """With the simulated tenant: Ann is its first agent, Lee its lead."""

    sim: TeamsSimulator = field(default_factory=TeamsSimulator)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Service]:
        """The service; what people do in Teams reaches it."""
        async with self.serving_at() as (service, endpoint):
            self.sim.bot.delivery.url = endpoint
            yield service

    def flag_cards(self) -> list[Message]:
        """What stands in the leads' channel, in order."""
        channel = self.sim.world.team.channels[-1].id
        messages = self.sim.bot.conversations.messages.values()
        return [one for one in messages if one.conversation_id.startswith(channel)]

    def notices(self, agent_id: str = "ann") -> list[Message]:
        """What stands in an agent's own chat, in order."""
        chat = self.sim.bot.conversations.chat(self.people[agent_id])
        messages = self.sim.bot.conversations.messages.values()
        return [one for one in messages if one.conversation_id == chat]


@asynccontextmanager
async def simulated_office(
    sim: TeamsSimulator, folder: Path, *others: str, **changes: Any
) -> AsyncIterator[SimulatedOffice]:
    """The office before a running simulator, whose secret is in the environment.

    Args:
        sim: The tenant.
        folder: For all that outlives the service.
        others: More agents, without accounts in Teams.
        changes: Of the table `[[teams]]`.
    """
    names = ("ann", *others)
    platform = ScriptedPlatform([account(one) for one in (*names, "lee")], time.time)
    people = {"ann": sim.world.agents[0].id, "lee": sim.world.leads[0]}
    sim.bot.conversations.in_team = True
    sim.bot.conversations.installed |= set(people.values())
    sim.bot.delivery.patience.retries_s = (0.01, 0.01)
    yield SimulatedOffice(
        folder,
        platform,
        names,
        capabilities=Capabilities(flag_private=True),
        table=bot_table(sim, folder, write="off", **changes),
        people=people,
        sim=sim,
    )


def shown(message: Message) -> dict[str, Any]:
    """The card of a message."""
    return card_in(message)
