"""The demo in Microsoft Teams: its witness reads what arrived."""

import pytest
from examples.demo.received import Received, from_teams

from atdesk_teams.simulator.journal import Entry


@pytest.mark.parametrize(
    ("what", "body", "status", "expected"),
    [
        (
            "POST /v1.0/users/u1/presence/setUserPreferredPresence",
            {"availability": "Away"},
            "200",
            "state:Away",
        ),
        ("POST /v1.0/users/u1/presence/clearUserPreferredPresence", {}, "200", "state:Available"),
        ("POST /v1.0/users/u1/presence/setUserPreferredPresence", {"availability": "Away"}, "429", None),
        ("POST /v1.0/communications/getPresencesByUserId", {}, "200", None),
        ("POST /connector/v3/conversations", {"isGroup": True}, "201", "flag"),
        ("POST /connector/v3/conversations", {"members": []}, "201", None),
        ("POST /connector/v3/conversations/a%3A1chat/activities", {}, "201", "notice"),
        ("PUT /connector/v3/conversations/a:1chat/activities/7", {}, "200", None),
        ("PUT /connector/v3/conversations/19:flags/activities/7", {}, "200", "flag_update"),
    ],
)
def test_the_witness_counts_what_teams_accepted(
    what: str, body: dict[str, object], status: str, expected: str | None
) -> None:
    entry = Entry(1.0, 1_700_000_005_000, "in", "graph", what, body, status)
    row = from_teams(entry, {"a:1chat"}, 1_700_000_000.0)
    assert row == (Received(5.0, "teams", expected) if expected else None)
