"""Judge: Microsoft's own client does with the simulator's Connector what a bot does with Teams."""

from __future__ import annotations

import ssl

import httpx
import pytest
from microsoft_teams.api import Account, ApiClient
from microsoft_teams.api.activities.message import MessageActivityInput
from microsoft_teams.api.clients.conversation import CreateConversationParams
from microsoft_teams.cards import AdaptiveCard, ExecuteAction, TextBlock

from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.tenant import LEADS, PEOPLE

# The client builds a deprecated part of itself whenever it is built.
pytestmark = pytest.mark.filterwarnings("ignore:The bot client is deprecated:DeprecationWarning")


def activity(text: str = "Away from desk") -> MessageActivityInput:
    card = AdaptiveCard(version="1.5", body=[TextBlock(text=text)])
    return MessageActivityInput().add_card(card.with_actions([ExecuteAction(title="Acknowledge", verb="a")]))


def shown(sim: TeamsSimulator, message_id: str) -> str:
    (attachment,) = sim.bot.conversations.messages[message_id].activity["attachments"]
    return str(attachment["content"]["body"][0]["text"])


async def test_it_begins_a_thread_changes_it_and_takes_it_away(
    sim: TeamsSimulator, official: ApiClient
) -> None:
    channel = sim.world.team.channels[-1].id
    begun = await official.conversations.create(
        CreateConversationParams(
            tenant_id=sim.tenant_id, activity=activity(), channel_data={"channel": {"id": channel}}
        )
    )
    assert begun.activity_id is not None
    assert begun.id == f"{channel};messageid={begun.activity_id}"
    assert shown(sim, begun.activity_id) == "Away from desk"
    sent = await official.conversations.update_activity(begun.id, begun.activity_id, activity("Back"))
    assert (sent.id, shown(sim, sent.id)) == (begun.activity_id, "Back")
    await official.conversations.delete_activity(begun.id, begun.activity_id)
    assert sim.bot.conversations.standing() == []


async def test_it_posts_and_answers(sim: TeamsSimulator, official: ApiClient) -> None:
    channel = sim.world.team.channels[-1].id
    first = await official.conversations.create_activity(channel, activity())
    reply = await official.conversations.reply_to_activity(channel, first.id, activity("Back"))
    stands = sim.bot.conversations.messages
    assert stands[reply.id].conversation_id == stands[first.id].conversation_id


async def test_it_writes_to_one_person(sim: TeamsSimulator, official: ApiClient) -> None:
    person, _ = PEOPLE[0]
    sim.bot.conversations.installed.add(person)
    chat = await official.conversations.create(
        CreateConversationParams(members=[Account(id=person)], tenant_id=sim.tenant_id)
    )
    sent = await official.conversations.create_activity(chat.id, activity("Are you there?"))
    assert sim.bot.conversations.messages[sent.id].conversation_id == chat.id
    sim.bot.clicking.block(person)
    with pytest.raises(httpx.HTTPStatusError) as refused:
        await official.conversations.create_activity(chat.id, activity())
    assert refused.value.response.status_code == 403
    assert "MessageWritesBlocked" in refused.value.response.text


async def test_it_reads_the_roster_and_the_team(sim: TeamsSimulator, official: ApiClient) -> None:
    channel, team = sim.world.team.channels[-1].id, sim.world.team
    lead = sim.world.user(LEADS[0])
    (member,) = await official.conversations.get_members(channel)
    assert (member.id, member.aad_object_id) == (lead.mri, lead.id)
    page = await official.conversations.get_paged_members(team.id)
    assert (page.members, page.continuation_token) == ([member], None)
    assert await official.conversations.get_member_by_id(channel, lead.id) == member
    details = await official.teams.get_by_id(team.id)
    assert (details.name, details.channel_count, details.aad_group_id) == (team.name, 2, team.group_id)
    general, flags = await official.teams.get_conversations(team.id)
    assert (general.id, flags.id, flags.name) == (team.id, channel, "Desk flags")


async def test_too_fast_is_429_with_the_time_to_wait(sim: TeamsSimulator, official: ApiClient) -> None:
    channel = sim.world.team.channels[-1].id
    sim.bot.connector.limits.windows = {
        **sim.bot.connector.limits.windows,
        "send": ((1, 60.0),),
    }
    await official.conversations.create_activity(channel, activity())
    with pytest.raises(httpx.HTTPStatusError) as refused:
        await official.conversations.create_activity(channel, activity())
    answer = refused.value.response
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "Throttled")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


async def test_a_lost_answer_leaves_the_message_standing(sim: TeamsSimulator, official: ApiClient) -> None:
    channel = sim.world.team.channels[-1].id
    sim.faults.add("POST /connector/.*/activities", cut="after")
    with pytest.raises(httpx.TransportError):
        await official.conversations.create_activity(channel, activity())
    again = await official.conversations.create_activity(channel, activity())
    assert len(sim.bot.conversations.standing()) == 2
    assert again.id in sim.bot.conversations.messages


async def test_an_answer_too_late_leaves_it_standing_too(sim: TeamsSimulator, official: ApiClient) -> None:
    official.http.http.timeout = httpx.Timeout(0.5)
    sim.faults.add("POST /connector/.*/activities", late_s=1.0)
    with pytest.raises(httpx.TimeoutException):
        await official.conversations.create_activity(sim.world.team.channels[-1].id, activity())
    assert len(sim.bot.conversations.standing()) == 1


async def test_a_page_instead_of_an_answer_names_no_message(sim: TeamsSimulator, official: ApiClient) -> None:
    sim.faults.add("POST /connector/.*/activities", html=True)
    sent = await official.conversations.create_activity(sim.world.team.channels[-1].id, activity())
    assert sent.id not in sim.bot.conversations.messages
    assert sim.bot.conversations.standing() == []


async def test_a_token_by_the_apps_secret_opens_the_connector(sim: TeamsSimulator) -> None:
    trusting = ssl.create_default_context(cafile=str(sim.ca_file))
    form = {
        "grant_type": "client_credentials",
        "client_id": sim.client_id,
        "client_secret": sim.client_secret,
        "scope": "https://api.botframework.com/.default",
    }
    team = f"{sim.service_url}/v3/teams/{sim.world.team.id}"
    async with httpx.AsyncClient(verify=trusting, trust_env=False, timeout=10) as http:
        given = await http.post(f"{sim.authority_url}/oauth2/v2.0/token", data=form)
        bearer = {"Authorization": f"Bearer {given.json()['access_token']}"}
        assert (await http.get(team, headers=bearer)).json()["id"] == sim.world.team.id
        assert (await http.get(team)).status_code == 401


@pytest.mark.parametrize("status", [412, 502, 504])
async def test_what_is_passing_changed_nothing(sim: TeamsSimulator, official: ApiClient, status: int) -> None:
    channel = sim.world.team.channels[-1].id
    sim.faults.add("POST /connector/.*/activities", status=status)
    with pytest.raises(httpx.HTTPStatusError):
        await official.conversations.create_activity(channel, activity())
    assert sim.bot.conversations.standing() == []


async def test_a_token_for_something_else_opens_nothing(sim: TeamsSimulator, official: ApiClient) -> None:
    wrong = official.clone()
    wrong.http.token = sim.authority.app_token("https://graph.microsoft.com").value
    with pytest.raises(httpx.HTTPStatusError) as refused:
        await wrong.teams.get_by_id(sim.world.team.id)
    assert refused.value.response.status_code == 401
