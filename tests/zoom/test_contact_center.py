"""Contact Center: Away is a Not Ready reason, Ready is nobody's to give but the agent's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_sdk import HealthStatus, Interaction, Presence, Routing
from atdesk_zoom.agent_status import (
    NOT_READY,
    AgentStatus,
    Catalogue,
    cannot_set,
    folded,
    read_entries,
    read_status,
)
from tests.zoom.running import ANN
from tests.zoom.stating import ANN_REF, AWAY, BACK, StateWorld, followed, states

CENTER = "contact_center"
CATALOGUE = Catalogue(
    names={"1": "offline", "2": "ready", "3": "not ready", "4": "occupied"},
    reasons={"21": AWAY, "22": BACK, "23": "Meal"},
    meanings={"meal": Presence.MEAL},
    away_id="21",
    back_id="22",
)


def test_each_status_has_its_meaning() -> None:
    def means(status: str, reason: str = "") -> tuple[Presence, Interaction, Routing]:
        shown = CATALOGUE.shown(AgentStatus(status, "", reason, ""))
        return shown.presence, shown.interaction, shown.routing

    none = Interaction.NONE
    assert means("1") == (Presence.OFFLINE, none, Routing.OFF_QUEUE)
    assert means("2") == (Presence.ON_QUEUE, none, Routing.IDLE)
    assert means("4") == (Presence.ON_QUEUE, Interaction.CUSTOMER_CALL, Routing.INTERACTING)
    assert means("3") == (Presence.BUSY, none, Routing.OFF_QUEUE)
    assert means("3", "21") == (Presence.AWAY, none, Routing.OFF_QUEUE)
    assert means("3", "22") == (Presence.AVAILABLE, none, Routing.OFF_QUEUE)
    assert means("3", "23") == (Presence.MEAL, none, Routing.OFF_QUEUE)
    assert means("3", "24") == (Presence.UNKNOWN, none, Routing.OFF_QUEUE)
    assert means("9") == (Presence.UNKNOWN, none, Routing.OFF_QUEUE)


@given(
    names=st.dictionaries(
        st.text("0123456789", min_size=1, max_size=3),
        st.sampled_from(["Ready", "Not Ready", "Occupied", "Offline", "READY", "not_ready", "Lunch"]),
    ),
    reasons=st.dictionaries(
        st.text("0123456789", min_size=1, max_size=3), st.sampled_from([AWAY, BACK, "Ready"])
    ),
)
def test_whatever_the_account_calls_what_only_not_ready_is_ever_written(
    names: dict[str, str], reasons: dict[str, str]
) -> None:
    catalogue = Catalogue({id_: folded(name) for id_, name in names.items()}, reasons)
    written = catalogue.not_ready_id
    assert written == "" or folded(names[written]) == NOT_READY


@pytest.mark.parametrize(
    ("status", "reason", "why"),
    [
        ("1", "", "cannot: the agent is not signed in to Contact Center"),
        ("4", "", "an engagement is going on"),
        ("3", "", "the agent is Not Ready by their own choice"),
        ("3", "23", "the agent is Not Ready by their own choice"),
        ("3", "21", "the agent is Not Ready by their own choice"),
        ("2", "", ""),
        ("3", "22", ""),
    ],
)
def test_away_is_written_over_ready_alone_and_over_what_we_took_back(
    status: str, reason: str, why: str
) -> None:
    assert cannot_set(CATALOGUE.shown(AgentStatus(status, "", reason, "")), Presence.AWAY, CATALOGUE) == why


def test_a_list_is_read_for_what_it_has() -> None:
    listed = [{"status_id": 7, "status_name": "A"}, {"status_id": "8"}, "x", {"status_name": "B"}]
    assert [(one.id, one.name) for one in read_entries(listed)] == [("7", "A")]
    assert read_status({"name": "no status"}) is None


# ---- the account's statuses ------------------------------------------------------------------------------


async def test_the_reasons_are_made_once_and_then_found(tmp_path: Path) -> None:
    async with states(tmp_path, CENTER) as here:
        assert {AWAY, BACK} <= set(here.sim.center.reasons.values())
        await here.adapter.aclose()
        await here.adapter.start(here.host)
        made = here.sim.journal.find("rest", "POST /contact_center/system_statuses")
        assert [entry.body["status_name"] for entry in made] == [AWAY, BACK]


async def test_a_long_list_is_read_page_by_page(tmp_path: Path) -> None:
    async with states(tmp_path, CENTER) as here:
        await here.adapter.aclose()
        here.sim.center.reasons = {str(number): f"Reason {number}" for number in range(5000, 5075)}
        here.sim.center.reasons |= {"6001": AWAY, "6002": BACK}
        await here.adapter.start(here.host)
        assert (await here.write()).written
        assert here.sim.center.agents[ANN].reason_id == "6001"


async def test_as_many_reasons_as_zoom_allows_is_explained_and_states_still_come_in(tmp_path: Path) -> None:
    async with states(tmp_path, CENTER) as here:
        await here.adapter.aclose()
        here.sim.center.reasons = {"5001": "Break"}
        here.sim.faults.reasons_at_most = 1
        await here.adapter.start(here.host)
        report = here.host.reports[-1]
        assert report.status is HealthStatus.DEGRADED
        assert "1105" in report.message
        assert "away_reason" in report.message
        receipt = await here.write()
        assert (receipt.written, here.writes()) == (False, [])
        assert receipt.reason.startswith("cannot: the account has as many")
        assert receipt.state.presence is Presence.ON_QUEUE


@pytest.mark.parametrize("prefix", ["", "current_"])
async def test_an_agent_is_read_by_either_name_of_the_fields(tmp_path: Path, prefix: str) -> None:
    async with states(tmp_path, CENTER) as here:
        here.sim.open_points.agent_fields = prefix
        here.sim.center.choose(ANN, "Not Ready", "Break")
        assert (await here.adapter.read(ANN_REF)).presence is Presence.UNKNOWN


# ---- in --------------------------------------------------------------------------------------------------


async def test_what_the_agent_chooses_comes_in(tmp_path: Path) -> None:
    async with followed(tmp_path, CENTER, statuses={"Break": "break", "meal": "meal"}) as here:
        here.sim.center.choose(ANN, "Not Ready", "Break")
        await here.shows(Presence.BREAK)
        here.sim.center.choose(ANN, "Not Ready", "Meal")
        await here.shows(Presence.MEAL)
        here.sim.center.choose(ANN, "Offline")
        await here.shows(Presence.OFFLINE)


async def test_an_event_that_got_lost_is_made_up_for(tmp_path: Path) -> None:
    async with followed(tmp_path, CENTER, reconcile_s=0.2) as here:
        here.sim.faults.lose_webhooks = {"contact_center.user_status_changed"}
        here.sim.center.choose(ANN, "Not Ready")
        await here.shows(Presence.BUSY)


async def test_signing_in_or_out_is_read_when_the_status_itself_is_not_told(tmp_path: Path) -> None:
    async with followed(tmp_path, CENTER) as here:
        here.sim.faults.lose_webhooks = {"contact_center.user_status_changed"}
        here.sim.center.choose(ANN, "Offline")
        await here.shows(Presence.OFFLINE)


async def test_presence_says_what_else_goes_on_and_is_no_change_of_the_status(tmp_path: Path) -> None:
    async with followed(tmp_path, CENTER) as here:
        before = here.states()[-1]
        here.choose("In_Meeting")
        state = await here.told(lambda state: state.interaction is Interaction.MEETING)
        assert (state.presence, state.revision) == (Presence.ON_QUEUE, before.revision)
        here.choose("On_Phone_Call")
        await here.told(lambda state: state.interaction is Interaction.CUSTOMER_CALL)
        assert not (await here.write()).written


# ---- out -------------------------------------------------------------------------------------------------


async def test_away_and_back_are_two_reasons_and_ready_is_left_to_the_agent(tmp_path: Path) -> None:
    async with followed(tmp_path, CENTER) as here:
        assert (await here.write()).written
        assert here.sim.center.shown(ANN) == f"Not Ready: {AWAY}"
        back = await here.write(Presence.AVAILABLE)
        assert (back.written, back.state.presence) == (True, Presence.AVAILABLE)
        assert here.sim.center.shown(ANN) == f"Not Ready: {BACK}"
        assert _ready_writes(here) == 0


async def test_it_is_read_back_and_a_reason_that_was_dropped_is_asked_for_once_more(tmp_path: Path) -> None:
    async with followed(tmp_path, CENTER) as here:
        here.sim.faults.drop_reasons = 1
        receipt = await here.write()
        assert (receipt.written, here.writes()) == (True, ["204", "204"])
        assert here.sim.center.shown(ANN) == f"Not Ready: {AWAY}"


async def test_a_reason_that_is_never_saved_is_no_away_of_ours(tmp_path: Path) -> None:
    async with followed(tmp_path, CENTER) as here:
        here.sim.faults.drop_reasons = 9
        receipt = await here.write()
        assert (receipt.written, here.writes()) == (False, ["204", "204"])
        assert receipt.reason == "Zoom accepted the change and shows Not Ready"


@pytest.mark.parametrize("can_be_set", [True, False])
async def test_an_engagement_is_never_disturbed(tmp_path: Path, can_be_set: bool) -> None:
    """What Zoom would do with a change then is not documented; nobody finds out here."""
    async with states(tmp_path, CENTER) as here:
        here.sim.open_points.occupied_can_be_set = can_be_set
        here.sim.center.engage(ANN, on=True)
        receipt = await here.write()
        assert (receipt.written, here.writes()) == (False, [])
        assert receipt.reason == "a call or an engagement is going on"


async def test_an_engagement_that_began_right_after_the_read_is_not_disturbed_either(
    tmp_path: Path,
) -> None:
    """Zoom's own word on it, 300, is a withdrawal."""
    async with states(tmp_path, CENTER) as here:

        def taken() -> bool:
            here.sim.center.engage(ANN, on=True)
            return True

        receipt = await here.write(wanted=taken)
        assert (receipt.written, here.writes()) == (False, ["400"])
        assert receipt.reason.startswith("cannot: PATCH /contact_center/users/")
        assert receipt.state.interaction is Interaction.CUSTOMER_CALL


async def test_an_agents_own_not_ready_is_not_written_over(tmp_path: Path) -> None:
    async with states(tmp_path, CENTER) as here:
        here.sim.center.choose(ANN, "Not Ready", "Break")
        assert (await here.write()).reason == "the agent is Not Ready by their own choice"


async def test_who_is_signed_out_cannot_be_set(tmp_path: Path) -> None:
    async with states(tmp_path, CENTER) as here:
        here.sim.center.choose(ANN, "Offline")
        assert (await here.write()).reason == "cannot: the agent is not signed in to Contact Center"


async def test_the_status_has_no_minute(tmp_path: Path) -> None:
    async with states(tmp_path, CENTER, presence_gap_s=60.0) as here:
        for to in (Presence.AWAY, Presence.AVAILABLE, Presence.AWAY):
            assert (await here.write(to)).written


def _ready_writes(here: StateWorld) -> int:
    ready = here.sim.center.id_of("Ready")
    entries = here.sim.journal.find("rest", "", "in")
    return sum(one.body.get("status_id") == ready for one in entries)
