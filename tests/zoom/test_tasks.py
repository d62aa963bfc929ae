"""A stream whose link breaks in a way that nobody foresaw is said, connected again and well again."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from atdesk_sdk import CouldNotTell, HealthStatus, LookRefused, PauseChanged, VideoClosed
from atdesk_zoom import protocol
from tests.zoom.running import World, world


def reading_breaks(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Messages of Zoom cannot be read, so many."""
    works, left = protocol.read, [times]

    def broken(*given: Any) -> Any:
        if left[0] > 0:
            left[0] -= 1
            raise KeyError("Ann")
        return works(*given)

    monkeypatch.setattr(protocol, "read", broken)


async def broke(here: World) -> None:
    await here.until(lambda: here.host.reports[-1].status is HealthStatus.DEGRADED)


async def test_a_stream_whose_link_breaks_is_connected_again_and_said_to_be_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as here:
        _, key = await here.on_air()
        since, mark = len(here.host.reports), len(here.host.events)
        reading_breaks(monkeypatch, times=1)
        await broke(here)
        await here.until(lambda: here.host.reports[-1].status is HealthStatus.UP)
        down, well = here.host.reports[since:]
        stopped = "the link of a stream stopped unexpectedly (KeyError) and will be begun again"
        assert (down.message.startswith(stopped), down.in_touch) == (True, True)
        assert (well.status, well.message) == (HealthStatus.UP, "")
        assert len(await here.look(key)) == 2
        told = here.host.events[mark:]
        assert not [one for one in told if isinstance(one, VideoClosed | PauseChanged)], "nobody has left"


async def test_while_its_link_is_down_a_stream_shows_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async with world() as here:
        _, key = await here.on_air()
        reading_breaks(monkeypatch, times=10**6)
        await broke(here)
        with pytest.raises(LookRefused) as refused:
            await here.look(key)
        assert refused.value.reason is CouldNotTell.NO_SIGNAL
        async with asyncio.timeout(5.0):
            await here.adapter.aclose()
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("zoom-test: ")]


async def test_an_errand_that_breaks_is_logged_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    async def errand() -> None:
        raise KeyError("Ann")

    async with world() as here:
        since = len(here.host.reports)
        with caplog.at_level(logging.ERROR):
            here.adapter._spawn(errand())
            await here.until(lambda: bool(caplog.records))
        assert "failed: KeyError at test_tasks.py:" in caplog.text
        assert here.host.reports[since:] == []
