"""The platform's own idle timer reaches the engine, ends when it ends, and restores no Away of ours."""

from __future__ import annotations

import pytest

from atdesk_sdk.events import Presence
from tests.genesys.conftest import Desk, Open, account


def test_the_adapter_says_that_its_states_tell_of_idling(desk: Desk) -> None:
    assert desk.adapter.capabilities.reports_idle


@pytest.mark.parametrize("after", ["Available", "On Queue", "Meal", "Offline"])
async def test_idle_is_told_with_the_platforms_times_and_ends(desk: Desk, after: str) -> None:
    world = desk.sim.world
    await desk.follow()
    world.set_presence(desk.user, "Idle")
    began = world.agent(desk.user).modified.timestamp()
    idle = await desk.state(Presence.IDLE)
    assert idle.since == pytest.approx(began)
    mark = len(desk.host.events)
    world.set_presence(desk.user, after)
    ended = await desk.state(Presence(after.lower().replace(" ", "_")), since=mark)
    assert ended.since == pytest.approx(world.agent(desk.user).modified.timestamp())


async def test_whoever_idles_when_the_adapter_starts_is_told_idle(open_desk: Open) -> None:
    async with open_desk() as desk:
        desk.sim.world.set_presence(desk.user, "Idle")
        await desk.follow()
        assert [state.presence for state in desk.states()] == [Presence.IDLE]
        assert (await desk.adapter.read(account(desk.user))).presence is Presence.IDLE


async def test_idle_over_an_away_of_ours_ends_the_claim_and_nothing_is_restored(desk: Desk) -> None:
    """Whether the platform does this to an Away is UNVERIFIED; if it does, it is somebody else's change."""
    await desk.follow()
    away = await desk.write(await desk.wish())
    assert away.written
    mark = len(desk.host.events)
    desk.sim.world.set_presence(desk.user, "Idle")
    idle = await desk.state(Presence.IDLE, since=mark)
    assert idle.revision != away.state.revision
    back = await desk.write(await desk.wish(Presence.AVAILABLE))
    assert not back.written
    assert desk.shown() == "Idle"


async def test_an_away_of_ours_that_comes_back_after_an_idle_is_not_ours_any_more(desk: Desk) -> None:
    """The same status with another time is another choice: the platform's, or the agent's."""
    await desk.follow()
    away = await desk.write(await desk.wish())
    for label in ("Idle", "Away from desk"):
        mark = len(desk.host.events)
        desk.sim.world.set_presence(desk.user, label)
        state = await desk.state(since=mark)
    assert (state.presence, state.revision == away.state.revision) == (Presence.AWAY, False)
