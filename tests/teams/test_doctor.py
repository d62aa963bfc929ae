"""What `atdesk doctor` says of a tenant: which permission is missing, and what to do about a secret."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from atdesk_core.cli.running_check import running_lines
from atdesk_core.runtime.config import ServiceTable
from atdesk_core.runtime.supervisor import Supervisor
from atdesk_sdk.health import HealthReport, HealthStatus
from atdesk_teams.adapter import build
from atdesk_teams.config import TeamsConfig
from atdesk_teams.simulator import TeamsSimulator
from tests.teams.desk import table
from tests.teams.teams_office import simulated_office


async def _examined(sim: TeamsSimulator, folder: Path) -> HealthReport:
    """Connect for a moment, as the doctor does."""
    adapter = build(TeamsConfig(**table(sim, folder)))
    supervisor = Supervisor([adapter], lambda _: None, lambda _: None, lambda _: None, time.time)
    try:
        await supervisor.start()
        return supervisor.hosts[adapter.name].health
    finally:
        await supervisor.aclose()


async def test_a_tenant_that_is_well(sim: TeamsSimulator, tmp_path: Path) -> None:
    report = await _examined(sim, tmp_path)
    assert (report.status, report.message) == (HealthStatus.UP, "")
    assert not [one for one in sim.journal.find("graph", "/presence/", "in") if "POST" in one.what]


def _nothing(sim: TeamsSimulator) -> None:
    sim.registration.permissions.clear()


def _no_writing(sim: TeamsSimulator) -> None:
    sim.registration.permissions.discard("Presence.ReadWrite.All")


def _expired(sim: TeamsSimulator) -> None:
    sim.registration.expire_secrets()


def _disabled(sim: TeamsSimulator) -> None:
    sim.registration.enabled = False


@pytest.mark.parametrize(
    ("spoil", "status", "says"),
    [
        (_nothing, HealthStatus.DOWN, "application permission Presence.Read.All"),
        (_no_writing, HealthStatus.DEGRADED, "no state is written: give the app Presence.ReadWrite.All"),
        (_expired, HealthStatus.DOWN, "make a new one and put it where env:TEAMS_SECRET points"),
        (_disabled, HealthStatus.DOWN, "enable it under Enterprise applications"),
    ],
)
async def test_what_is_wrong_is_named_with_the_way_out(
    sim: TeamsSimulator,
    tmp_path: Path,
    spoil: Callable[[TeamsSimulator], None],
    status: HealthStatus,
    says: str,
) -> None:
    spoil(sim)
    report = await _examined(sim, tmp_path)
    assert report.status is status
    assert says in report.message
    assert sim.client_secret not in report.message


async def test_the_doctor_hears_of_forgeries_from_the_running_service_which_stays_ready(
    sim: TeamsSimulator, tmp_path: Path
) -> None:
    async with simulated_office(sim, tmp_path) as office, office.serving_at() as (_, endpoint):
        port = urlsplit(endpoint).port or 0
        async with httpx2.AsyncClient(trust_env=False) as strangers:
            assert (await strangers.post(endpoint, json={"type": "invoke"})).status_code == 401
            assert (await strangers.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
        ((about, is_well, says),) = await running_lines(ServiceTable(port=port))
    assert (about, is_well) == ("the running service, teams", True)
    assert "not signed" in says
