"""The workflow's webhook: its address is the credential, 28 KB, and what it cannot show."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from atdesk_teams.simulator import TeamsSimulator
from tests.teams.connector.cards import card, message


def one_way(title: str = "Away from desk") -> dict[str, Any]:
    return card(title, actions=[{"type": "Action.OpenUrl", "title": "Open", "url": "https://desk.example/"}])


@pytest.fixture
async def http(sim: TeamsSimulator) -> AsyncIterator[httpx2.AsyncClient]:
    trusting = ssl.create_default_context(cafile=str(sim.ca_file))
    async with httpx2.AsyncClient(verify=trusting, trust_env=False) as client:
        yield client


@pytest.fixture
def url(sim: TeamsSimulator) -> str:
    return str(sim.announcement()["workflows_url"])


async def test_a_card_is_accepted_and_shown(sim: TeamsSimulator, http: httpx2.AsyncClient, url: str) -> None:
    answer = await http.post(url, json=message(one_way()))
    assert (answer.status_code, answer.content) == (202, b"")
    (post,) = sim.bot.workflow.posts
    assert (post.shown, post.card, post.why) == (True, one_way(), "")


async def test_twice_is_two_cards(sim: TeamsSimulator, http: httpx2.AsyncClient, url: str) -> None:
    for _ in range(2):
        await http.post(url, json=message(one_way()))
    assert len(sim.bot.workflow.posts) == 2


async def test_another_signature_opens_nothing(
    sim: TeamsSimulator, http: httpx2.AsyncClient, url: str
) -> None:
    for wrong in (url[:-1], url.partition("?")[0]):
        assert (await http.post(wrong, json=message(one_way()))).status_code == 401
    assert sim.bot.workflow.posts == []


async def test_more_than_28_kilobytes_is_too_large(
    sim: TeamsSimulator, http: httpx2.AsyncClient, url: str
) -> None:
    answer = await http.post(url, json=message(one_way("x" * 28 * 1024)))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "RequestEntityTooLarge")
    sim.bot.workflow.rules.limit_bytes = 40 * 1024
    assert (await http.post(url, json=message(one_way("x" * 28 * 1024)))).status_code == 202


async def test_a_workflow_dies_with_its_owner(
    sim: TeamsSimulator, http: httpx2.AsyncClient, url: str
) -> None:
    sim.bot.workflow.rules.owned = False
    assert (await http.post(url, json=message(one_way()))).status_code == 404


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"text": "Away from desk"}, "only Adaptive Cards"),
        ({"attachments": [{"contentType": "text/plain"}]}, "only Adaptive Cards"),
        (message(card(version="1.6")), "1.5 is the newest"),
    ],
)
async def test_what_cannot_be_shown_is_accepted_all_the_same(
    sim: TeamsSimulator, http: httpx2.AsyncClient, url: str, body: dict[str, Any], why: str
) -> None:
    assert (await http.post(url, json=body)).status_code == 202
    (post,) = sim.bot.workflow.posts
    assert not post.shown
    assert why in post.why


async def test_buttons_that_need_a_bot_are_dead(
    sim: TeamsSimulator, http: httpx2.AsyncClient, url: str
) -> None:
    await http.post(url, json=message())
    (post,) = sim.bot.workflow.posts
    assert (post.shown, post.why) == (True, "dead buttons: Acknowledge, Dismiss it")


async def test_what_is_no_json(http: httpx2.AsyncClient, url: str) -> None:
    assert (await http.post(url, content=b"{")).status_code == 400


async def test_the_address_stands_in_no_journal(
    sim: TeamsSimulator, http: httpx2.AsyncClient, url: str
) -> None:
    await http.post(url, json=message(one_way()))
    assert sim.journal.find("workflows")
    assert all(sim.bot.workflow.signature not in str(entry) for entry in sim.journal.find())
