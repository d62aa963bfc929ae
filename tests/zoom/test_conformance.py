"""The contract's own kit against the adapter and the simulator."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from atdesk_sdk import AccountRef, MessageRef, RawRequest, StreamKey
from atdesk_sdk.testing import AdapterCase, AdapterConformance
from atdesk_zoom.connection import ZoomAdapter
from atdesk_zoom.signature import webhook_signature
from atdesk_zoom.simulator import Credentials, Timing, ZoomSimulator
from atdesk_zoom.simulator.http import serve_http
from tests.zoom.running import ANN, BEN, PATIENCE, TIMING, bridge, config_for, jpeg


class _Platform:
    """What the kit may do to the simulated Zoom. Webhooks go to whichever adapter was made last."""

    def __init__(self, sim: ZoomSimulator, stack: contextlib.AsyncExitStack) -> None:
        self._sim, self._stack = sim, stack
        self.adapter: ZoomAdapter | None = None

    def make(self) -> ZoomAdapter:
        self.adapter = ZoomAdapter(config_for(self._sim), PATIENCE)
        return self.adapter

    def make_broken(self) -> ZoomAdapter:
        config = config_for(self._sim)
        server = config.server.model_copy(update={"client_id": "nobody"})
        return ZoomAdapter(config.model_copy(update={"server": server}), PATIENCE)

    async def open_video(self) -> None:
        assert self.adapter is not None
        port = await serve_http(bridge(self.adapter), 0, self._stack)
        self._sim.webhooks.url = f"http://127.0.0.1:{port}/events"
        await self._sim.room.join("Ann Agent", [jpeg(90)], person_id=ANN)
        self._sim.room.start_stream()

    async def camera_off(self, key: StreamKey) -> None:
        await self._sim.room.camera(int(key.participant_id), on=False)

    async def close_video(self, _: StreamKey) -> None:
        await self._sim.room.end()

    def looks_open(self) -> int:
        return sum(one.slot is not None for one in self._sim.room.streams.values())

    async def shown(self, ref: MessageRef) -> str:
        return json.dumps(self._sim.chat.cards[ref.external_id].content, ensure_ascii=False)

    async def told(self, account: AccountRef) -> Sequence[str]:
        jid = self._sim.people[account.external_id].jid
        cards = [card for card in self._sim.chat.cards.values() if card.to_jid == jid]
        return [json.dumps(card.content, ensure_ascii=False) for card in cards]

    async def lose_answer(self) -> None:
        self._sim.faults.lose_answers = 1

    async def outage(self) -> None:
        self._sim.faults.unavailable = 1000

    def genuine_request(self) -> RawRequest:
        payload: dict[str, Any] = {"meeting_uuid": "u", "rtms_stream_id": "none", "stop_reason": 6}
        body = json.dumps({"event": "meeting.rtms_stopped", "event_ts": 1, "payload": payload}).encode()
        stamp = str(int(time.time()))
        signature = webhook_signature(self._sim.credentials.webhook_secret, stamp, body)
        headers = {"x-zm-request-timestamp": stamp, "x-zm-signature": signature}
        return RawRequest("POST", "/events", headers, {}, body, time.time())


class TestZoom(AdapterConformance):
    """The adapter keeps the contract."""

    @pytest.fixture
    async def case(self) -> AsyncIterator[AdapterCase]:
        async with ZoomSimulator(timing=Timing(**TIMING)) as sim, contextlib.AsyncExitStack() as stack:
            platform = _Platform(sim, stack)
            mine = Credentials()
            theirs = asyncio.all_tasks()
            yield AdapterCase(
                make=platform.make,
                make_broken=platform.make_broken,
                accounts=[AccountRef("zoom", mine.account_id, who) for who in (ANN, BEN)],
                unknown_account=AccountRef("zoom", mine.account_id, "nobody"),
                lose_answer=platform.lose_answer,
                outage=platform.outage,
                open_video=platform.open_video,
                camera_off=platform.camera_off,
                close_video=platform.close_video,
                looks_open=platform.looks_open,
                shown=platform.shown,
                told=platform.told,
                genuine_request=platform.genuine_request,
                secrets=(mine.client_secret, mine.s2s_client_secret, mine.chatbot_client_secret),
                platform_task=lambda task: task in theirs or "simulator" in repr(task.get_coro()),
            )
