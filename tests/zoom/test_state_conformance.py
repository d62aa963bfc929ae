"""The contract's own kit against the adapter as a source and a writer of states, in both of Zoom's ways."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from atdesk_sdk import AccountRef, Presence
from atdesk_sdk.testing import AdapterCase, AdapterConformance
from atdesk_zoom.adapter import build
from atdesk_zoom.connection import ZoomAdapter
from atdesk_zoom.simulator import Credentials, Timing, ZoomSimulator
from atdesk_zoom.simulator.http import serve_http
from tests.zoom.running import ANN, BEN, PATIENCE, TIMING, bridge, config_for

AWAY, BACK = "Away - auto", "At desk - auto"


class _Account:
    """What the kit may do to the simulated account. Webhooks go to whichever adapter was made last."""

    def __init__(self, sim: ZoomSimulator, port: list[ZoomAdapter], states: str, folder: Path) -> None:
        self.sim, self._made, self._states, self._folder = sim, port, states, folder
        sim.center.reasons |= {"9001": AWAY, "9002": BACK}
        sim.center.choose(ANN, "Not Ready", BACK)
        sim.center.choose(BEN, "Not Ready", BACK)

    def make(self, **server: str) -> ZoomAdapter:
        adapter = build(
            config_for(
                self.sim,
                agent_state=self._states,
                presence_gap_s=0.0,
                requests_per_s=60.0,
                state_dir=self._folder,
                statuses={"Break": "break"},
                server=server,
            ),
            PATIENCE,
        )
        self._made[:] = [adapter]
        return adapter

    def make_broken(self) -> ZoomAdapter:
        return self.make(client_id="nobody")

    async def set_state(self, account: AccountRef, presence: Presence) -> None:
        who = account.external_id
        if self._states == "presence":
            words = {Presence.AVAILABLE: "Available", Presence.AWAY: "Away", Presence.BUSY: "Busy"}
            self.sim.presences.set(self.sim.people[who], words[presence])
        else:
            reasons = {Presence.AVAILABLE: BACK, Presence.AWAY: AWAY, Presence.BREAK: "Break"}
            self.sim.center.choose(who, "Not Ready", reasons[presence])

    async def start_call(self, account: AccountRef) -> None:
        if self._states == "presence":
            self.sim.presences.set(self.sim.people[account.external_id], "On_Phone_Call")
        else:
            self.sim.center.engage(account.external_id, on=True)

    def write_count(self) -> int:
        entries = self.sim.journal.find("rest", "", "in")
        return sum(one.what.startswith(("PUT /users/", "PATCH /contact_center/")) for one in entries)

    async def lose_answer(self) -> None:
        self.sim.faults.lose_answers = 1

    async def outage(self) -> None:
        self.sim.faults.unavailable = 1000


@contextlib.asynccontextmanager
async def _case(states: str, other: Presence, folder: Path) -> AsyncIterator[AdapterCase]:
    timing = Timing(**(TIMING | {"presence_gap": 0.0001}))
    async with ZoomSimulator(timing=timing) as sim, contextlib.AsyncExitStack() as stack:
        made: list[ZoomAdapter] = []
        account, mine = _Account(sim, made, states, folder), Credentials()
        account.make()
        port = await serve_http(bridge(lambda: made[0]), 0, stack)
        sim.webhooks.url = f"http://127.0.0.1:{port}/events"
        theirs = asyncio.all_tasks()
        yield AdapterCase(
            make=account.make,
            make_broken=account.make_broken,
            accounts=[AccountRef("zoom", mine.account_id, who) for who in (ANN, BEN)],
            unknown_account=AccountRef("zoom", mine.account_id, "nobody"),
            set_state=account.set_state,
            other_presence=other,
            start_call=account.start_call,
            write_count=account.write_count,
            lose_answer=account.lose_answer,
            outage=account.outage,
            secrets=(mine.client_secret, mine.s2s_client_secret, mine.chatbot_client_secret),
            platform_task=lambda task: task in theirs or _is_the_simulators(task),
        )


def _is_the_simulators(task: asyncio.Task[object]) -> bool:
    """Tell by the file that its code stands in: servers make tasks as requests come."""
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and ("uvicorn" in code.co_filename or "simulator" in code.co_filename)


class TestPresence(AdapterConformance):
    """`agent_state = "presence"`."""

    @pytest.fixture
    async def case(self, tmp_path: Path) -> AsyncIterator[AdapterCase]:
        async with _case("presence", Presence.BUSY, tmp_path) as case:
            yield case


class TestContactCenter(AdapterConformance):
    """`agent_state = "contact_center"`."""

    @pytest.fixture
    async def case(self, tmp_path: Path) -> AsyncIterator[AdapterCase]:
        async with _case("contact_center", Presence.BREAK, tmp_path) as case:
            yield case
