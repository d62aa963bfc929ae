"""Away and back: every way in which it must not be written, and what proves that it was."""

from __future__ import annotations

import asyncio
import stat
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_sdk.adapter import AwayKeeper, StateChange, StateWriter
from atdesk_sdk.errors import GiveUp, TryLater
from atdesk_sdk.events import AccountRef, Presence
from atdesk_teams import client
from atdesk_teams.adapter import build
from atdesk_teams.config import TeamsConfig
from atdesk_teams.picture import Own, Picture
from atdesk_teams.presence import Shown
from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.presence import Pair, Rules
from atdesk_teams.simulator.tenant import CLIENT_ID, TENANT_ID
from atdesk_teams.writing import objection
from tests.teams.conftest import Open
from tests.teams.desk import Desk, after_noting, table, told_to_wait


async def _refused(desk: Desk, change: StateChange | None = None) -> str:
    """Wish, and fail unless nothing went out; says why."""
    change = change or await desk.wish()
    before = desk.writes()
    receipt = await desk.write(change)
    assert not receipt.written
    assert desk.writes() == before
    return receipt.reason


async def test_away_outranks_the_agents_own_client_and_ends_by_itself(desk: Desk) -> None:
    receipt = await desk.away()
    assert desk.shown() == "Away"
    assert receipt.state.presence is Presence.AWAY
    (write,) = desk.writes()
    assert write.what.endswith(f"/users/{desk.user}/presence/setUserPreferredPresence")
    assert write.body == {"availability": "Away", "activity": "Away", "expirationDuration": "PT10M"}
    desk.sim.world.clock.skip(601)
    assert desk.shown() == "Available"


