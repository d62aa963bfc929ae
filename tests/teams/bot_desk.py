"""A running adapter with its bot, a real HTTP server before it, and the people of the simulated Teams."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from atdesk_core.web.server import serving
from atdesk_sdk.adapter import Ingress, RawRequest
from atdesk_sdk.events import AccountRef
from atdesk_sdk.flags import FlagView, MessageRef
from atdesk_sdk.health import HealthStatus
from atdesk_sdk.testing import RecordingHost, sample_flag
from atdesk_teams.adapter import build
from atdesk_teams.bot_duties import WithBot
from atdesk_teams.config import TeamsConfig
from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.conversations import Message
from tests.teams.desk import table


def bot_table(sim: TeamsSimulator, folder: Path, **changes: Any) -> dict[str, Any]:
    """The table of a tenant with a bot."""
    return table(
        sim,
        folder,
        **{
            "bot_id": sim.client_id,
            "service_url": sim.service_url,
            "service_hosts": ["localhost"],
            "bot_openid_url": f"{sim.base_url}/botframework/v1/.well-known/openidconfiguration",
            "team_id": sim.world.team.id,
            "channel_id": sim.world.team.channels[-1].id,
            "channels_private": True,
            "poll_s": 5.0,
        }
        | changes,
    )


@dataclass
class BotDesk:
    """An adapter with a bot, and its platform."""

    sim: TeamsSimulator
    adapter: WithBot
    host: RecordingHost

    @property
    def lead(self) -> str:
        """Who leads."""
        return self.sim.world.leads[0]

    @property
    def agent(self) -> str:
        """The first agent."""
        return self.sim.world.agents[0].id

    def account(self, user: str | None = None) -> AccountRef:
        """The account of somebody."""
        return AccountRef("teams", self.sim.tenant_id, user or self.agent)

    def health(self) -> HealthStatus:
        """The last word on it."""
        return self.host.reports[-1].status

    def message(self, ref: MessageRef) -> Message:
        """What stands there."""
        return self.sim.bot.conversations.messages[ref.external_id]

    @property
    def messages(self) -> list[Message]:
        """Everything that stands anywhere, in order."""
        return list(self.sim.bot.conversations.messages.values())


def flag(number: str = "K7Q2", **changes: Any) -> FlagView:
    """A flag as a private channel gets it."""
    return sample_flag(number, since=time.time() - 60, private=True, **changes)


def card_in(message: Message) -> dict[str, Any]:
    """The card of a message."""
    (attachment,) = message.activity["attachments"]
    return dict(attachment["content"])


def facts(card: dict[str, Any]) -> dict[str, str]:
    """Title and value of every fact."""
    sets = [part for part in card["body"] if part["type"] == "FactSet"]
    return {fact["title"]: fact["value"] for one in sets for fact in one["facts"]}


def texts(card: dict[str, Any]) -> list[str]:
    """Every line of text."""
    return [part["text"] for part in card["body"] if part["type"] == "TextBlock"]


def verbs(card: dict[str, Any]) -> list[str]:
    """What can be pressed, in cards within the card too; links by their type."""
    found = []
    for action in card.get("actions", []):
        if action["type"] == "Action.ShowCard":
            found += verbs(action["card"])
        else:
            found.append(action.get("verb", action["type"]))
    return found


def bridge(adapter: Ingress) -> Starlette:
    """What core does with an `Ingress`."""

    async def endpoint(request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        raw = RawRequest("POST", request.url.path, headers, {}, await request.body(), time.time())
        answer = await adapter.handle(raw)
        return Response(answer.body, answer.status, dict(answer.headers))

    return Starlette(
        routes=[Route(route.path, endpoint, methods=[route.method]) for route in adapter.routes()]
    )


@asynccontextmanager
async def bot_desk_at(sim: TeamsSimulator, folder: Path, **changes: Any) -> AsyncIterator[BotDesk]:
    """Start an adapter whose app is in the leads' team; what people do reaches it over real HTTP."""
    adapter = build(TeamsConfig(**bot_table(sim, folder, **changes)))
    assert isinstance(adapter, WithBot)
    host = RecordingHost()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(adapter.aclose)
        port = await stack.enter_async_context(serving(bridge(adapter), "127.0.0.1", 0))
        sim.bot.delivery.url = f"http://127.0.0.1:{port}/messages"
        sim.bot.delivery.patience.retries_s = (0.01, 0.01)
        sim.bot.conversations.in_team = True
        await adapter.start(host)
        yield BotDesk(sim, adapter, host)
