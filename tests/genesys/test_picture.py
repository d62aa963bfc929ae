"""One person's state from facts in any order: properties, over shuffled and repeated histories."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from atdesk_genesys.facts import (
    ConversationFact,
    Fact,
    Leg,
    OutOfOfficeFact,
    PresenceFact,
    RoutingFact,
    Stage,
    SummaryFact,
)
from atdesk_genesys.picture import Picture, allows_less
from atdesk_genesys.presence import Catalogue
from atdesk_sdk.events import AccountRef, AgentState, Interaction, Presence, Routing

ACCOUNT = AccountRef("genesys", "acme", "u")
MEANINGS = {presence.value: presence for presence in Presence if presence is not Presence.UNKNOWN}
CATALOGUE = Catalogue(MEANINGS, frozenset(MEANINGS), "away", "available")

presences = st.builds(
    PresenceFact,
    definition_id=st.sampled_from(sorted(MEANINGS)),
    modified_ms=st.integers(1, 10**6),
    primary=st.none(),
    pending=st.none(),
)
routings = st.builds(RoutingFact, status=st.sampled_from(Routing), start_ms=st.integers(1, 10**6))
absences = st.builds(OutOfOfficeFact, active=st.booleans(), modified_ms=st.integers(1, 10**6))
histories = st.lists(st.one_of(presences, routings, absences), unique_by=lambda f: (type(f), _time(f)))


def _time(fact: Fact) -> int | None:
    return fact.start_ms if isinstance(fact, RoutingFact) else getattr(fact, "modified_ms", None)


def _seen(facts: list[Fact]) -> AgentState | None:
    picture = Picture()
    for fact in facts:
        picture.hear(fact, received_at=5000.0)
    return picture.state(ACCOUNT, CATALOGUE, "event")


@given(histories, st.randoms(use_true_random=False), st.data())
def test_order_and_repeats_do_not_matter(history: list[Fact], chance: object, data: st.DataObject) -> None:
    """Whatever the socket does to the order, and however often it tells a thing, the end is the same."""
    repeats = data.draw(st.lists(st.sampled_from(history))) if history else []
    shuffled = data.draw(st.permutations(history + repeats))
    assert _seen(shuffled) == _seen(sorted(history, key=lambda f: _time(f) or 0))


@given(presences, presences)
def test_a_revision_names_one_change(one: PresenceFact, other: PresenceFact) -> None:
    first, second = _seen([one]), _seen([other])
    assert first is not None
    assert second is not None
    same = (one.definition_id, one.modified_ms) == (other.definition_id, other.modified_ms)
    assert (first.revision == second.revision) is same


@given(presences, st.lists(st.one_of(routings, absences)))
def test_nothing_but_a_presence_changes_the_revision(presence: PresenceFact, others: list[Fact]) -> None:
    alone, together = _seen([presence]), _seen([*others, presence, *others])
    assert alone is not None
    assert together is not None
    assert alone.revision == together.revision


stages = st.sampled_from(Stage)
tellings = st.lists(st.builds(Leg, stage=stages, ended=st.booleans()), min_size=1)


@given(tellings)
def test_what_has_ended_never_goes_on(history: list[Leg]) -> None:
    """A late event does not bring an old call back to life."""
    picture = Picture()
    ended = False
    for leg in history:
        told = replace(leg, stage=max(leg.stage, Stage.AFTER_CALL)) if leg.ended else leg
        picture.hear(ConversationFact("c", {"p": told}), 1.0)
        ended = ended or told.ended
        assert not (ended and picture.interaction is Interaction.CUSTOMER_CALL)
        assert not (ended and picture.ringing)


def test_a_count_read_later_overrules_a_call_and_an_older_one_does_not() -> None:
    picture = Picture()
    picture.hear(ConversationFact("c", {"p": Leg(Stage.LIVE, ended=False)}), received_at=10.0)
    picture.read((SummaryFact(Interaction.NONE),), began_at=9.0)
    older = picture.interaction
    picture.read((SummaryFact(Interaction.NONE),), began_at=11.0)
    assert (older, picture.interaction) == (Interaction.CUSTOMER_CALL, Interaction.NONE)


def test_ringing_outlives_a_count_but_not_for_ever() -> None:
    picture = Picture()
    picture.hear(ConversationFact("c", {"p": Leg(Stage.RINGING, ended=False)}), received_at=10.0)
    picture.read((SummaryFact(Interaction.NONE),), began_at=20.0)
    assert picture.ringing
    picture.read((SummaryFact(Interaction.NONE),), began_at=1000.0)
    assert not picture.ringing


def test_old_conversations_are_forgotten() -> None:
    picture = Picture()
    for number in range(1000):
        picture.hear(ConversationFact(str(number), {"p": Leg(Stage.LIVE, ended=False)}), 1.0)
    assert len(picture._talks) == 64


def test_a_presence_without_a_time_does_not_block_later_ones() -> None:
    """Our clock may be ten minutes ahead of the platform's: its next word still counts."""
    picture = Picture()
    picture.hear(PresenceFact("available", 1_000_000), received_at=1600.0)
    picture.hear(PresenceFact("meal", None), received_at=1600.0)
    assert picture.read_again
    picture.hear(PresenceFact("break", 1_010_000), received_at=1610.0)
    state = picture.state(ACCOUNT, CATALOGUE, "event")
    assert state is not None
    assert state.presence is Presence.BREAK


@given(st.lists(presences, unique_by=lambda f: f.modified_ms))
def test_an_act_between_read_and_write_is_found_in_any_order(history: list[PresenceFact]) -> None:
    picture = Picture()
    for fact in history[:10]:
        picture.hear(fact, 1.0)
    between = [f for f in history[:10] if 1000 < (f.modified_ms or 0) < 500_000]
    found = picture.overtaken(1000, 500_000)
    assert found == max(between, key=lambda f: f.modified_ms or 0, default=None)


def test_what_has_to_be_told_at_once() -> None:
    calm = AgentState(
        ACCOUNT, Presence.ON_QUEUE, Routing.IDLE, Interaction.NONE, since=1.0, source="event", revision="r"
    )
    assert allows_less(replace(calm, presence=Presence.MEAL), calm)
    assert allows_less(replace(calm, presence=Presence.UNKNOWN), calm)
    assert allows_less(replace(calm, interaction=Interaction.CUSTOMER_CALL), calm)
    assert allows_less(replace(calm, out_of_office=True), calm)
    assert allows_less(replace(calm, change_pending=True), calm)
    assert not allows_less(calm, replace(calm, presence=Presence.MEAL))
    assert not allows_less(replace(calm, routing=Routing.OFF_QUEUE), calm)
