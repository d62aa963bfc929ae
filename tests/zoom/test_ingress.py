"""Webhooks: only what Zoom signed lately is believed, once, and answered at once."""

from __future__ import annotations

import time

import pytest

from atdesk_sdk import HealthStatus, LeadAction, RawRequest, VideoOpened
from atdesk_zoom.signature import webhook_signature
from tests.zoom.running import LEA, World, world


async def test_the_url_check_is_answered_rightly() -> None:
    async with world() as here:
        assert await here.sim.webhooks.validate()
        assert await here.sim.bot.validate()


@pytest.mark.parametrize("fault", [{"wrong_webhook_signature": True}, {"stale_webhooks_s": 400.0}])
async def test_what_is_not_genuine_is_refused(fault: dict[str, object]) -> None:
    async with world() as here:
        here.sim.faults.change(fault)
        here.sim.room.start_stream()
        sent = await here.sim.journal.wait_entries(1, "webhook", "meeting.rtms_started")
        assert sent[0].note == "401"
        assert here.sim.journal.find("signaling") == []


async def test_forged_webhooks_are_said_once_and_hinder_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async with world() as here:
        forged = RawRequest("POST", "/events", {"x-zm-signature": "v0=0"}, {}, b"{}", time.time())
        for _ in range(3):
            assert (await here.adapter.handle(forged)).status == 401
        said = here.host.reports[-1]
        assert (said.status, said.in_touch) == (HealthStatus.UP, True)
        assert "not signed" in said.message
        await here.on_air()
        assert here.adapter.counts["webhook_not_genuine"] == 3
    assert sum("not signed" in one for one in caplog.messages) == 1


async def test_a_clock_that_is_ten_minutes_off_is_named() -> None:
    async with world() as here:
        here.sim.faults.stale_webhooks_s = 600.0
        here.sim.room.start_stream()
        await here.sim.journal.wait_entries(1, "webhook", "meeting.rtms_started")
        said = here.host.reports[-1]
        assert said.status is HealthStatus.DEGRADED
        assert "set this machine's clock" in said.message


async def test_a_clock_that_is_a_little_off_is_borne() -> None:
    async with world() as here:
        here.sim.faults.stale_webhooks_s = -200.0
        await here.on_air()


async def test_a_nested_payload_is_understood() -> None:
    async with world() as here:
        here.sim.faults.nested_payload = True
        await here.on_air()


async def test_a_retry_is_taken_once() -> None:
    async with world() as here:
        here.sim.faults.repeat_webhooks = True
        await here.on_air()
        assert here.adapter.counts["webhook_repeated"] >= 2
        assert len(here.sim.journal.find("signaling", "1")) == 1
        assert len(here.host.of(VideoOpened)) == len(set(here.host.of(VideoOpened)))


async def test_the_answer_does_not_wait_for_the_stream() -> None:
    """The server does not even listen: the webhook is answered all the same, and at once."""
    async with world() as here:
        body = (
            b'{"event":"meeting.rtms_started","event_ts":1,"payload":{"meeting_uuid":"u","rtms_stream_id":"s",'
            b'"server_urls":"ws://127.0.0.1:9/x"}}'
        )
        began = time.perf_counter()
        assert await deliver(here, body) == 200
        assert time.perf_counter() - began < 1.0


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b'{"event":"meeting.rtms_started"}',
        b'{"event":"meeting.rtms_started","payload":{}}',
        b'{"event":"meeting.participant_joined","payload":{"object":{"uuid":"u","participant":{"user_id":"x"}}}}',
        b'{"event":"interactive_message_actions","payload":{"userId":"u"}}',
    ],
)
async def test_genuine_nonsense_is_a_400(body: bytes) -> None:
    async with world() as here:
        assert await deliver(here, body) == 400
        assert here.host.events == []


async def test_events_of_other_kinds_are_taken_and_left() -> None:
    async with world() as here:
        assert await deliver(here, b'{"event":"rtms.concurrency_near_limit","payload":{}}') == 200
        assert here.adapter.counts["webhook_unused"] == 1


async def test_a_server_that_is_not_allowed_is_never_connected_to() -> None:
    async with world() as here:
        body = (
            b'{"event":"meeting.rtms_started","event_ts":1,"payload":{"meeting_uuid":"u","rtms_stream_id":"s",'
            b'"server_urls":"wss://attacker.example/x"}}'
        )
        assert await deliver(here, body) == 200
        await here.until(lambda: len(here.host.reports) == 2)
        assert "stream_hosts" in here.host.reports[-1].message


async def test_a_button_that_no_card_of_ours_has_means_nothing() -> None:
    async with world() as here:
        body = (
            b'{"event":"interactive_message_actions","payload":'
            b'{"userId":"u","actionItem":{"value":"fire:K7Q2"}}}'
        )
        assert await deliver(here, body, "/bot") == 200
        assert here.adapter.counts["button"] == 1
        assert here.host.events == []


async def test_pressing_is_told_with_the_account_that_pressed() -> None:
    async with world() as here:
        body = (
            b'{"event":"interactive_message_actions","event_ts":1000,"payload":{"userId":"'
            + LEA.encode()
            + b'","actionItem":{"value":"dismiss:K7Q2:agreed_break"}}}'
        )
        assert await deliver(here, body, "/bot") == 200
        (acted,) = here.host.events
        assert (acted.flag_number, acted.action, acted.reason) == (  # type: ignore[union-attr]
            "K7Q2",
            LeadAction.DISMISS,
            "agreed_break",
        )


async def deliver(here: World, body: bytes, path: str = "/events") -> int:
    """Hand a request in that Zoom signed."""
    stamp = str(int(time.time()))
    signature = webhook_signature(here.sim.credentials.webhook_secret, stamp, body)
    headers = {"x-zm-request-timestamp": stamp, "x-zm-signature": signature}
    return (await here.adapter.handle(RawRequest("POST", path, headers, {}, body, time.time()))).status
