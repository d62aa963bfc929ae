"""The sdk's conformance kit, against the simulator over real HTTP and TLS."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from atdesk_sdk.events import AccountRef, Presence
from atdesk_sdk.testing.conformance import AdapterCase, AdapterConformance
from atdesk_teams.adapter import build
from atdesk_teams.config import TeamsConfig
from atdesk_teams.simulator import TeamsSimulator
from tests.teams.desk import table

_PICKS = {Presence.AVAILABLE: "Available", Presence.AWAY: "Away", Presence.BREAK: "BeRightBack"}


class TestPreferred(AdapterConformance):
    """The preferred presence, which outranks the agent's own client."""

    @pytest.fixture
    def case(self, sim: TeamsSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AdapterCase:
        monkeypatch.setenv("TEAMS_WRONG", "not the secret")
        config = table(sim, tmp_path, write="preferred")

        async def set_state(account: AccountRef, presence: Presence) -> None:
            sim.world.pick(account.external_id, _PICKS[presence])

        async def start_call(account: AccountRef) -> None:
            sim.world.start_call(account.external_id)

        async def lose_answer() -> None:
            sim.faults.add("POST /v1.0/users/.*/presence/", cut="after")

        async def outage() -> None:
            sim.faults.add("/v1.0/", times=1000, status=503)

        return AdapterCase(
            make=lambda: build(TeamsConfig(**config)),
            make_broken=lambda: build(TeamsConfig(**(config | {"client_secret": "env:TEAMS_WRONG"}))),
            accounts=[AccountRef("teams", sim.tenant_id, user.id) for user in sim.world.agents[:2]],
            unknown_account=AccountRef("teams", sim.tenant_id, "7c1f0e52-0000-4a3e-8f6d-000000000000"),
            set_state=set_state,
            start_call=start_call,
            write_count=lambda: sum("/presence/" in one.what for one in sim.journal.find("graph", "POST")),
            lose_answer=lose_answer,
            outage=outage,
            secrets=[sim.client_secret, "not the secret", "Bearer "],
            platform_task=_is_the_simulators,
        )


def _is_the_simulators(task: asyncio.Task[Any]) -> bool:
    """Tell by the file that its code stands in: the server makes tasks as requests come."""
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and ("uvicorn" in code.co_filename or "simulator" in code.co_filename)
