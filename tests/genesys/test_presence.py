"""Definitions: three spellings, the table of secondary ones, and that On Queue is never written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_genesys.adapter import build
from atdesk_genesys.connection import GenesysAdapter
from atdesk_genesys.presence import Catalogue, build_catalogue, normalise, parse_definitions, unmatched
from atdesk_genesys.simulator import SYSTEM_IDS, GenesysSimulator
from atdesk_sdk.adapter import StateChange
from atdesk_sdk.errors import AdapterError
from atdesk_sdk.events import Presence
from atdesk_sdk.testing import RecordingHost
from tests.genesys.conftest import account, config_for

LABEL = "Away from desk"
_NAMES = sorted(SYSTEM_IDS)


def _spellings(name: str) -> list[str]:
    return [name, name.replace(" ", ""), name.upper().replace(" ", "_"), name.casefold()]


@pytest.mark.parametrize("name", _NAMES)
def test_every_spelling_means_the_same(name: str) -> None:
    wanted = Presence(name.casefold().replace(" ", "_"))
    assert {normalise(spelling) for spelling in _spellings(name)} == {wanted}


@given(st.text())
def test_a_spelling_that_is_new_means_unknown(text: str) -> None:
    known = {name.casefold().replace(" ", "") for name in _NAMES}
    folded = text.casefold().replace(" ", "").replace("_", "")
    assert (normalise(text) is Presence.UNKNOWN) is (folded not in known)


spelt = st.sampled_from(_NAMES).flatmap(lambda name: st.sampled_from(_spellings(name)))
entities = st.lists(
    st.fixed_dictionaries(
        {"id": st.uuids().map(str), "systemPresence": st.one_of(spelt, st.text(max_size=8))},
        optional={
            "languageLabels": st.dictionaries(
                st.just("en_US"), st.sampled_from([LABEL, "Away", "On Queue", "x"])
            ),
            "deactivated": st.booleans(),
            "primary": st.booleans(),
            "type": st.sampled_from(["System", "User"]),
        },
    ),
    unique_by=lambda entity: entity["id"],
)
tables = st.dictionaries(st.sampled_from([LABEL, "Away", "On Queue", "x"]), st.sampled_from(Presence))


def _catalogue(found: list[dict[str, Any]], table: dict[str, Presence], label: str, plain: bool) -> Catalogue:
    return build_catalogue(parse_definitions(found), table, label, plain_away=plain)


@given(entities, tables, st.sampled_from([LABEL, "On Queue", "x"]), st.booleans(), st.sampled_from(Presence))
def test_no_organisation_and_no_configuration_makes_on_queue_writable(
    found: list[dict[str, Any]], table: dict[str, Presence], label: str, plain: bool, to: Presence
) -> None:
    """Whatever the lists say and whatever is configured, no id of On Queue or of an unknown kind."""
    catalogue = _catalogue(found, table, label, plain)
    never = {
        e["id"] for e in found if normalise(e["systemPresence"]) in (Presence.ON_QUEUE, Presence.UNKNOWN)
    }
    assert not catalogue.safe & never
    written = catalogue.writable(to)
    assert written is None or (written in catalogue.safe and to in (Presence.AWAY, Presence.AVAILABLE))


@given(entities, tables)
def test_a_status_nobody_mapped_is_unknown(found: list[dict[str, Any]], table: dict[str, Presence]) -> None:
    catalogue = _catalogue(found, table, "nothing", False)
    for definition in parse_definitions(found):
        system = normalise(definition.system_presence)
        mapped = any(definition.is_called(wanted) for wanted in table)
        if not definition.is_system and system is not Presence.ON_QUEUE and not mapped:
            assert catalogue.meaning(definition.id) is Presence.UNKNOWN
    assert catalogue.meaning("never heard of") is Presence.UNKNOWN


def test_the_table_takes_labels_and_ids_and_says_what_it_does_not_find() -> None:
    found = parse_definitions(
        [
            {"id": "1", "systemPresence": "Break", "languageLabels": {"en_US": "Coffee", "de": "Kaffee"}},
            {"id": "2", "systemPresence": "Busy", "languageLabels": {"en_US": "Project"}},
        ]
    )
    table = {"kaffee": Presence.BREAK, "2": Presence.TRAINING, "Cofee": Presence.MEAL}
    catalogue = build_catalogue(found, table, LABEL, plain_away=False)
    assert catalogue.meaning("1") is Presence.BREAK
    assert catalogue.meaning("2") is Presence.TRAINING
    assert unmatched(found, table) == ["Cofee"]


def test_a_definition_that_cannot_be_read_is_left_out() -> None:
    assert parse_definitions([{"id": 7}, {"systemPresence": "Away"}, "nonsense", None]) == []


@pytest.mark.parametrize("to", [p for p in Presence if p not in (Presence.AWAY, Presence.AVAILABLE)])
@pytest.mark.parametrize("on_queue_form", ["On Queue", "ON_QUEUE", "OnQueue"])
async def test_no_wish_puts_anybody_on_queue(sim: GenesysSimulator, to: Presence, on_queue_form: str) -> None:
    """Over the real wire, every wish there is, On Queue configured as the label: nothing arrives."""
    sim.questions.rest_on_queue = on_queue_form
    adapter: GenesysAdapter = build(config_for(sim, away_status="On Queue"))
    user = next(iter(sim.world.agents))
    sim.world.set_presence(user, "On Queue")
    try:
        await adapter.start(RecordingHost())
        state = await adapter.read(account(user))
        assert state.presence is Presence.ON_QUEUE
        sim.world.set_presence(user, "Available")
        for wish in (to, Presence.AWAY, Presence.AVAILABLE):
            state = await adapter.read(account(user))
            change = StateChange(f"c-{wish}", account(user), wish, state.revision)
            try:
                assert not (await adapter.write(change, lambda: True)).written
            except AdapterError:
                continue
        assert sim.log.all("^PATCH|^PUT") == []
    finally:
        await adapter.aclose()
