"""What strangers send is said once, shown while it lasts, and over after a quiet hour."""

from __future__ import annotations

import asyncio
import logging

import pytest

from atdesk_sdk import HealthStatus
from atdesk_sdk.condition import Condition
from atdesk_sdk.strangers import QUIET_S, Strangers
from atdesk_sdk.testing import RecordingHost, VirtualClock, run_virtual

FORGED = "somebody sends what nobody has signed"


def made(host: RecordingHost) -> tuple[Strangers, Condition]:
    loop, condition = asyncio.get_running_loop(), Condition("zoom", host)
    return Strangers("zoom", condition, loop.time, loop.call_later), condition


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name == "atdesk_sdk.strangers"]


def test_a_flood_is_said_once_and_its_end_once_after_a_quiet_hour(caplog: pytest.LogCaptureFixture) -> None:
    clock = VirtualClock()
    caplog.set_level(logging.INFO)
    host = RecordingHost(clock.now)

    async def story() -> None:
        strangers, _ = made(host)
        for _ in range(500):
            strangers.came("forged", FORGED)
        await asyncio.sleep(QUIET_S - 1)
        strangers.came("forged", FORGED)
        await asyncio.sleep(QUIET_S - 1)
        assert host.reports[-1].message == FORGED
        await asyncio.sleep(2)
        assert host.reports[-1].message == ""
        strangers.came("forged", FORGED)
        strangers.aclose()
        strangers.aclose()
        strangers.came("forged", FORGED)
        await asyncio.sleep(QUIET_S * 2)

    run_virtual(story(), clock)
    assert said(caplog) == [
        f"zoom: {FORGED} (said once; counted as forged)",
        "zoom: over, 501 of them (forged)",
        f"zoom: {FORGED} (said once; counted as forged)",
    ]
    assert [(one.status, one.message) for one in host.reports] == [
        (HealthStatus.UP, FORGED),
        (HealthStatus.UP, ""),
        (HealthStatus.UP, FORGED),
    ]
    assert all(one.knows_states for one in host.reports)


def test_it_never_hides_a_trouble_of_the_adapters_own() -> None:
    clock = VirtualClock()
    host = RecordingHost(clock.now)

    async def story() -> None:
        strangers, condition = made(host)
        strangers.came("forged", FORGED)
        condition.trouble("poll", HealthStatus.DEGRADED, "no states", in_touch=False)
        assert (host.reports[-1].message, host.reports[-1].in_touch) == ("no states", False)
        condition.over("poll")
        assert (host.reports[-1].message, host.reports[-1].in_touch) == (FORGED, True)
        await asyncio.sleep(QUIET_S)

    run_virtual(story(), clock)
    assert host.reports[-1].message == ""
