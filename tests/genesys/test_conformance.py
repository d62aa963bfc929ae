"""The sdk's conformance kit, against the simulator over real HTTP and a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from atdesk_genesys.adapter import build
from atdesk_genesys.config import GenesysConfig
from atdesk_genesys.simulator import GenesysSimulator
from atdesk_sdk.events import AccountRef, Presence
from atdesk_sdk.flags import MessageRef
from atdesk_sdk.testing.conformance import AdapterCase, AdapterConformance

_NAMES = {
    Presence.AVAILABLE: "Available",
    Presence.AWAY: "Away",
    Presence.BREAK: "Break",
}


@pytest.fixture
async def simulator(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GenesysSimulator]:
    async with GenesysSimulator() as sim:
        monkeypatch.setenv("GENESYS_SECRET", sim.client_secret)
        monkeypatch.setenv("GENESYS_CHAT", sim.webhook_url)
        monkeypatch.setenv("GENESYS_WRONG", "not the secret")
        yield sim


class TestGenesys(AdapterConformance):
    @pytest.fixture
    def case(self, simulator: GenesysSimulator) -> AdapterCase:
        users = list(simulator.world.agents)
        for user in users:
            simulator.world.set_presence(user, "Available")
        config: dict[str, Any] = {
            "name": "main",
            "tenant": "acme",
            "base_url": simulator.base_url,
            "client_id": simulator.client_id,
            "client_secret": "env:GENESYS_SECRET",
            "group_chat_webhook": "env:GENESYS_CHAT",
            "request_s": 2.0,
        }

        async def set_state(account: AccountRef, presence: Presence) -> None:
            simulator.world.set_presence(account.external_id, _NAMES[presence])

        async def sign_in(account: AccountRef) -> str:
            client, tokens = simulator.sign_in.client, simulator.platform.tokens
            scopes = frozenset(client.scopes)
            return tokens.issue(client.id, 60.0, user_id=account.external_id, scopes=scopes).value

        async def start_call(account: AccountRef) -> None:
            simulator.world.answer(simulator.world.start_call(account.external_id))

        async def lose_answer() -> None:
            simulator.faults.add("PATCH|/webhooks/", cut="after")

        async def outage() -> None:
            simulator.faults.add("", times=1000, status=503)

        async def shown(ref: MessageRef) -> str:
            number = ref.external_id.removeprefix("digest-")
            return next(m.text for m in simulator.messages if number in m.text)

        return AdapterCase(
            make=lambda: build(GenesysConfig(**config)),
            make_broken=lambda: build(GenesysConfig(**(config | {"client_secret": "env:GENESYS_WRONG"}))),
            accounts=[AccountRef("genesys", "acme", user) for user in users[:2]],
            unknown_account=AccountRef("genesys", "acme", "7c1f0e52-0000-4a3e-8f6d-000000000000"),
            set_state=set_state,
            sign_in=sign_in,
            start_call=start_call,
            write_count=lambda: len(simulator.log.all("^PATCH")),
            lose_answer=lose_answer,
            outage=outage,
            shown=shown,
            secrets=[simulator.client_secret, simulator.webhook_url, "streaming-0-"],
            platform_task=_is_the_simulators,
        )


def _is_the_simulators(task: asyncio.Task[Any]) -> bool:
    """Tell by the file that its code stands in: the server makes tasks as requests come."""
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and ("uvicorn" in code.co_filename or "simulator" in code.co_filename)
