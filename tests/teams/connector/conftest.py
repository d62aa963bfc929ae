"""A simulator whose team has the bot, the vendor's own client against it, and a small bot of the tests."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import httpx
import pytest
from microsoft_teams.api import ApiClient
from microsoft_teams.common.http import Client, ClientOptions

from atdesk_teams.simulator import BOT_FRAMEWORK, TeamsSimulator
from tests.teams.connector.small_bot import SmallBot, small_bot


@pytest.fixture
async def sim() -> AsyncIterator[TeamsSimulator]:
    """The simulator, with the bot in the team and patience of test length."""
    async with TeamsSimulator() as simulator:
        simulator.bot.conversations.in_team = True
        simulator.bot.delivery.patience.retries_s = (0.01, 0.01)
        yield simulator


@pytest.fixture
async def official(sim: TeamsSimulator) -> AsyncIterator[ApiClient]:
    """Microsoft's client for the Connector."""
    trusting = ssl.create_default_context(cafile=str(sim.ca_file))
    token = sim.authority.app_token(BOT_FRAMEWORK).value
    async with httpx.AsyncClient(verify=trusting, trust_env=False, timeout=10) as http:
        yield ApiClient(sim.service_url, Client(ClientOptions(token=token), _http=http))


@pytest.fixture
async def bot(sim: TeamsSimulator) -> AsyncIterator[SmallBot]:
    """A bot that hears everything and answers as it is told."""
    async with small_bot() as listening:
        sim.bot.delivery.url = listening.url
        yield listening
