"""Messages to the team leads: one way, through the group chat's webhook."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from atdesk_genesys.group_chat import GenesysWithGroupChat
from atdesk_genesys.simulator import LEADS_GROUP, GenesysSimulator
from atdesk_sdk.adapter import ChannelMembers, DigestSink
from atdesk_sdk.errors import AdapterError, ConfigError, GiveUp, OutcomeUnknown, TryLater
from atdesk_sdk.flags import FlagDigest, MessageRef
from atdesk_sdk.testing import sample_flag
from tests.genesys.conftest import Desk, Open, account

FLAG = sample_flag(since=1_767_225_600.0)


@pytest.fixture
async def chat(open_desk: Open) -> AsyncIterator[Desk]:
    async with open_desk(group_chat_webhook="env:GENESYS_CHAT") as desk:
        yield desk


def _sink(desk: Desk) -> GenesysWithGroupChat:
    assert isinstance(desk.adapter, GenesysWithGroupChat)
    return desk.adapter


async def test_what_the_lead_reads(chat: Desk) -> None:
    ref = await _sink(chat).post(FLAG)
    assert ref == MessageRef("main", "group_chat", "K7Q2")
    (message,) = chat.sim.messages
    assert message.text == (
        "**Ana \\<b\\>\\& \\*Rivera\\*** - 00:00 - flag K7Q2\nhttps://atdesk.example/flags/K7Q2"
    )
    assert message.metadata == "atdesk"


async def test_any_success_is_accepted(chat: Desk) -> None:
    """Which 2xx the webhook answers is not documented."""
    chat.sim.questions.webhook_status = 202
    await _sink(chat).post(FLAG)
    assert len(chat.sim.messages) == 1


async def test_a_lost_answer_is_said_as_unknown_and_never_sent_again_by_us(chat: Desk) -> None:
    chat.sim.faults.add("/webhooks/", cut="after")
    with pytest.raises(OutcomeUnknown):
        await _sink(chat).post(FLAG)
    assert len(chat.sim.messages) == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(429, TryLater), (503, TryLater), (500, OutcomeUnknown), (404, GiveUp)]
)
async def test_refusals_have_a_verdict(chat: Desk, status: int, kind: type[AdapterError]) -> None:
    chat.sim.faults.add("/webhooks/", status=status, retry_after=3 if status == 429 else None)
    with pytest.raises(kind):
        await _sink(chat).post(FLAG)


async def test_a_chat_that_is_slow_is_one_whose_answer_was_lost(open_desk: Open) -> None:
    async with open_desk(group_chat_webhook="env:GENESYS_CHAT", request_s=0.3) as desk:
        desk.sim.faults.add("/webhooks/", late_s=1.0)
        with pytest.raises(OutcomeUnknown):
            await _sink(desk).post(FLAG)
        assert len(desk.sim.messages) == 1


@pytest.mark.parametrize("address", ["http://apps.example/webhooks/api/v1/webhook/x", "no address", ""])
async def test_an_address_that_is_not_private_gets_nothing(
    chat: Desk, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("GENESYS_CHAT", address)
    with pytest.raises((GiveUp, ConfigError), match=r"group_chat_webhook|GENESYS_CHAT") as refused:
        await _sink(chat).post(FLAG)
    assert "apps.example" not in str(refused.value)


async def test_many_at_once_are_one_message(chat: Desk) -> None:
    """A line each: name, time, number and link; a name shows as it is, and nothing was found in anybody."""
    assert isinstance(chat.adapter, DigestSink)
    flags = tuple(replace(FLAG, number=f"K{n}", link=f"https://atdesk.example/flags/K{n}") for n in range(7))
    ref = await chat.adapter.post_digest(FlagDigest("Billing *DACH*", flags))
    assert ref == MessageRef("main", "group_chat", "digest-K0")
    (message,) = chat.sim.messages
    first, *lines = message.text.split("\n")
    assert first == "**Billing \\*DACH\\***: 7 flags"
    assert lines[6] == ("- **Ana \\<b\\>\\& \\*Rivera\\*** - 00:00 - flag K6 https://atdesk.example/flags/K6")
    await chat.adapter.update_digest(ref, FlagDigest("Billing", flags[:1]))
    assert len(chat.sim.messages) == 1


async def test_the_chat_is_told_in_its_own_language(open_desk: Open) -> None:
    async with open_desk(group_chat_webhook="env:GENESYS_CHAT", group_chat_language="es") as desk:
        await _sink(desk).post(FLAG)
        assert isinstance(desk.adapter, DigestSink)
        await desk.adapter.post_digest(FlagDigest("Billing", (FLAG,)))
        await desk.adapter.post_digest(FlagDigest("Billing", (FLAG, replace(FLAG, number="K8"))))
        said, one, two = (message.text for message in desk.sim.messages)
    assert "00:00 - aviso K7Q2" in said
    assert one.startswith("**Billing**: 1 aviso\n")
    assert two.startswith("**Billing**: 2 avisos\n")


async def test_whatever_is_given_the_chat_never_reads_a_finding(chat: Desk) -> None:
    """Core leaves the details out for an open sink; should they come all the same, they stay out."""
    told = replace(FLAG, details=sample_flag(since=FLAG.since, private=True).details)
    assert told.details is not None
    await _sink(chat).post(told)
    assert isinstance(chat.adapter, DigestSink)
    await chat.adapter.post_digest(FlagDigest("Billing", (told,)))
    words = (told.details.finding.value, told.details.rule, told.details.evidence, "%")
    assert not any(word and word in m.text for word in words for m in chat.sim.messages)
    assert not chat.adapter.capabilities.shows_findings


async def test_who_reads_the_chat_are_the_members_of_its_group(open_desk: Open) -> None:
    async with open_desk(group_chat_webhook="env:GENESYS_CHAT", group_chat_group=LEADS_GROUP) as desk:
        everybody = list(desk.sim.world.agents)
        desk.sim.world.groups[LEADS_GROUP] = everybody * 30
        assert isinstance(desk.adapter, ChannelMembers)
        assert await desk.adapter.members() == {account(user) for user in everybody}
        assert len(desk.sim.log.all("/groups/")) == 2, "180 entries are two pages"
        del desk.sim.world.groups[LEADS_GROUP]
        with pytest.raises(GiveUp, match="read a group"):
            await desk.adapter.members()


async def test_without_the_group_nobody_can_tell_who_reads_it(chat: Desk) -> None:
    assert isinstance(chat.adapter, ChannelMembers)
    assert await chat.adapter.members() is None
    assert chat.sim.log.all("/groups/") == []


async def test_a_busy_chat_does_not_hold_state_writes(chat: Desk) -> None:
    chat.sim.faults.add("/webhooks/", status=429, retry_after=3600)
    with pytest.raises(TryLater):
        await _sink(chat).post(FLAG)
    assert (await chat.write(await chat.wish())).written


async def test_an_update_sends_nothing(chat: Desk) -> None:
    await _sink(chat).update(MessageRef("main", "group_chat", "K7Q2"), FLAG)
    assert chat.sim.messages == []


async def test_the_address_is_in_no_log_and_no_error(
    chat: Desk, sim: GenesysSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await _sink(chat).post(FLAG)
    await chat.follow()
    for fault in ({"cut": "after"}, {"status": 500}, {"status": 429}):
        sim.faults.add("/webhooks/", **fault)
        with pytest.raises(AdapterError) as refused:
            await _sink(chat).post(FLAG)
        assert sim.platform.webhook_id not in str(refused.value)
    ours = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith(("uvicorn", "asyncio")))
    assert "/api/v2/users" in ours, "the log was not captured"
    assert sim.platform.webhook_id not in ours
    assert "streaming-0-" not in ours
    assert sim.client_secret not in ours
    assert all(token not in ours for token in sim.platform.tokens.live)
