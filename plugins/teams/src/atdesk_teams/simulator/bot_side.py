"""Everything of the simulator that a bot has to do with, joined: one line for whoever runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.routing import BaseRoute

from atdesk_teams.simulator.activities import Activities
from atdesk_teams.simulator.authority import Authority
from atdesk_teams.simulator.bot_control import BotControl
from atdesk_teams.simulator.clicking import Clicking
from atdesk_teams.simulator.connector import Connector
from atdesk_teams.simulator.connector_rest import PREFIX, connector_routes
from atdesk_teams.simulator.conversations import Conversations
from atdesk_teams.simulator.delivery import Delivery
from atdesk_teams.simulator.journal import Journal
from atdesk_teams.simulator.workflows import Workflow
from atdesk_teams.simulator.world import World


class BotSide:
    """The Connector, the people who use the bot, and the workflow.

    Args:
        world: The tenant.
        authority: Its tokens; `base_url` is read when it is needed.
        journal: What arrived and what was sent.

    Attributes:
        conversations: What there is to talk in, and the messages that stand there.
        connector: What the bot can do; its `limits` and `open_points` are switches.
        delivery: The way to the bot; set its `url` to the bot's messaging endpoint.
        clicking: What people do with the bot.
        workflow: The incoming webhook.
    """

    def __init__(self, world: World, authority: Authority, journal: Journal) -> None:
        self._authority = authority
        self.conversations = Conversations(authority.registration.client_id, world)
        self.connector = Connector(self.conversations, world.clock)
        self.delivery = Delivery(authority, journal)
        # Teams' own end in a slash, too.
        activities = Activities(self.conversations, lambda: f"{self.service_url}/")
        self.clicking = Clicking(self.conversations, activities, self.delivery, world.clock)
        self.workflow = Workflow(world.clock)

    @property
    def service_url(self) -> str:
        """Where the bot reaches the Connector."""
        return f"{self._authority.base_url}{PREFIX}"

    def routes(self) -> list[BaseRoute]:
        """The Connector, the workflow's trigger, and the control plane of both."""
        control = BotControl(self.connector, self.clicking, self.workflow)
        return [
            *connector_routes(self.connector, self._authority),
            *self.workflow.routes(),
            *control.routes(),
        ]

    def announcement(self) -> Mapping[str, Any]:
        """What a bot's configuration needs."""
        team = self.conversations.tenant.team
        return {
            "bot_id": self.conversations.bot_id,
            "service_url": self.service_url,
            "team_id": team.id,
            "channel_id": team.channels[-1].id,
            "workflows_url": self.workflow.url(self._authority.base_url),
        }

    async def aclose(self) -> None:
        """Let go of the connections to the bot. Closing twice is fine."""
        await self.delivery.aclose()
