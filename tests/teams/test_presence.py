"""What Teams' words mean, spelt any way, and what is not known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_sdk.events import Interaction, Presence
from atdesk_teams.presence import Shown, folded, meaning

CALL, MEETING, NONE = Interaction.CUSTOMER_CALL, Interaction.MEETING, Interaction.NONE


@pytest.mark.parametrize(
    ("availability", "activity", "presence", "interaction"),
    [
        ("Available", "Available", Presence.AVAILABLE, NONE),
        ("AvailableIdle", "AvailableIdle", Presence.IDLE, NONE),
        ("Available", "AvailableInactive", Presence.IDLE, NONE),
        ("Available", "Inactive", Presence.IDLE, NONE),
        ("BusyIdle", "BusyIdle", Presence.IDLE, NONE),
        ("BusyIdle", "InACall", Presence.BUSY, CALL),
        ("BusyIdle", "InAMeeting", Presence.MEETING, MEETING),
        ("Away", "Away", Presence.AWAY, NONE),
        ("BeRightBack", "BeRightBack", Presence.BREAK, NONE),
        ("Busy", "Busy", Presence.BUSY, NONE),
        ("Busy", "InACall", Presence.BUSY, CALL),
        ("Busy", "InAConferenceCall", Presence.BUSY, CALL),
        ("Busy", "InAMeeting", Presence.MEETING, MEETING),
        ("DoNotDisturb", "Presenting", Presence.BUSY, MEETING),
        ("DoNotDisturb", "UrgentInterruptionsOnly", Presence.BUSY, NONE),
        ("InACall", "", Presence.BUSY, CALL),
        ("InAMeeting", "InAMeeting", Presence.MEETING, MEETING),
        ("Focusing", "Focusing", Presence.BUSY, NONE),
        ("Offline", "OffWork", Presence.OFFLINE, NONE),
        ("PresenceUnknown", "PresenceUnknown", Presence.UNKNOWN, NONE),
    ],
)
def test_each_pair(availability: str, activity: str, presence: Presence, interaction: Interaction) -> None:
    for first, second in ((availability, activity), (availability.upper(), activity.lower())):
        means = meaning(first, second)
        assert (means.presence, means.interaction, means.known) == (presence, interaction, True)


@pytest.mark.parametrize("activity", ["OutOfOffice", "outOfOffice"])
def test_out_of_office_is_said_by_the_activity_too(activity: str) -> None:
    means = meaning("Available", activity)
    assert means.out_of_office
    assert means.presence is Presence.AVAILABLE


@given(availability=st.text(max_size=30), activity=st.text(max_size=30))
def test_any_word_has_a_meaning_and_a_new_one_is_unknown(availability: str, activity: str) -> None:
    means = meaning(availability, activity)
    if not means.known:
        assert means.presence is Presence.UNKNOWN
    if means.presence is Presence.AWAY:
        assert folded(availability) in ("away", "outofoffice")


def test_only_both_words_together_are_what_we_write() -> None:
    assert Shown("away", "AWAY").is_away
    assert not Shown("Away", "OutOfOffice").is_away
    assert not Shown("Away", "Inactive").is_away
