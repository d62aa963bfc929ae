"""The safe write: every way it can go wrong, over real HTTP, with the platform's own faults."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_genesys.config import GenesysConfig
from atdesk_genesys.facts import OutOfOfficeFact, PresenceFact, RoutingFact, SummaryFact
from atdesk_genesys.picture import Picture
from atdesk_genesys.presence import Catalogue
from atdesk_genesys.simulator import AWAY_LABEL, GenesysSimulator
from atdesk_genesys.writing import objection
from atdesk_sdk.adapter import StateChange, StateReceipt
from atdesk_sdk.errors import AdapterError, CredentialsBad, GiveUp, OutcomeUnknown, TryLater
from atdesk_sdk.events import Interaction, Presence, Routing
from atdesk_sdk.health import HealthStatus
from tests.genesys.conftest import Desk, Open, account


@pytest.mark.parametrize("presence", ["Available", "On Queue"])
async def test_away_is_written_with_the_neutral_label(desk: Desk, presence: str) -> None:
    desk.sim.world.set_presence(desk.user, presence)
    receipt = await desk.write(await desk.wish())
    assert receipt.written, receipt.reason
    assert receipt.state.presence is Presence.AWAY
    assert desk.shown() == AWAY_LABEL
    assert [arrival.body for arrival in desk.sim.log.all("^PATCH")] == [
        {"presenceDefinition": {"id": desk.sim.world.definition(AWAY_LABEL).id}}
    ]


async def test_on_queue_with_a_meeting_elsewhere_may_be_written(desk: Desk) -> None:
    """A Zoom meeting is no conversation of Genesys: On Queue without a call is written over."""
    desk.sim.world.set_presence(desk.user, "On Queue")
    await desk.follow()
    assert (await desk.write(await desk.wish())).written


async def test_a_genesys_video_meeting_is_no_call(desk: Desk) -> None:
    await desk.follow()
    talk = desk.sim.world.start_call(desk.user, acd=False, media="video")
    desk.sim.world.answer(talk)
    await desk.state(where=lambda state: state.interaction is Interaction.MEETING)
    assert (await desk.write(await desk.wish())).written


async def _refused(desk: Desk, change: StateChange | None = None) -> StateReceipt:
    """Wish, and fail unless nothing went out."""
    change = change or await desk.wish()
    before = desk.writes()
    receipt = await desk.write(change)
    assert not receipt.written
    assert desk.writes() == before
    return receipt


@pytest.mark.parametrize("followed", [True, False])
@pytest.mark.parametrize("acts", [["answer"], ["answer", "hang_up"]])
async def test_no_write_into_a_call_or_its_after_call_work(
    desk: Desk, followed: bool, acts: list[str]
) -> None:
    if followed:
        await desk.follow()
    talk = desk.sim.world.start_call(desk.user)
    for act in acts:
        getattr(desk.sim.world, act)(talk)
    assert "conversation" in (await _refused(desk)).reason


async def test_a_ringing_call_is_left_alone(desk: Desk) -> None:
    await desk.follow()
    desk.sim.world.start_call(desk.user)
    # Frames keep their order: when this one is there, the ringing was heard.
    desk.sim.world.set_presence(desk.user, "On Queue")
    await desk.state(Presence.ON_QUEUE)
    assert "conversation" in (await _refused(desk)).reason


async def test_a_write_is_allowed_again_after_the_call(desk: Desk) -> None:
    await desk.follow()
    world = desk.sim.world
    talk = world.start_call(desk.user)
    world.answer(talk)
    world.hang_up(talk)
    await desk.state(where=lambda state: state.interaction is Interaction.AFTER_CALL)
    mark = len(desk.host.events)
    world.finish_acw(talk)
    await desk.state(since=mark, where=lambda state: state.interaction is Interaction.NONE)
    assert (await desk.write(await desk.wish())).written


@pytest.mark.parametrize(
    "presence", ["Meal", "Break", "Busy", "Away", "Offline", "Idle", "Coffee", AWAY_LABEL]
)
async def test_the_agents_own_presence_is_not_written_over(desk: Desk, presence: str) -> None:
    desk.sim.world.set_presence(desk.user, presence)
    assert "not to be written over" in (await _refused(desk)).reason
    assert desk.shown() == presence


async def test_out_of_office_is_left_alone(desk: Desk) -> None:
    desk.sim.world.set_out_of_office(desk.user, True)
    assert "out of office" in (await _refused(desk)).reason


async def test_an_agent_who_asked_to_leave_is_left_alone(desk: Desk) -> None:
    desk.sim.world.request_off_queue(desk.user, "Break")
    assert "already waiting" in (await _refused(desk)).reason


async def test_a_display_that_another_source_owns_is_left_alone(desk: Desk) -> None:
    desk.sim.world.set_primary(desk.user, False)
    assert "another presence source" in (await _refused(desk)).reason


async def test_without_a_word_on_conversations_nothing_is_written(desk: Desk) -> None:
    """Expanding is best effort: where the count is left out, and nobody idles on queue, we cannot tell."""
    desk.sim.settings.omitted_expands.add("conversationSummary")
    assert "did not say" in (await _refused(desk)).reason


async def test_the_presence_is_asked_for_apart_where_expanding_left_it_out(desk: Desk) -> None:
    desk.sim.settings.omitted_expands.add("presence")
    assert (await desk.write(await desk.wish())).written


@pytest.mark.parametrize(("chosen", "stays"), [("Meal", "Meal"), ("Special project", "Special project")])
async def test_the_agents_choice_between_read_and_write_wins(desk: Desk, chosen: str, stays: str) -> None:
    """The platform lets the last writer win, so what the agent chose meanwhile is put back."""
    await desk.follow()
    change = await desk.wish()
    desk.sim.faults.add("^PATCH", agent=desk.user, presence=chosen)
    receipt = await desk.write(change)
    assert not receipt.written
    assert "in between" in receipt.reason
    assert desk.shown() == stays


async def test_even_then_nobody_is_put_on_queue(desk: Desk) -> None:
    await desk.follow()
    change = await desk.wish()
    desk.sim.faults.add("^PATCH", agent=desk.user, presence="On Queue")
    receipt = await desk.write(change)
    assert not receipt.written
    assert desk.shown() == "Available"
    assert desk.sim.world.definition("On Queue").id not in desk.writes()


async def test_a_change_since_the_decision_withdraws(desk: Desk) -> None:
    change = await desk.wish()
    desk.sim.world.set_presence(desk.user, "Available")
    assert "since the decision" in (await _refused(desk, change)).reason


async def test_the_wish_is_asked_again_after_waiting_for_a_new_token(desk: Desk) -> None:
    """The agent came back while the request waited: nothing that counts goes out."""
    change = await desk.wish()
    desk.sim.faults.add("^PATCH", status=401)
    asked = iter([True, False])
    receipt = await desk.adapter.write(change, lambda: next(asked))
    assert not receipt.written
    assert [a.status for a in desk.sim.log.all("^PATCH")] == [401]


# -- the way back -----


async def test_an_away_of_ours_goes_back_to_available_never_on_queue(desk: Desk) -> None:
    desk.sim.world.set_presence(desk.user, "On Queue")
    assert (await desk.write(await desk.wish())).written
    back = await desk.write(await desk.wish(Presence.AVAILABLE))
    assert back.written, back.reason
    assert desk.shown() == "Available"


@pytest.mark.parametrize("theirs", ["Away", "Meal"])
async def test_somebody_elses_presence_is_never_undone(desk: Desk, theirs: str) -> None:
    await desk.write(await desk.wish())
    desk.sim.world.set_presence(desk.user, theirs)
    assert "not ours" in (await _refused(desk, await desk.wish(Presence.AVAILABLE))).reason


async def test_a_claim_that_was_renewed_by_the_agent_is_gone(desk: Desk) -> None:
    """The same label, chosen by hand: its time is another one, so it is not our Away."""
    claim = (await desk.write(await desk.wish())).state.revision
    desk.sim.world.set_presence(desk.user, AWAY_LABEL)
    change = StateChange("back", account(desk.user), Presence.AVAILABLE, claim)
    assert "since the decision" in (await _refused(desk, change)).reason


# -- faults of the platform -----


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


# -- the decision alone -----

ACCOUNT = account("u")
CATALOGUE = Catalogue(
    {presence.value: presence for presence in Presence},
    frozenset({"away", "available"}),
    "away",
    "available",
)
CONFIG = GenesysConfig(
    name="n", tenant="acme", base_url="http://127.0.0.1", client_id="c", client_secret="env:S"
)


@given(
    st.sampled_from(Presence),
    st.sampled_from(Routing),
    st.sampled_from(Interaction),
    st.booleans(),
    st.booleans(),
    st.sampled_from([Presence.AWAY, Presence.AVAILABLE]),
)
def test_what_is_written_over_and_what_never(
    shown: Presence, routing: Routing, going_on: Interaction, absent: bool, pending: bool, to: Presence
) -> None:
    """On Queue and Available without a Genesys conversation: yes, whatever runs elsewhere. A call: never."""
    picture = Picture()
    picture.hear(PresenceFact(shown.value, 1, primary=True, pending=pending), 1.0)
    picture.hear(RoutingFact(routing, 1), 1.0)
    picture.hear(OutOfOfficeFact(absent, 1), 1.0)
    picture.hear(SummaryFact(going_on), 1.0)
    state = picture.state(ACCOUNT, CATALOGUE, "read")
    assert state is not None
    why = objection(StateChange("c", ACCOUNT, to, state.revision), state, picture, CATALOGUE, CONFIG)
    on_a_call = going_on in (Interaction.CUSTOMER_CALL, Interaction.AFTER_CALL)
    talking = routing in (Routing.INTERACTING, Routing.COMMUNICATING)
    wanted = shown in ((Presence.ON_QUEUE, Presence.AVAILABLE) if to is Presence.AWAY else (Presence.AWAY,))
    assert (why == "") is (wanted and not (on_a_call or talking or absent or pending))
