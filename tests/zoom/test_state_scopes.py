"""A scope that is missing is named, with what to do, before anybody is judged; the doctor shows it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from atdesk_core.runtime.supervisor import Supervisor
from atdesk_sdk import CredentialsBad, HealthReport, HealthStatus, Presence
from atdesk_zoom.adapter import build
from atdesk_zoom.config import AgentStates
from atdesk_zoom.simulator import ZoomSimulator
from atdesk_zoom.states import missing_scopes
from tests.zoom.running import config_for
from tests.zoom.stating import ANN_REF, followed, states

READ, SET = "user:read:presence_status:admin", "user:update:presence_status:admin"


@pytest.mark.parametrize(
    ("granted", "lacking"),
    [
        (set(), []),
        ({READ, SET}, []),
        ({READ}, [SET]),
        ({"user:write:admin"}, []),
        ({"meeting:read:meeting_video"}, [READ, SET]),
    ],
)
def test_what_the_token_names_is_compared(granted: set[str], lacking: list[str]) -> None:
    assert missing_scopes(granted, AgentStates.PRESENCE) == lacking


def test_contact_center_needs_other_ones() -> None:
    lacking = missing_scopes({READ}, AgentStates.CONTACT_CENTER)
    assert lacking == ["contact_center:read:user:admin", "contact_center:update:user:admin"]


@pytest.mark.parametrize("scope", [READ, SET])
async def test_the_doctors_line_names_the_scope_and_the_way_out(tmp_path: Path, scope: str) -> None:
    report = await _doctored(tmp_path, scope, "presence")
    assert report.status is HealthStatus.DOWN
    assert scope in report.message
    assert "App Marketplace" in report.message
    assert report.in_touch is (scope == SET)


async def test_a_list_that_may_not_be_read_is_named_too(tmp_path: Path) -> None:
    scope = "contact_center:read:list_system_statues:admin"
    report = await _doctored(tmp_path, scope, "contact_center")
    assert report.status is HealthStatus.DOWN
    assert scope in report.message


async def _doctored(folder: Path, lacks: str, kind: str) -> HealthReport:
    """What `atdesk doctor` gets to see: it starts the adapters for a moment, as the service does."""
    async with ZoomSimulator() as sim:
        sim.faults.missing_scopes = {lacks}
        adapter = build(config_for(sim, agent_state=kind, state_dir=folder))
        supervisor = Supervisor([adapter], lambda _e: None, lambda _r: None, lambda _a: None, time.time)
        await supervisor.start()
        report = supervisor.hosts[adapter.name].health
        await supervisor.aclose()
    return report


async def test_a_scope_that_is_taken_away_is_said_and_nobody_is_away_for_it(tmp_path: Path) -> None:
    """Also where the token names no scopes: Zoom itself answers with what lacks."""
    async with followed(tmp_path, reconcile_s=0.2) as here:
        here.sim.open_points.names_scopes = False
        here.sim.faults.missing_scopes = {READ}
        await here.here.until(lambda: here.host.reports[-1].status is HealthStatus.DOWN)
        assert READ in here.host.reports[-1].message
        assert {state.presence for state in here.states()} == {Presence.AVAILABLE}


async def test_a_change_that_may_not_be_made_names_its_scope(tmp_path: Path) -> None:
    async with states(tmp_path) as here:
        here.sim.faults.missing_scopes = {SET}
        with pytest.raises(CredentialsBad, match=SET):
            await here.write()
        assert (await here.adapter.read(ANN_REF)).presence is Presence.AVAILABLE
