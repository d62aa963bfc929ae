"""One presence is written in three ways; what is not the agent's own choice never counts as one."""

from __future__ import annotations

import pytest

from atdesk_sdk import Interaction, Presence
from atdesk_zoom.presence import Status, cannot_set, normalise, shown

WORDS = {
    Status.AVAILABLE: ["Available"],
    Status.AWAY: ["Away"],
    Status.DND: ["Do_Not_Disturb", "Do_No_Disturb"],
    Status.MEETING: ["In_Meeting", "In_A_Zoom_Meeting", "In_A_Meeting"],
    Status.PRESENTING: ["Presenting"],
    Status.CALL: ["On_Phone_Call", "On_A_Call", "In_A_Call"],
    Status.CALENDAR: ["In_Calendar_Event", "In_A_Calendar_Event"],
    Status.OOO: ["Out_of_Office"],
    Status.BUSY: ["Busy"],
    Status.OFFLINE: ["Offline"],
    Status.MOBILE: ["Mobile_signed_in"],
}


@pytest.mark.parametrize(("status", "word"), [(one, word) for one, words in WORDS.items() for word in words])
def test_each_spelling_comes_to_one_status(status: Status, word: str) -> None:
    assert normalise(word) is status
    assert (shown(word).key, shown(word).raw) == (status.value, word)


def test_a_word_that_is_new_is_unknown_and_keeps_its_text() -> None:
    new = shown("Gone_Fishing")
    assert (new.presence, new.raw) == (Presence.UNKNOWN, "Gone_Fishing")
    assert new.key != shown("Gone_Sailing").key


@pytest.mark.parametrize("word", ["In_Meeting", "Presenting", "In_Calendar_Event", "On_Phone_Call"])
def test_what_zoom_sets_by_itself_is_an_interaction_and_no_choice_to_be_away(word: str) -> None:
    told = shown(word)
    assert told.presence in (Presence.MEETING, Presence.AVAILABLE)
    assert told.interaction in (Interaction.MEETING, Interaction.CUSTOMER_CALL)


def test_who_is_out_of_office_is_left_alone() -> None:
    assert shown("Out_of_Office").out_of_office
    assert cannot_set(shown("Out_of_Office"), Presence.AWAY, away_in_meeting=True)


@pytest.mark.parametrize("word", ["Available", "Do_Not_Disturb"])
def test_away_is_documented_from_there(word: str) -> None:
    assert cannot_set(shown(word), Presence.AWAY, away_in_meeting=False) == ""


@pytest.mark.parametrize(
    "word",
    ["In_Meeting", "Presenting", "On_Phone_Call", "In_Calendar_Event", "Busy", "Offline", "Mobile_signed_in"],
)
def test_and_from_nowhere_else(word: str) -> None:
    assert cannot_set(shown(word), Presence.AWAY, away_in_meeting=False)


def test_a_meeting_is_written_over_only_where_the_account_is_known_to_take_it() -> None:
    assert cannot_set(shown("In_Meeting"), Presence.AWAY, away_in_meeting=True) == ""
    assert cannot_set(shown("On_Phone_Call"), Presence.AWAY, away_in_meeting=True)


@pytest.mark.parametrize("word", [word for words in WORDS.values() for word in words if word != "Away"])
def test_only_an_away_is_taken_back(word: str) -> None:
    assert cannot_set(shown("Away"), Presence.AVAILABLE, away_in_meeting=False) == ""
    assert cannot_set(shown(word), Presence.AVAILABLE, away_in_meeting=True)
