"""A write whose answer is lost, or that shows late; and no Away of an agent is ever called ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from atdesk_sdk.adapter import StateReceipt
from atdesk_sdk.errors import GiveUp, OutcomeUnknown, TryLater
from atdesk_sdk.events import Presence
from tests.teams.desk import Desk


async def test_a_lost_answer_is_settled_by_a_read(desk: Desk) -> None:
    desk.sim.faults.add("setUserPreferredPresence", cut="after")
    receipt = await desk.away()
    assert desk.shown() == "Away"
    assert (await desk.back(receipt)).written


async def test_a_request_that_never_arrived_is_tried_again(desk: Desk) -> None:
    change = await desk.wish()
    desk.sim.faults.add("setUserPreferredPresence", cut="before")
    with pytest.raises(TryLater, match="not carried out"):
        await desk.write(change)
    assert desk.shown() == "Available"
    assert (await desk.write(change)).written


async def test_the_outcome_is_unknown_only_while_nothing_can_be_read(desk: Desk) -> None:
    change = await desk.wish()

    def then_nothing() -> bool:
        desk.sim.faults.add("setUserPreferredPresence", cut="after")
        desk.sim.faults.add("GET /v1.0/users/", status=503, times=12)
        return True

    with pytest.raises(OutcomeUnknown):
        await desk.adapter.write(change, then_nothing)
    desk.sim.faults.clear()
    again = await desk.write(change)
    assert again.written
    assert len(desk.writes()) == 1


@pytest.mark.parametrize("repeated", [True, False])
async def test_an_away_picked_after_a_lost_answer_is_the_agents_own(desk: Desk, repeated: bool) -> None:
    """Not repeated: the engine's patience ended after the request had gone out."""
    await desk.follow()
    change, mark = await desk.wish(), len(desk.host.events)

    def then_nothing() -> bool:
        kind: dict[str, Any] = {"cut": "after"} if repeated else {"late_s": 1.5}
        desk.sim.faults.add("setUserPreferredPresence", **kind)
        desk.sim.faults.add("GET /v1.0/users/", status=503, times=100)
        return True

    with pytest.raises((OutcomeUnknown, TimeoutError)):
        async with asyncio.timeout(10 if repeated else 0.5):
            await desk.adapter.write(change, then_nothing)
    desk.sim.faults.clear()
    if repeated:
        assert (await desk.write(change)).written
    ours = await desk.state(Presence.AWAY, since=mark)
    for choice, meaning in (("Available", Presence.AVAILABLE), ("Away", Presence.AWAY)):
        mark = len(desk.host.events)
        desk.sim.world.pick(desk.user, choice)
        own = await desk.state(meaning, since=mark)
    assert own.revision != ours.revision
    assert desk.adapter.journal.slots == []
    assert not (await desk.back(StateReceipt(True, own))).written
    assert desk.shown() == "Away"


def _shown_late(desk: Desk) -> Callable[[], bool]:
    def wanted() -> bool:
        desk.sim.faults.add("GET /v1.0/users/|getPresences", stale=True, times=1000)
        return True

    return wanted


async def test_an_away_that_shows_late_is_ours(desk: Desk) -> None:
    await desk.follow()
    change, mark = await desk.wish(), len(desk.host.events)
    with pytest.raises(OutcomeUnknown, match="does not show it yet"):
        await desk.adapter.write(change, _shown_late(desk))
    assert desk.shown() == "Away"
    desk.sim.faults.clear()
    again = await desk.write(change)
    assert again.written
    assert len(desk.writes()) == 1
    assert (await desk.state(Presence.AWAY, since=mark)).revision == again.state.revision
    assert (await desk.back(again)).written


async def test_an_away_that_never_showed_is_not_claimed_once_the_agent_chose(desk: Desk) -> None:
    await desk.follow()
    change = await desk.wish()
    with pytest.raises(OutcomeUnknown):
        await desk.adapter.write(change, _shown_late(desk))
    desk.sim.world.pick(desk.user, "BeRightBack")
    desk.sim.faults.clear()
    assert not (await desk.write(change)).written
    assert desk.adapter.journal.slots == []
    desk.sim.world.pick(desk.user, "Away")
    own = await desk.state(Presence.AWAY, where=lambda state: not state.revision.startswith("ours"))
    assert not (await desk.back(StateReceipt(True, own))).written


async def test_a_lost_answer_of_taking_back_is_settled_too(desk: Desk) -> None:
    receipt = await desk.away()
    desk.sim.faults.add("clearUserPreferredPresence", cut="after")
    back = await desk.back(receipt)
    assert back.written
    assert back.state.presence is Presence.AVAILABLE


async def test_a_refused_write_leaves_nothing_behind(desk: Desk) -> None:
    change = await desk.wish()
    desk.sim.faults.add("setUserPreferredPresence", status=400, code="InvalidArgument")
    with pytest.raises(GiveUp):
        await desk.write(change)
    assert desk.adapter.journal.slots == []
    assert desk.shown() == "Available"


async def test_a_disk_that_is_full_means_no_write(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    change = await desk.wish()
    path = desk.adapter.config.state_dir
    (path / "teams-away.jsonl").unlink()
    (path / "teams-away.jsonl").mkdir()
    with pytest.raises(TryLater, match="cannot be written"):
        await desk.write(change)
    assert desk.writes() == []
    assert desk.shown() == "Available"
