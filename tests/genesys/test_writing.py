"""The safe write: every way it can go wrong, over real HTTP, with the platform's own faults."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_genesys.config import GenesysConfig
from atdesk_genesys.facts import OutOfOfficeFact, PresenceFact, RoutingFact, SummaryFact
from atdesk_genesys.picture import Picture
from atdesk_genesys.presence import Catalogue
from atdesk_genesys.simulator import AWAY_LABEL
from atdesk_genesys.writing import objection
from atdesk_sdk.adapter import StateChange, StateReceipt
from atdesk_sdk.events import Interaction, Presence, Routing
from tests.genesys.conftest import Desk, account


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
