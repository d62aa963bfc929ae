"""The Agents Playground starts, takes a card from Microsoft's own client, and shows it in Chromium.

And what it sends a bot is what our simulator sends one: it was written by others, after the same platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from microsoft_teams.api import ApiClient
from microsoft_teams.api.clients.conversation import CreateConversationParams
from microsoft_teams.common.http import Client, ClientOptions
from playwright.async_api import expect

from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.tenant import CLIENT_ID, LEADS, PEOPLE, TENANT_ID
from tests.browser.chromium import NO_CHROMIUM, browsing, chromium_path
from tests.teams.connector.cards import CARD_TYPE, card, message
from tests.teams.connector.small_bot import SmallBot
from tests.teams.playground import Player, Playground, Scene, playground, show

# The client builds a deprecated part of itself whenever it is built.
pytestmark = pytest.mark.filterwarnings("ignore:The bot client is deprecated:DeprecationWarning")

SCENE = Scene(TENANT_ID, CLIENT_ID, Player(LEADS[0], "Sami Castellan"), [Player(*PEOPLE[0])])
#: What only a client on somebody's screen knows, or says of itself.
_OF_THE_CLIENT = {"locale", "entities", "localTimestamp", "localTimezone"}


async def begin_thread(running: Playground, content: dict[str, Any]) -> str:
    """Post a card by the bare client; the id of its message."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        client = ApiClient(running.service_url, Client(ClientOptions(token="any"), _http=http))
        # The client's own parameters leave out what the Playground tells a channel by.
        wanted = {
            "isGroup": True,
            "tenantId": TENANT_ID,
            "channelData": {"channel": {"id": running.scene.channel_id}},
            "activity": message(content),
        }
        begun = await client.conversations.create(CreateConversationParams.model_validate(wanted))
    return str(begun.activity_id)


async def test_a_card_is_shown_and_its_button_reaches_the_bot(
    sim: TeamsSimulator, bot: SmallBot, tmp_path: Path
) -> None:
    path = chromium_path()
    if path is None:
        pytest.skip(NO_CHROMIUM)
    async with playground(bot.url, tmp_path, SCENE) as running, browsing(path) as browser:
        page = await browser.new_page()
        await show(page, running)
        name = await begin_thread(running, card("Away from desk"))
        await expect(page.get_by_text("Away from desk")).to_be_visible()
        await expect(page.get_by_text("10:02:11")).to_be_visible()
        bot.said = (200, {"statusCode": 200, "type": CARD_TYPE, "value": card("Taken by you")})
        await page.get_by_role("button", name="Acknowledge").click()
        await expect(page.get_by_text("Taken by you")).to_be_visible()
    pressed = next(one for one in bot.heard if one["type"] == "invoke")
    assert pressed["replyToId"] == name
    assert pressed["from"]["aadObjectId"] == LEADS[0]
    assert pressed["value"]["action"]["verb"] == "flag.ack"
    await _same_shapes(sim, bot, bot.heard[:])


async def _same_shapes(sim: TeamsSimulator, bot: SmallBot, theirs: list[dict[str, Any]]) -> None:
    """Do the same things in our simulator, and compare what the bot gets to hear of them."""
    bot.heard.clear()
    await sim.bot.clicking.install(LEADS[0])
    await sim.bot.clicking.add_to_team(LEADS[0])
    channel = sim.world.team.channels[-1].id
    name = sim.bot.connector.post(channel, message())["id"]
    await sim.bot.clicking.press(name, "flag.ack", LEADS[0])
    ours = {_kind(one): one for one in bot.heard}
    assert {_kind(one) for one in theirs} == set(ours)
    for one in theirs:
        assert _missing(one, ours[_kind(one)]) == []


def _kind(activity: Mapping[str, Any]) -> tuple[str, str]:
    return activity["type"], activity["conversation"]["conversationType"]


def _missing(theirs: Any, ours: Any, path: str = "") -> list[str]:
    """The keys that their activity has and ours has not."""
    if isinstance(theirs, list):
        # Who is named first in a list means nothing.
        return [one for their in theirs for one in min((_missing(their, our, path) for our in ours), key=len)]
    if not isinstance(theirs, Mapping):
        return []
    found = [f"{path}{key}" for key in theirs if key not in ours and key not in _OF_THE_CLIENT]
    both = [key for key in theirs if key in ours and key != "data"]
    return found + [one for key in both for one in _missing(theirs[key], ours[key], f"{path}{key}.")]


async def test_a_scene_it_does_not_take_is_told(bot: SmallBot, tmp_path: Path) -> None:
    wrong = Scene(TENANT_ID, CLIENT_ID, Player(LEADS[0], "Sami"), [Player(LEADS[0], "The same person")])
    with pytest.raises(RuntimeError, match="unique"):
        async with playground(bot.url, tmp_path, wrong):
            pytest.fail("it started")
