"""Messages to the team leads: one way, through the group chat's webhook."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import pytest

from atdesk_genesys.connection import GenesysWithGroupChat
from atdesk_genesys.simulator import GenesysSimulator
from atdesk_sdk.errors import AdapterError, GiveUp, OutcomeUnknown, TryLater
from atdesk_sdk.flags import MessageRef
from atdesk_sdk.testing import sample_flag
from tests.genesys.conftest import Desk, Open

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