async def test_it_is_on_the_disk_before_it_goes_out_with_ids_alone(desk: Desk) -> None:
    path = desk.adapter.config.state_dir / "teams-away.jsonl"
    noted: list[str] = []

    def wanted() -> bool:
        noted.append(path.read_text())
        return True

    before = path.read_text()
    assert (await desk.adapter.write(await desk.wish(), wanted)).written
    assert desk.user not in before
    assert desk.user in noted[0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    name = desk.sim.world.user(desk.user).name
    assert name not in path.read_text()


async def test_back_clears_what_is_ours_and_gives_the_client_its_say(desk: Desk) -> None:
    back = await desk.back(await desk.away())
    assert back.written, back.reason
    assert back.state.presence is Presence.AVAILABLE
    assert desk.sim.world.state(desk.user).preferred is None
    assert desk.writes()[-1].what.endswith("/clearUserPreferredPresence")


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_any_success_of_clearing_is_one(desk: Desk, status: int) -> None:
    desk.sim.open_points.clear_preferred_status = status
    assert (await desk.back(await desk.away())).written


@pytest.mark.parametrize("choice", ["Busy", "DoNotDisturb", "BeRightBack", "Offline", "Available"])
async def test_what_the_agent_chose_after_our_away_stays(desk: Desk, choice: str) -> None:
    receipt = await desk.away()
    desk.sim.world.pick(desk.user, choice)
    before = desk.writes()
    back = await desk.back(receipt)
    assert not back.written
    assert "someone else" in back.reason
    assert desk.writes() == before
    preferred = desk.sim.world.state(desk.user).preferred
    assert preferred is not None
    assert preferred.pair.availability == choice


async def test_an_away_after_another_choice_is_the_agents_own(desk: Desk) -> None:
    await desk.follow()
    receipt = await desk.away()
    mark = len(desk.host.events)
    desk.sim.world.pick(desk.user, "BeRightBack")
    await desk.state(Presence.BREAK, since=mark)
    desk.sim.world.pick(desk.user, "Away")
    own = await desk.state(Presence.AWAY, since=mark)
    assert own.revision != receipt.state.revision
    claimed = replace(receipt, state=own)
    assert not (await desk.back(claimed)).written
    assert desk.shown() == "Away"


@pytest.mark.parametrize(
    ("availability", "activity"),
    [
        ("Busy", "InACall"),
        ("Busy", "InAConferenceCall"),
        ("Busy", "InAMeeting"),
        ("DoNotDisturb", "Presenting"),
        ("Busy", "Busy"),
        ("BusyIdle", "BusyIdle"),
        ("DoNotDisturb", "DoNotDisturb"),
        ("BeRightBack", "BeRightBack"),
        ("Away", "Away"),
        ("Offline", "Offline"),
        ("Available", "OutOfOffice"),
        ("SomethingNew", "SomethingNew"),
    ],
)
async def test_what_is_not_written_over(desk: Desk, availability: str, activity: str) -> None:
    desk.sim.world.in_client(desk.user, Pair(availability, activity))
    assert await _refused(desk)
    assert desk.shown() == availability


async def test_what_teams_ranks_higher_is_withdrawn_and_not_left_lying(desk: Desk) -> None:
    """On a tenant where a call outranks the preferred state, one that begins at the last moment wins."""
    desk.sim.world.set_rules(Rules(preferred_beats_calls=False))
    change = await desk.wish()

    def the_call_comes() -> bool:
        desk.sim.world.start_call(desk.user)
        return True

    receipt = await desk.adapter.write(change, the_call_comes)
    assert not receipt.written
    assert receipt.reason.startswith("cannot")
    desk.sim.world.hang_up(desk.user)
    assert desk.shown() == "Available"


async def test_signing_out_at_the_last_moment_is_no_away(desk: Desk) -> None:
    change = await desk.wish()

    def gone() -> bool:
        desk.sim.world.sign_out(desk.user)
        return True

    receipt = await desk.adapter.write(change, gone)
    assert not receipt.written
    assert receipt.reason.startswith("cannot")
    desk.sim.world.sign_in(desk.user)
    assert desk.shown() == "Available"


async def test_what_the_agent_picks_right_after_our_write_stays(desk: Desk) -> None:
    change = await desk.wish()

    def the_next_read_is_ours() -> bool:
        desk.sim.faults.add("GET /v1.0/users/.*/presence", user=desk.user, picks="DoNotDisturb")
        return True

    receipt = await desk.adapter.write(change, the_next_read_is_ours)
    assert not receipt.written
    assert desk.shown() == "DoNotDisturb"
    assert [one.what.rpartition("/")[2] for one in desk.writes()] == ["setUserPreferredPresence"]


async def test_what_waited_for_its_turn_looks_after_it(desk: Desk) -> None:
    change = await desk.wish()
    told_to_wait(desk, 0.5)
    writing = asyncio.create_task(desk.write(change))
    await asyncio.sleep(0.1)
    desk.sim.world.start_call(desk.user)
    receipt = await writing
    assert not receipt.written
    assert desk.shown() == "Busy"
    assert desk.writes() == []


async def test_what_has_to_wait_after_its_look_comes_back_and_looks_again(desk: Desk) -> None:
    change = await desk.wish()

    async def refused() -> None:
        told_to_wait(desk, 0.5)

    after_noting(desk, refused)
    with pytest.raises(TryLater) as later:
        await desk.write(change)
    assert later.value.retry_after_s == pytest.approx(0.5, abs=0.3)
    assert desk.adapter.journal.slots == []
    desk.sim.world.start_call(desk.user)
    assert not (await desk.write(change)).written
    assert desk.writes() == []


async def test_nothing_is_written_on_a_look_that_has_grown_old(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = await desk.wish()

    async def slow_disk() -> None:
        monkeypatch.setattr(client, "_FRESH_S", 0.0)

    after_noting(desk, slow_disk)
    with pytest.raises(TryLater, match="read again"):
        await desk.write(change)
    assert desk.writes() == []


async def test_one_write_an_agent_in_half_a_minute(open_desk: Open) -> None:
    async with open_desk(write_every_s=30.0) as desk:
        receipt = await desk.away()
        desk.sim.world.clock.skip(10)
        with pytest.raises(TryLater) as later:
            await desk.back(receipt)
        assert later.value.retry_after_s == pytest.approx(20, abs=1)
        assert desk.shown() == "Away"
        desk.sim.world.clock.skip(21)
        assert (await desk.back(receipt)).written


async def test_an_account_of_another_tenant_is_nobodys(desk: Desk) -> None:
    stranger = AccountRef("teams", "0" * 8, desk.user)
    with pytest.raises(GiveUp):
        await desk.write(StateChange("x", stranger, Presence.AWAY, "any"))


async def test_writing_off_claims_nothing(sim: TeamsSimulator, open_desk: Open) -> None:
    async with open_desk() as desk:
        assert isinstance(desk.adapter, StateWriter)
        assert isinstance(desk.adapter, AwayKeeper)
        config = TeamsConfig(**table(sim, desk.adapter.config.state_dir, write="off"))
    adapter = build(config)
    assert not isinstance(adapter, StateWriter)
    assert not adapter.capabilities.writes_state


# -- a presence session of the app -----


async def test_a_session_of_ours_shows_where_nobody_is_signed_in_but_another_app(open_desk: Open) -> None:
    async with open_desk(write="session") as desk:
        world = desk.sim.world
        world.sign_out(desk.user)
        world.change(desk.user, lambda s, now: s.with_app("dialer", Pair("Available", "Available"), now, 9e3))
        receipt = await desk.write(await desk.wish())
        # Available of another app outranks Away too: it is said, not pretended.
        assert not receipt.written
        assert receipt.reason.startswith("cannot")
        assert desk.adapter.config.client_id not in world.state(desk.user).apps


async def test_the_agents_own_client_outranks_a_session_and_nothing_is_left(open_desk: Open) -> None:
    async with open_desk(write="session") as desk:
        receipt = await desk.write(await desk.wish())
        assert not receipt.written
        assert receipt.reason == "cannot: Teams goes on showing available"
        names = [one.what.rpartition("/")[2] for one in desk.writes()]
        assert names == ["setPresence", "clearPresence"]
        assert desk.writes()[0].body["sessionId"] == desk.sim.client_id
        assert desk.sim.world.state(desk.user).apps == {}


async def test_a_session_is_taken_back_by_its_name(open_desk: Open) -> None:
    async with open_desk(write="session") as desk:
        change = await desk.wish()

        def client_ends() -> bool:
            desk.sim.world.sign_out(desk.user)
            return True

        receipt = await desk.adapter.write(change, client_ends)
        assert receipt.written
        assert desk.shown() == "Away"
        back = await desk.back(receipt)
        assert back.written
        assert desk.writes()[-1].body == {"sessionId": desk.sim.client_id}
        assert desk.shown() == "Offline"


async def test_a_session_that_is_gone_already_is_taken_back(open_desk: Open) -> None:
    async with open_desk(write="session") as desk:
        change = await desk.wish()

        def client_ends() -> bool:
            desk.sim.world.sign_out(desk.user)
            return True

        receipt = await desk.adapter.write(change, client_ends)
        desk.sim.faults.add("POST .*/clearPresence", status=404, code="NotFound")
        assert (await desk.back(receipt)).written


# -- the decision alone -----

_PLAIN = TeamsConfig(name="t", tenant=TENANT_ID, client_id=CLIENT_ID, client_secret="env:X")
_SHOWN = st.builds(
    Shown,
    availability=st.sampled_from(
        ["Available", "AvailableIdle", "Busy", "Away", "Offline", "DoNotDisturb", "X"]
    ),
    activity=st.sampled_from(["Available", "InACall", "InAMeeting", "Away", "OutOfOffice", "Busy", ""]),
    sequence=st.sampled_from(["", "1"]),
    out_of_office=st.booleans(),
)


@given(shown=_SHOWN, to=st.sampled_from([Presence.AWAY, Presence.AVAILABLE]), ours=st.booleans())
def test_nothing_but_the_plain_states_is_ever_written_over(shown: Shown, to: Presence, ours: bool) -> None:
    picture = Picture(own=Own(1.0, settled=True) if ours else None)
    picture.take(shown, 0.0, 0.0)
    state = picture.state(AccountRef("teams", "t", "u"), "read")
    assert state is not None
    why = objection(StateChange("c", state.account, to, state.revision), state, picture, _PLAIN)
    if to is Presence.AVAILABLE:
        assert (why == "") == (ours and shown.is_away)
    elif not why:
        assert shown.words[0] in ("available", "availableidle")
        assert shown.words[1] in ("available", "away", "busy", "")
        assert not shown.out_of_office
