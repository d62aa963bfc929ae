"""A task that breaks in a way that nobody foresaw is begun again, and that is said."""

from __future__ import annotations

import asyncio

import pytest

from atdesk_sdk.condition import Condition
from atdesk_sdk.health import HealthStatus
from atdesk_sdk.testing import RecordingHost
from atdesk_teams.tending import Tending
from tests.teams.desk import until


@pytest.mark.parametrize("hears", [True, False])
async def test_what_breaks_goes_on_and_both_is_said(hears: bool) -> None:
    host = RecordingHost()
    tending = Tending(Condition("teams", host), first_s=0.01, longest_s=0.02, steady_s=0.2)
    begun = 0

    async def breaks_twice() -> None:
        nonlocal begun
        begun += 1
        if begun <= 2:
            raise KeyError("Dana")
        await asyncio.Event().wait()

    tending.keep(breaks_twice, "presences", hears=hears)
    await until(lambda: bool(host.reports) and host.reports[-1].status is HealthStatus.UP)
    assert begun == 3
    assert [(one.status, one.in_touch) for one in host.reports] == [
        (HealthStatus.DEGRADED, not hears),
        (HealthStatus.UP, True),
    ]
    assert "presences stopped unexpectedly (KeyError)" in host.reports[0].message
    assert "Dana" not in host.reports[0].message
    await tending.aclose()


async def test_the_end_ends_what_is_tended() -> None:
    tending, ended = Tending(Condition("teams", RecordingHost())), asyncio.Event()

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    tending.keep(waits, "presences", hears=True)
    await asyncio.sleep(0)
    await tending.aclose()
    assert ended.is_set()
