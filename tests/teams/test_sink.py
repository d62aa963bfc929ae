"""Flags in the leads' channel: posted, changed in place, counted against Teams' limits; who reads them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest

from atdesk_sdk.adapter import AgentNotice, ChannelMembers, DigestSink, FlagSink, Ingress, MessageLookup
from atdesk_sdk.errors import CredentialsBad, GiveUp, OutcomeUnknown, TryLater
from atdesk_sdk.events import AccountRef
from atdesk_sdk.flags import FlagDigest, FlagStatus
from atdesk_sdk.health import HealthStatus
from atdesk_teams.flow import APP_LIMITS, LIMITS, Flow
from atdesk_teams.simulator import TeamsSimulator
from tests.teams.bot_desk import BotDesk, bot_desk_at, card_in, facts, flag, texts, verbs
from tests.teams.desk import until


class Opens(Protocol):
    """Starts an adapter with changes to its table."""

    def __call__(self, **changes: object) -> AbstractAsyncContextManager[BotDesk]: ...


@pytest.fixture
def open_bot(sim: TeamsSimulator, tmp_path: Path) -> Opens:
    return partial(bot_desk_at, sim, tmp_path)


@pytest.fixture
async def here(open_bot: Opens) -> AsyncIterator[BotDesk]:
    async with open_bot() as running:
        yield running


async def test_a_card_is_posted_and_changed_in_place(here: BotDesk) -> None:
    ref = await here.adapter.post(flag())
    message = here.message(ref)
    assert message.conversation_id.startswith(here.sim.world.team.channels[-1].id)
    assert texts(card_in(message))[0].startswith("Flag K7Q2: ")
    assert verbs(card_in(message)) == ["flag.ack", "flag.dismiss", "Action.OpenUrl"]
    await here.adapter.update(ref, replace(flag(), status=FlagStatus.DISMISSED))
    assert verbs(card_in(message)) == ["Action.OpenUrl"]
    assert facts(card_in(message))["Status"].startswith("Dismissed")
    assert (message.versions, len(here.messages)) == (2, 1)


async def test_a_toast_says_nothing_of_what_was_found(here: BotDesk) -> None:
    message = here.message(await here.adapter.post(flag()))
    assert message.activity["summary"] == "A flag for you, in atdesk"
    assert message.activity["channelData"]["notification"] == {"alert": True}


async def test_a_team_may_have_its_own_channel(open_bot: Opens, sim: TeamsSimulator) -> None:
    general = sim.world.team.channels[0].id
    async with open_bot(team_channels={"Claims, first line": general}) as here:
        ref = await here.adapter.post(replace(flag(), team="Claims, first line"))
        other = await here.adapter.post(replace(flag("A2B3"), team="Sales"))
        assert ref.channel.startswith(general)
        assert not other.channel.startswith(general)


async def test_a_digest_is_posted_and_changed_in_place(here: BotDesk) -> None:
    digest = FlagDigest("support", (flag("AAAA"), flag("BBBB")))
    ref = await here.adapter.post_digest(digest)
    assert texts(card_in(here.message(ref)))[0] == "2 flags at once"
    await here.adapter.update_digest(ref, replace(digest, flags=(*digest.flags, flag("CCCC"))))
    assert texts(card_in(here.message(ref)))[0] == "3 flags at once"
    assert len(here.messages) == 1


async def test_it_claims_what_it_can_and_no_lookup(here: BotDesk) -> None:
    """A bot may not read a channel, so what was posted and whose answer was lost cannot be found."""
    for protocol in (FlagSink, DigestSink, ChannelMembers, AgentNotice, Ingress):
        assert isinstance(here.adapter, protocol)
    assert not isinstance(here.adapter, MessageLookup)
    assert here.adapter.capabilities.shows_findings


async def test_a_channel_that_others_read_is_no_place_for_findings(open_bot: Opens) -> None:
    async with open_bot(channels_private=False) as here:
        assert not here.adapter.capabilities.shows_findings


async def test_who_reads_the_channel_is_told_by_every_page(here: BotDesk) -> None:
    here.sim.bot.connector.open_points.smallest_page = 1
    asked = here.sim.bot.conversations.tenant.team.members
    assert await here.adapter.members() == {here.account(one.user_id) for one in asked}


async def test_who_has_no_id_in_entra_reads_it_all_the_same(
    here: BotDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(here.sim.bot.connector.open_points, "roster_object_id", "somethingElse")
    (somebody,) = await here.adapter.members()
    assert somebody == AccountRef("teams", here.sim.tenant_id, here.sim.world.user(here.lead).mri)


async def test_a_lost_answer_is_unknown_for_a_post_and_harmless_for_a_change(here: BotDesk) -> None:
    here.sim.faults.add("POST /connector/v3/conversations", cut="after")
    with pytest.raises(OutcomeUnknown):
        await here.adapter.post(flag())
    assert len(here.messages) == 1, "it was carried out"
    ref = await here.adapter.post(flag("AAAA"))
    here.sim.faults.add("PUT /connector/", cut="after")
    with pytest.raises(TryLater):
        await here.adapter.update(ref, flag("AAAA"))


@pytest.mark.parametrize("status", [412, 429, 502, 503, 504])
async def test_not_now_is_later(here: BotDesk, status: int) -> None:
    here.sim.faults.add("POST /connector/v3/conversations", status=status, retry_after=1)
    with pytest.raises(TryLater) as later:
        await here.adapter.post(flag())
    assert later.value.retry_after_s == 1.0
    await here.adapter.post(flag())
    assert len(here.messages) == 1


async def test_what_nobody_documents_may_have_been_done(here: BotDesk) -> None:
    here.sim.faults.add("POST /connector/v3/conversations", status=500)
    with pytest.raises(OutcomeUnknown):
        await here.adapter.post(flag())


async def test_html_in_place_of_an_answer_is_unknown(here: BotDesk) -> None:
    here.sim.faults.add("POST /connector/v3/conversations", html=True)
    with pytest.raises(OutcomeUnknown, match="proxy"):
        await here.adapter.post(flag())


async def test_an_app_that_is_not_in_the_team_is_said_once_and_its_return_once(here: BotDesk) -> None:
    here.sim.bot.conversations.in_team = False
    for _ in range(2):
        with pytest.raises(GiveUp, match="add it there"):
            await here.adapter.post(flag())
    said = [one for one in here.host.reports if one.status is HealthStatus.DEGRADED]
    assert len(said) == 1
    assert "not in this team" in said[0].message
    here.sim.bot.conversations.in_team = True
    await here.adapter.post(flag())
    assert here.health() is HealthStatus.UP


async def test_a_connector_that_is_out_of_reach_is_said_once_and_its_return_once(here: BotDesk) -> None:
    for status in (503, 502, 504):
        here.sim.faults.add("POST /connector/v3/conversations", status=status)
        with pytest.raises(TryLater):
            await here.adapter.post(flag())
    said = [one.message for one in here.host.reports if one.status is HealthStatus.DEGRADED]
    assert said == ["the Bot Connector is out of reach: cards and notices wait until it is back"]
    await here.adapter.post(flag())
    assert here.health() is HealthStatus.UP


async def test_a_refused_token_is_asked_for_anew_once(here: BotDesk) -> None:
    here.sim.faults.add("POST /connector/v3/conversations", status=401)
    await here.adapter.post(flag())
    here.sim.faults.add("POST /connector/v3/conversations", status=401, times=2)
    with pytest.raises(CredentialsBad, match="bot_secret"):
        await here.adapter.post(flag("AAAA"))
    assert here.health() is HealthStatus.DEGRADED
    await here.adapter.post(flag("BBBB"))
    assert here.health() is HealthStatus.UP


async def test_a_channel_is_not_flooded(here: BotDesk) -> None:
    """What would break Teams' limits goes back to the engine with a time, before Teams has to refuse it.

    What was sent in time may still arrive in a bunch where the line is slow: Teams refuses that, and it goes
    back as well. See the flow's own test for when messages are sent.
    """
    posts = (here.adapter.post(flag(f"A{number}")) for number in range(20))
    came = await asyncio.gather(*posts, return_exceptions=True)
    later = [one for one in came if isinstance(one, TryLater)]
    unsent = [one for one in later if "429" not in str(one)]
    assert [str(one) for one in unsent if (one.retry_after_s or 0) <= 2] == []
    assert len(later) + len(here.messages) == 20
    assert len(unsent) >= 4
    assert {one.note for one in here.sim.journal.find("connector", "POST", "in")} <= {"201", "429"}


async def test_where_teams_asks_for_a_pause_nothing_more_is_sent_meanwhile(here: BotDesk) -> None:
    here.sim.faults.add("POST /connector/v3/conversations", status=429, retry_after=30)
    with pytest.raises(TryLater):
        await here.adapter.post(flag())
    asked = len(here.sim.journal.find("connector", "POST", "in"))
    with pytest.raises(TryLater) as later:
        await here.adapter.post(flag("AAAA"))
    assert 25 < (later.value.retry_after_s or 0) <= 30
    assert len(here.sim.journal.find("connector", "POST", "in")) == asked


def test_the_flow_keeps_every_limit_of_a_conversation() -> None:
    flow, now, times = Flow(), 0.0, []
    for _ in range(200):
        now += flow.wait_s("chat", now)
        flow.sent("chat", now)
        times.append(now)
    for most, seconds in LIMITS:
        assert all(sum(begin <= at < begin + seconds for at in times) <= most for begin in times)


def test_the_flow_keeps_the_limit_of_the_app_over_many_conversations() -> None:
    flow, now, times = Flow(), 0.0, []
    for number in range(200):
        now += flow.wait_s(f"chat {number}", now)
        flow.sent(f"chat {number}", now)
        times.append(now)
    for most, seconds in APP_LIMITS:
        assert all(sum(begin <= at < begin + seconds for at in times) <= most for begin in times)


async def test_a_card_can_be_posted_and_changed_after_a_restart(open_bot: Opens, sim: TeamsSimulator) -> None:
    """From what was kept: the second process has heard nothing from Teams."""
    async with open_bot() as here:
        await here.sim.bot.clicking.add_to_team(here.lead)
        ref = await here.adapter.post(flag())
    wrong = f"{sim.base_url}/nothing-is-here"
    async with open_bot(service_url=wrong) as here:
        await here.adapter.update(ref, replace(flag(), status=FlagStatus.ACKNOWLEDGED))
        await here.adapter.post(flag("AAAA"))
        assert facts(card_in(here.message(ref)))["Status"] == "Confirmed."


async def test_nothing_but_ids_is_kept(open_bot: Opens, tmp_path: Path) -> None:
    async with open_bot() as here:
        await here.sim.bot.clicking.add_to_team(here.lead)
        await here.sim.bot.clicking.install(here.agent)
        await here.adapter.post(flag())
    kept = tmp_path / "teams-conversations.db"
    data = kept.read_bytes()
    assert here.agent.encode() in data
    for user in here.sim.world.users:
        assert user.name.encode() not in data
    assert b"K7Q2" not in data
    assert kept.stat().st_mode & 0o777 == 0o600


async def test_a_wrong_secret_of_the_bot_is_said_and_the_rest_goes_on(
    open_bot: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAMS_BOT", "wrong")
    async with open_bot(bot_secret="env:TEAMS_BOT") as here:
        await until(lambda: here.health() is HealthStatus.DEGRADED)
        assert "env:TEAMS_BOT" in here.host.reports[-1].message
        with pytest.raises(CredentialsBad):
            await here.adapter.post(flag())


async def test_no_token_and_no_secret_is_in_a_message_or_the_log(
    here: BotDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    here.sim.faults.add("POST /connector/", status=403, times=3)
    with pytest.raises(GiveUp) as refused:
        await here.adapter.post(flag())
    said = caplog.text + str(refused.value) + json.dumps([one.message for one in here.host.reports])
    assert here.sim.client_secret not in said
    assert "eyJ" not in said
