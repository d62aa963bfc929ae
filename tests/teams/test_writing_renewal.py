"""An Away of ours lives as long as the engine claims it, and never over what somebody chose meanwhile."""

from __future__ import annotations

import pytest

from atdesk_sdk.events import Presence
from tests.teams.conftest import Open
from tests.teams.desk import Desk, after_noting, told_to_wait, until


async def _renewals(desk: Desk) -> int:
    return sum("setUserPreferred" in one.what for one in desk.writes())


async def test_a_claimed_away_goes_on_beyond_its_expiry(open_desk: Open) -> None:
    async with open_desk(poll_s=60.0) as desk:
        receipt = await desk.away()
        for _ in range(4):
            desk.sim.world.clock.skip(240)
            await desk.adapter.keep([desk.account()])
            await desk.adapter.renewals.go()
            assert desk.shown() == "Away"
        assert await _renewals(desk) == 5
        assert (await desk.adapter.read(desk.account())).revision == receipt.state.revision
        assert (await desk.back(receipt)).written


@pytest.mark.parametrize("said", ["nothing", "others", "long ago"])
async def test_an_away_that_nobody_claims_ends(open_desk: Open, said: str) -> None:
    async with open_desk(poll_s=60.0) as desk:
        await desk.away()
        if said == "long ago":
            await desk.adapter.keep([desk.account()])
        desk.sim.world.clock.skip(241)
        if said == "others":
            await desk.adapter.keep([desk.account(desk.sim.world.agents[1].id)])
        await desk.adapter.renewals.go()
        assert await _renewals(desk) == 1
        desk.sim.world.clock.skip(360)
        await desk.adapter.renewals.go()
        assert desk.shown() == "Available"


@pytest.mark.parametrize("choice", ["Available", "BeRightBack", "DoNotDisturb"])
async def test_what_somebody_chose_meanwhile_is_not_renewed_over(open_desk: Open, choice: str) -> None:
    async with open_desk(poll_s=60.0) as desk:
        await desk.away()
        desk.sim.world.pick(desk.user, choice)
        desk.sim.world.clock.skip(241)
        await desk.adapter.keep([desk.account()])
        await desk.adapter.renewals.go()
        assert await _renewals(desk) == 1
        assert desk.shown() == choice


@pytest.mark.parametrize("waits", [True, False])
async def test_what_somebody_chooses_while_it_is_renewed_stays(open_desk: Open, waits: bool) -> None:
    async with open_desk(poll_s=60.0) as desk:
        await desk.follow()
        await desk.away()
        desk.sim.world.clock.skip(241)
        await desk.adapter.keep([desk.account()])

        async def chooses() -> None:
            if waits:
                told_to_wait(desk, 0.3)
            desk.sim.world.pick(desk.user, "Available")
            if not waits:
                await desk.adapter.look(desk.user)

        after_noting(desk, chooses)
        await desk.adapter.renewals.go()
        await desk.adapter.renewals.go()
        assert await _renewals(desk) == 1
        assert desk.shown() == "Available"
        assert desk.adapter.journal.slots == []


async def test_who_signed_out_is_not_renewed(open_desk: Open) -> None:
    async with open_desk(poll_s=60.0) as desk:
        await desk.away()
        desk.sim.world.sign_out(desk.user)
        desk.sim.world.clock.skip(241)
        await desk.adapter.keep([desk.account()])
        await desk.adapter.renewals.go()
        assert await _renewals(desk) == 1


async def test_a_renewal_that_fails_is_tried_again_in_time(open_desk: Open) -> None:
    async with open_desk(poll_s=60.0) as desk:
        await desk.away()
        desk.sim.world.clock.skip(241)
        await desk.adapter.keep([desk.account()])
        desk.sim.faults.add("POST .*/setUserPreferredPresence", status=503)
        await desk.adapter.renewals.go()
        assert "could not be renewed" in desk.health.message
        await desk.adapter.renewals.go()
        assert desk.health.message == ""
        desk.sim.world.clock.skip(360)
        assert desk.shown() == "Away"


async def test_under_revoked_consent_it_says_so_and_the_away_ends(open_desk: Open) -> None:
    async with open_desk(poll_s=60.0) as desk:
        await desk.away()
        desk.sim.world.clock.skip(241)
        await desk.adapter.keep([desk.account()])
        desk.sim.registration.permissions.discard("Presence.ReadWrite.All")
        await desk.adapter.renewals.go()
        assert "could not be renewed" in desk.health.message
        assert "Presence.ReadWrite.All" in desk.health.message
        assert desk.health.in_touch
        desk.sim.world.clock.skip(360)
        await desk.adapter.renewals.go()
        assert desk.shown() == "Available"
        assert desk.health.message == ""


async def test_an_away_that_has_ended_is_ours_no_more(open_desk: Open) -> None:
    async with open_desk() as desk:
        await desk.follow()
        receipt = await desk.away()
        mark = len(desk.host.events)
        desk.sim.world.clock.skip(601)
        await desk.adapter.renewals.go()
        back = await desk.state(Presence.AVAILABLE, since=mark)
        assert back.revision != receipt.state.revision
        await until(lambda: not desk.adapter.journal.slots)
