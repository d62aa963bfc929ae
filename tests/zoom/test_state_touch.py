"""Zoom says when it does not hear how its accounts are; what changed is told before it says that it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from atdesk_sdk import AccountRef, AgentStateChanged, HealthReport, Presence
from atdesk_zoom import states as module
from tests.core.runtime.office import until
from tests.zoom.running import BEN
from tests.zoom.stating import ANN_REF, StateWorld, states

BEN_REF = AccountRef("zoom", ANN_REF.tenant, BEN)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSE_S", 0.02)


async def said(here: StateWorld, *, in_touch: bool, since: int = 0) -> HealthReport:
    """The first report that says so."""
    await until(lambda: any(report.in_touch is in_touch for report in here.host.reports[since:]))
    return next(report for report in here.host.reports[since:] if report.in_touch is in_touch)


async def both(here: StateWorld) -> None:
    """Ann and Ben are followed, and their first states were told."""
    await here.adapter.follow([ANN_REF, BEN_REF])
    await until(lambda: {one.state.account for one in here.host.of(AgentStateChanged)} == {ANN_REF, BEN_REF})


async def test_one_read_that_fails_says_little(tmp_path: Path) -> None:
    async with states(tmp_path, reconcile_s=0.1) as here:
        await both(here)
        mark = len(here.host.reports)
        here.sim.faults.unavailable = 1
        await until(lambda: len(here.host.reports) >= mark + 2)
        failed, over = here.host.reports[mark : mark + 2]
        assert "cannot be read" in failed.message
        assert (failed.in_touch, over.in_touch, over.message) == (True, True, "")


async def test_reads_that_go_on_failing_mean_that_it_is_not_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BLIND_AFTER_S", 0.1)
    async with states(tmp_path, reconcile_s=0.1) as here:
        await both(here)
        mark = len(here.host.reports)
        here.sim.faults.unavailable = 10_000
        await said(here, in_touch=False, since=mark)

        here.sim.faults.lose_webhooks = {"user.presence_status_updated"}
        here.choose("Busy")
        here.sim.presences.set(here.sim.people[BEN], "Busy")
        mark, events = len(here.host.reports), len(here.host.events)
        here.sim.faults.unavailable = 0
        await said(here, in_touch=True, since=mark)
        told = [one.state for one in here.host.of(AgentStateChanged, events)]
        assert {one.account for one in told if one.presence is Presence.BUSY} == {ANN_REF, BEN_REF}
