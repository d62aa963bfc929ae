"""Whoever cannot be read is unknown and holds nobody up; a task that ends unforeseen is begun again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atdesk_sdk import AccountRef, AgentStateChanged, GiveUp, HealthStatus, Presence
from atdesk_zoom import states as module
from atdesk_zoom.errors import NoSuchUser
from atdesk_zoom.state_calls import StateCalls
from tests.core.runtime.office import until
from tests.zoom.running import ANN, BEN
from tests.zoom.stating import ANN_REF, StateWorld, followed, states

BEN_REF = AccountRef("zoom", ANN_REF.tenant, BEN)


def read_fails(monkeypatch: pytest.MonkeyPatch, why: Callable[[], Exception], times: int = 10**6) -> None:
    """Ann's presence cannot be read, so many times; nobody's presence is written here."""
    read, left = StateCalls.presence, [times]

    async def presence(self: StateCalls, user: str, **how: Any) -> str:
        if user == ANN and left[0]:
            left[0] -= 1
            raise why()
        return await read(self, user, **how)

    monkeypatch.setattr(StateCalls, "presence", presence)


def last(here: StateWorld) -> tuple[HealthStatus, bool, str]:
    report = here.host.reports[-1]
    return report.status, report.in_touch, report.message


def refused() -> GiveUp:
    return GiveUp("read a presence: Zoom answered 400")


async def test_one_who_is_refused_is_unknown_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_fails(monkeypatch, refused)
    async with states(tmp_path) as here:
        await here.adapter.follow([ANN_REF, BEN_REF])
        await here.host.wait_for(AgentStateChanged, lambda event: event.state.account == BEN_REF)
        assert [one.presence for one in here.states() if one.account == ANN_REF] == [Presence.UNKNOWN]
        status, in_touch, message = last(here)
        assert (status, in_touch) == (HealthStatus.DEGRADED, True)
        assert "no state of 1 of the followed users" in message


async def test_who_is_refused_is_asked_for_again_later_and_then_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ASIDE_S", 0.1)
    read_fails(monkeypatch, refused, times=2)
    async with states(tmp_path, reconcile_s=0.2) as here:
        await here.adapter.follow([ANN_REF])
        await here.shows(Presence.UNKNOWN)
        await here.shows(Presence.AVAILABLE)
        await until(lambda: last(here) == (HealthStatus.UP, True, ""))


async def test_refusals_of_everybody_are_no_matter_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_REFUSED", 0)
    read_fails(monkeypatch, refused)
    async with states(tmp_path) as here:
        await here.adapter.follow([ANN_REF])
        await until(lambda: not here.host.reports[-1].in_touch)


async def test_the_last_word_of_one_without_the_licence_does_not_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zoom has the user, and no state of theirs."""
    async with followed(tmp_path) as here:
        away = await here.write()
        with monkeypatch.context() as lost:
            read_fails(lost, lambda: NoSuchUser("1001"))
            here.choose("Available")
            here.choose("Away")  # two in one second: which came first has to be read
            await here.shows(Presence.UNKNOWN)
            assert "licence" in last(here)[2]
        mark = len(here.host.events)
        here.choose("Busy")
        state = await here.told(since=mark)
        assert (state.presence, state.revision != away.state.revision) == (Presence.BUSY, True)
        await until(lambda: last(here) == (HealthStatus.UP, True, ""))


async def test_a_task_that_ends_unforeseen_is_said_and_recovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with states(tmp_path) as here:
        read_fails(monkeypatch, lambda: KeyError("x"), times=1)
        mark = len(here.host.reports)
        await here.adapter.follow([ANN_REF])
        assert (await here.told()).presence is Presence.AVAILABLE
        await until(lambda: last(here) == (HealthStatus.UP, True, ""))
        down = here.host.reports[mark]
        assert (down.status, down.in_touch) == (HealthStatus.DEGRADED, False)
        assert "stopped unexpectedly (KeyError)" in down.message


async def test_one_at_whom_it_always_ends_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_fails(monkeypatch, lambda: KeyError("x"))
    async with states(tmp_path) as here:
        await here.adapter.follow([ANN_REF, BEN_REF])
        await here.host.wait_for(AgentStateChanged, lambda event: event.state.account == BEN_REF)
        assert {one.presence for one in here.states() if one.account == ANN_REF} == {Presence.UNKNOWN}
