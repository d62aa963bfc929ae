"""The control plane does over HTTP what the simulator's methods do in a process."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
import pytest

from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.tenant import LEADS
from tests.teams.connector.cards import message
from tests.teams.connector.small_bot import SmallBot

Tell = Callable[..., Awaitable[Any]]


@pytest.fixture
async def http(sim: TeamsSimulator) -> AsyncIterator[httpx2.AsyncClient]:
    trusting = ssl.create_default_context(cafile=str(sim.ca_file))
    async with httpx2.AsyncClient(verify=trusting, trust_env=False, base_url=sim.control_url) as client:
        yield client


@pytest.fixture
def tell(http: httpx2.AsyncClient) -> Tell:
    async def told(verb: str, status: int = 200, **body: Any) -> Any:
        answer = await http.post(f"/{verb}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    return told


async def test_a_bot_is_installed_pressed_and_written_to(
    sim: TeamsSimulator, bot: SmallBot, http: httpx2.AsyncClient, tell: Tell
) -> None:
    assert (await tell("bot", url=bot.url, answer_s=2, retries_s=[0.01]))["answer_s"] == 2.0
    assert (await tell("install", team=True))["status"] == 200
    assert (await tell("install", who="Mira Halloran"))["status"] == 200
    name = sim.bot.connector.post(sim.world.team.channels[-1].id, message())["id"]
    (shown,) = (await http.get("/messages")).json()
    assert (shown["id"], shown["versions"]) == (name, 1)
    pressed = await tell("press", message_id=name, button="flag.ack", who=LEADS[0])
    assert (pressed["shown"], pressed["text"]) == ("message", "Noted.")
    assert (await tell("refresh", message_id=name, who=LEADS[0], manual=True))["shown"] == "message"
    assert (await tell("say", who="Mira Halloran", text="Hello", forged="audience"))["status"] == 200
    assert (await tell("uninstall", who="Mira Halloran"))["status"] == 200
    assert (await tell("uninstall", team=True))["status"] == 200
    assert [one["type"] for one in bot.heard[4:]] == [
        "invoke",
        "invoke",
        "message",
        *["conversationUpdate", "installationUpdate"] * 2,
    ]


async def test_rules_are_changed_by_name(sim: TeamsSimulator, http: httpx2.AsyncClient, tell: Tell) -> None:
    await tell("connector", limits={"send": [[1, 60]], "app": [5, 1], "retry_after": False})
    assert sim.bot.connector.limits.windows["send"] == ((1, 60.0),)
    assert (sim.bot.connector.limits.app, sim.bot.connector.limits.retry_after) == ((5, 1.0), False)
    await tell("connector", open_points={"splits": False})
    assert not sim.bot.connector.open_points.splits
    assert (await tell("workflow", limit_bytes=21_000))["limit_bytes"] == 21_000
    assert (await http.get("/posts")).json() == []
    channel = sim.world.team.channels[-1].id
    assert (await tell("conversation", id=channel))["gone"] == [channel]
    assert (await tell("conversation", id=channel, gone=False))["gone"] == []
    assert (await tell("block", who=LEADS[0]))["blocked"]
    assert LEADS[0] in sim.bot.conversations.blocked


@pytest.mark.parametrize(
    ("verb", "body", "why"),
    [
        ("press", {"message_id": "1", "button": "x", "who": "y"}, "no message '1'"),
        ("press", {}, "message_id"),
        ("say", {"who": "Mira Halloran", "text": "x", "forged": "handwriting"}, "no forgery"),
        ("say", {"who": "Nobody", "text": "x"}, "Nobody"),
        ("connector", {"limits": {"whispers": []}}, "no limit"),
        ("connector", {"open_points": {"splits": "yes"}}, "takes bool"),
        ("connector", {"open_points": {"splints": True}}, "no switch"),
        ("workflow", {"size": 1}, "no switch"),
        ("install", {"team": True, "channel_id": "19:x"}, "no channel"),
    ],
)
async def test_mistakes_come_back_with_a_sentence(
    tell: Tell, verb: str, body: dict[str, Any], why: str
) -> None:
    assert why in (await tell(verb, 400, **body))["error"]
