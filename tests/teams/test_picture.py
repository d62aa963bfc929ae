"""Readings that come late, twice, or out of order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_sdk.events import AccountRef, AgentStateChanged, Presence
from atdesk_teams.picture import Own, Picture
from atdesk_teams.presence import Shown
from atdesk_teams.roster import Roster

ACCOUNT = AccountRef("teams", "t", "U-1")


def _available(sequence: str = "") -> Shown:
    return Shown("Available", "Available", sequence)


def _away(sequence: str = "") -> Shown:
    return Shown("Away", "Away", sequence)


def test_an_older_version_is_dropped() -> None:
    picture = Picture()
    assert picture.take(_away("0002"), 1.0, 1.1)
    assert not picture.take(_available("0001"), 2.0, 2.1)
    assert picture.shown == _away("0002")
    assert picture.dropped == 1


def test_an_answer_to_an_older_question_is_dropped() -> None:
    picture = Picture()
    picture.take(_away(), 5.0, 5.1)
    assert not picture.take(_available(), 4.0, 6.0)
    assert picture.shown == _away()


def test_a_version_that_stays_behind_is_believed_in_the_end() -> None:
    picture = Picture()
    picture.take(_away("9"), 0.0, 0.0)
    assert not picture.take(_available("1"), 10.0, 10.0)
    assert not picture.take(_available("1"), 60.0, 60.0)
    assert picture.take(_available("1"), 71.0, 71.0)


def test_the_same_reading_again_changes_nothing() -> None:
    picture = Picture()
    assert picture.take(_available("1"), 0.0, 0.0)
    revision = picture.revision
    assert not picture.take(_available("1"), 5.0, 5.0)
    assert picture.revision == revision
    assert picture.since == 0.0


def test_a_new_version_of_the_same_words_is_another_change_but_no_new_beginning() -> None:
    picture = Picture()
    picture.take(_available("1"), 0.0, 0.0)
    before = picture.revision
    assert picture.take(_available("2"), 5.0, 5.0)
    assert picture.revision != before
    assert picture.since == 0.0


@pytest.mark.parametrize("sequence", ["", "1"])
def test_leaving_and_coming_back_is_not_the_same_state(sequence: str) -> None:
    picture = Picture()
    picture.take(_available(sequence), 0.0, 0.0)
    before = picture.revision
    picture.take(_away(sequence and "2"), 5.0, 5.0)
    picture.take(_available(sequence and "3"), 10.0, 10.0)
    assert picture.revision != before


def test_ours_keeps_its_name_through_renewals_and_restarts() -> None:
    names = set()
    for sequence in ("", "5", "6"):
        picture = Picture(own=Own(1234.5, settled=True))
        picture.take(_away(sequence), 2000.0, 2000.0)
        names.add(picture.revision)
    assert names == {"ours@1234500"}


@given(order=st.permutations(range(6)), stamped=st.booleans())
def test_the_last_state_wins_in_whatever_order_the_answers_come(order: list[int], stamped: bool) -> None:
    shown = [Shown("Available" if n % 2 else "Away", "x", f"{n:04d}" if stamped else "") for n in range(6)]
    picture = Picture()
    for came, number in enumerate(order):
        picture.take(shown[number], float(number), 10.0 + came)
    assert picture.shown == shown[5]


class _Told:
    """A roster and what it told."""

    def __init__(self) -> None:
        self.events: list[AgentStateChanged] = []
        self.now = 100.0
        self.fell: list[str] = []
        self.roster = Roster(
            self.events.append, lambda: self.now, 3, lambda user, shown: self.fell.append(user)
        )

    @property
    def presences(self) -> list[Presence]:
        return [event.state.presence for event in self.events]

    def answer(self, *told: tuple[str, Shown]) -> None:
        self.now += 5.0
        self.roster.take(["U-1"], told, self.now - 0.1)


def test_one_who_is_left_out_is_unknown_after_a_while_and_never_away() -> None:
    told = _Told()
    told.roster.follow([ACCOUNT])
    told.answer(("u-1", _available()))
    told.answer()
    told.answer()
    assert told.presences == [Presence.AVAILABLE]
    told.answer()
    told.answer()
    assert told.presences == [Presence.AVAILABLE, Presence.UNKNOWN]
    assert told.roster.lost == {"u-1"}
    told.answer(("u-1", _available()))
    assert told.presences[-1] is Presence.AVAILABLE
    assert told.roster.lost == set()


def test_a_word_nobody_knows_is_unknown_and_counted() -> None:
    told = _Told()
    told.roster.follow([ACCOUNT])
    told.answer(("u-1", Shown("Levitating", "Levitating")))
    assert told.presences == [Presence.UNKNOWN]
    assert told.roster.counts["new word"] == 1


def test_ids_are_the_same_in_any_case_and_strangers_are_nobodys() -> None:
    told = _Told()
    told.roster.follow([ACCOUNT])
    told.answer(("u-1", _available()), ("u-2", _away()))
    assert [event.state.account for event in told.events] == [ACCOUNT]


def test_who_is_followed_again_is_told_again() -> None:
    told = _Told()
    for _ in range(2):
        told.roster.follow([ACCOUNT])
        told.answer(("u-1", _available()))
        told.roster.follow([])
        told.answer(("u-1", _away()))
    assert told.presences == [Presence.AVAILABLE, Presence.AVAILABLE]


def test_an_away_of_ours_that_was_replaced_is_said_once_it_had_been_seen() -> None:
    told = _Told()
    told.roster.follow([ACCOUNT])
    told.answer(("u-1", _available()))
    told.roster.own("u-1", Own(100.0, settled=False))
    told.answer(("u-1", _available()))
    assert told.fell == []
    told.answer(("u-1", _away()))
    told.answer(("u-1", Shown("BeRightBack", "BeRightBack")))
    assert told.fell == ["u-1"]
