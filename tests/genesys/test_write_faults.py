"""The safe write under the platform's faults: lost answers, conflicts, refusals, limits, definitions."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from atdesk_genesys.simulator import AWAY_LABEL, GenesysSimulator
from atdesk_sdk.adapter import StateChange
from atdesk_sdk.errors import AdapterError, CredentialsBad, GiveUp, OutcomeUnknown, TryLater
from atdesk_sdk.events import Presence
from atdesk_sdk.health import HealthStatus
from tests.genesys.conftest import Desk, Open, account


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_a_lost_answer_is_settled_by_reading(desk: Desk, cut: str) -> None:
    change = await desk.wish()
    desk.sim.faults.add("^PATCH", cut=cut)
    if cut == "before":
        with pytest.raises(TryLater, match="not carried out"):
            await desk.write(change)
        assert desk.shown() == "Available"
    receipt = await desk.write(change)
    assert receipt.written, receipt.reason
    assert desk.shown() == AWAY_LABEL
    assert len(desk.writes()) == (2 if cut == "before" else 1)


async def test_a_lost_answer_with_the_agent_acting_after_it(desk: Desk) -> None:
    change = await desk.wish()
    desk.sim.faults.add("^PATCH", cut="after")

    def then_the_agent_acts() -> bool:
        desk.sim.faults.add("GET /api/v2/users$", agent=desk.user, presence="Meal")
        return True

    receipt = await desk.adapter.write(change, then_the_agent_acts)
    assert not receipt.written
    assert receipt.state.presence is Presence.MEAL
    assert desk.shown() == "Meal"


async def test_after_a_crash_what_went_out_is_found_and_not_written_again(open_desk: Open) -> None:
    """A fresh process repeats a wish that an older one had sent: the Away that stands is that wish."""
    async with open_desk() as desk:
        change = await desk.wish()
        assert (await desk.write(change)).written
    async with open_desk() as desk:
        receipt = await desk.write(replace(change, sent_before=True))
        assert receipt.written
        assert len(desk.writes()) == 1
        stranger = replace(change, change_id="another")
        assert not (await desk.write(stranger)).written


async def test_a_lost_answer_that_cannot_be_read_either(desk: Desk) -> None:
    """Unknown is said as unknown; the repeat finds what took effect and writes nothing."""
    change = await desk.wish()
    desk.sim.faults.add("^PATCH", cut="after")

    def break_reads() -> bool:
        desk.sim.faults.add("GET /api/v2/users$", times=9, status=503)
        return True

    with pytest.raises(OutcomeUnknown):
        await desk.adapter.write(change, break_reads)
    receipt = await desk.write(change)
    assert receipt.written
    assert len(desk.writes()) == 1


@pytest.mark.parametrize("kind", [{"html": True}, {"status": 504}, {"status": 500}])
async def test_an_unclear_answer_is_settled_by_reading(desk: Desk, kind: dict[str, object]) -> None:
    change = await desk.wish()
    desk.sim.faults.add("^PATCH", **kind)
    with pytest.raises(TryLater, match="not carried out"):
        await desk.write(change)
    assert (await desk.write(change)).written


async def test_a_slow_answer_counts_as_lost(open_desk: Open) -> None:
    async with open_desk(request_s=0.3) as desk:
        change = await desk.wish()
        desk.sim.faults.add("^PATCH", delay_s=1.6)
        with pytest.raises(TryLater, match="not carried out"):
            await desk.write(change)
        # It was carried out later than anybody looked: the repeat finds it, and it is ours.
        await desk.sim.log.wait("^PATCH")
        receipt = await desk.write(change)
        assert receipt.written, receipt.reason
        assert len(desk.writes()) == 1


async def test_a_conflict_is_read_again_and_written_again(desk: Desk) -> None:
    change = await desk.wish()
    desk.sim.faults.add("^PATCH", times=2, status=409, code="presenceservice.conflict")
    assert (await desk.write(change)).written
    assert [a.status for a in desk.sim.log.all("^PATCH")] == [409, 409, 200]


async def test_a_conflict_behind_which_the_agent_acted(desk: Desk) -> None:
    change = await desk.wish()
    fault = {"status": 409, "code": "presenceservice.conflict", "agent": desk.user, "presence": "Meal"}
    desk.sim.faults.add("^PATCH", **fault)
    receipt = await desk.write(change)
    assert not receipt.written
    assert desk.shown() == "Meal"


async def test_a_conflict_without_end_is_a_verdict(desk: Desk) -> None:
    change = await desk.wish()
    desk.sim.faults.add("^PATCH", times=99, status=409, code="presenceservice.conflict")
    with pytest.raises(TryLater):
        await desk.write(change)


async def test_a_refused_write_names_the_permission_and_is_not_hammered(desk: Desk) -> None:
    desk.sim.settings.permissions.discard("presence:userPresence:edit")
    with pytest.raises(CredentialsBad, match="presence:userPresence:edit"):
        await desk.write(await desk.wish())
    with pytest.raises(CredentialsBad, match="not asked again"):
        await desk.write(await desk.wish())
    assert len(desk.writes()) == 1
    other = list(desk.sim.world.agents)[1]
    desk.sim.settings.permissions.add("presence:userPresence:edit")
    assert (await desk.write(await desk.wish(user=other))).written


async def test_a_long_wait_is_said_and_degrades(desk: Desk) -> None:
    """The platform asks for an hour: no request sits it out, the operator is told."""
    change = await desk.wish()
    desk.sim.faults.add("^PATCH", status=429, retry_after=3600)
    with pytest.raises(TryLater) as busy:
        await desk.write(change)
    assert busy.value.retry_after_s == pytest.approx(3600, abs=1)
    assert desk.health.status is HealthStatus.DEGRADED
    assert desk.health.retry_at == pytest.approx(desk.host.now() + 3600, abs=5)
    before = len(desk.sim.log.all())
    with pytest.raises(TryLater, match="send nothing"):
        await desk.adapter.read(account(desk.user))
    assert len(desk.sim.log.all()) == before


async def test_service_unavailable_is_try_later_with_its_time(desk: Desk) -> None:
    change = await desk.wish()
    desk.sim.faults.add("^PATCH", status=503, retry_after=7)
    with pytest.raises(TryLater) as busy:
        await desk.write(change)
    assert busy.value.retry_after_s == 7
    assert (await desk.write(change)).written


# -- definitions -----


@pytest.mark.parametrize("trouble", ["missing", "deactivated", "wrong kind"])
async def test_without_the_label_nothing_is_written_and_the_way_out_is_told(
    open_desk: Open, sim: GenesysSimulator, trouble: str
) -> None:
    label = "Coffee" if trouble == "wrong kind" else "Not here" if trouble == "missing" else AWAY_LABEL
    if trouble == "deactivated":
        sim.world.deactivate(AWAY_LABEL)
    async with open_desk(away_status=label) as desk:
        assert desk.health.status is HealthStatus.DEGRADED
        assert "Status Management" in desk.health.message
        with pytest.raises(GiveUp, match="Status Management"):
            await desk.write(await desk.wish())
        assert desk.writes() == []


async def test_plain_away_only_where_configured(open_desk: Open) -> None:
    async with open_desk(away_status="Not here", plain_away=True) as desk:
        assert (await desk.write(await desk.wish())).written
        assert desk.shown() == "Away"


async def test_a_label_that_is_made_later_is_found(open_desk: Open) -> None:
    async with open_desk(away_status="Not at desk", resync_s=0.1) as desk:
        await desk.healthy(HealthStatus.DEGRADED)
        desk.sim.world.add_definition("Not at desk", "Away")
        await desk.healthy(HealthStatus.UP)
        assert (await desk.write(await desk.wish())).written


async def test_a_deleted_agent_is_a_verdict_and_the_rest_goes_on(desk: Desk) -> None:
    change = await desk.wish()
    desk.sim.world.remove_agent(desk.user)
    with pytest.raises(GiveUp, match="directory"):
        await desk.write(change)
    assert (await desk.write(await desk.wish())).written


async def test_one_write_at_a_time_for_one_agent(desk: Desk) -> None:
    """With a platform that needs a moment for each change, two wishes at once do not collide."""
    desk.sim.settings.settle_s = 0.1
    first, second = await desk.wish(), await desk.wish()
    receipts = await asyncio.gather(desk.write(first), desk.write(second))
    assert sorted(receipt.written for receipt in receipts) == [False, True]
    assert [a.status for a in desk.sim.log.all("^PATCH")] == [200]


async def test_a_burst_stays_in_the_budget(open_desk: Open) -> None:
    """Above the platform's limit nothing goes out: no 429 in the log, the rest waits or is refused by us."""
    async with open_desk(requests_per_minute=20) as desk:
        wishes = [StateChange(f"w{n}", account(desk.user), Presence.AWAY, "stale") for n in range(60)]
        async with asyncio.timeout(1):
            await asyncio.gather(*(_within(desk, wish) for wish in wishes))
        statuses = [a.status for a in desk.sim.log.all("/api/v2/")]
        assert len(statuses) <= 20
        assert 429 not in statuses


async def _within(desk: Desk, wish: StateChange) -> None:
    try:
        async with asyncio.timeout(0.5):
            await desk.write(wish)
    except (TimeoutError, AdapterError):
        return
