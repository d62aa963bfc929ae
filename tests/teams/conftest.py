"""A simulator, and an adapter against it over real HTTP and TLS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from atdesk_teams.simulator import TeamsSimulator
from tests.teams.desk import Desk, desk_at

Open = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
async def sim(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TeamsSimulator]:
    """A tenant in which everybody is signed in and Available."""
    async with TeamsSimulator() as simulator:
        monkeypatch.setenv("TEAMS_SECRET", simulator.client_secret)
        yield simulator


@pytest.fixture
def open_desk(sim: TeamsSimulator, tmp_path: Path) -> Open:
    """Start an adapter with changes to its table; what outlives it is in one folder."""
    return partial(desk_at, sim, tmp_path)


@pytest.fixture
async def desk(open_desk: Open) -> AsyncIterator[Desk]:
    """A running adapter."""
    async with open_desk() as running:
        yield running
