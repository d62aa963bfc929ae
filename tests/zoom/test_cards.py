"""What stands on a card: for every state of a flag, and for several flags in one. Pure."""

import json
from dataclasses import replace
from typing import Any

import pytest

from atdesk_sdk import DismissReason, FindingKind, FlagDetails, FlagDigest, FlagStatus, FlagView
from atdesk_zoom.cards import digest_content, flag_content
from atdesk_zoom.simulator.chat import _content_fault

LINK = "https://desk.example/flags/K7Q2AB/token"
DETAILS = FlagDetails(
    finding=FindingKind.PHONE,
    rule="phone",
    confidence=0.8,
    policy_version="abc123",
    agent_reached=True,
    evidence="cell phone in 4 of 5 pictures",
    tries=2,
    asked=("Lee *Lead*",),
)
VIEW = FlagView("K7Q2AB", "Ann Agent", "support", 1_700_000_000.0, FlagStatus.RAISED, LINK, "UTC", DETAILS)


def fields(content: dict[str, Any]) -> dict[str, str]:
    sections = [block for block in content["body"] if block["type"] == "section"]
    return {
        item["key"]: item["value"] for one in sections for part in one["sections"] for item in part["items"]
    }


def buttons(content: dict[str, Any]) -> list[str]:
    return [
        item["value"] for block in content["body"] if block["type"] == "actions" for item in block["items"]
    ]


def test_an_open_card_says_who_what_since_when_how_sure_why_and_under_which_rule() -> None:
    content = flag_content(VIEW)
    shown = fields(content)
    assert content["head"]["text"] == "Flag K7Q2AB: Ann Agent"
    assert shown["Since"] == "2023-11-14 22:13:20 UTC"
    assert (shown["Check"], shown["Pictures that say so"]) == ("phone", "80%")
    assert (shown["Why"], shown["Rule"], shown["Policy"]) == (
        "cell phone in 4 of 5 pictures",
        "phone",
        "abc123",
    )
    assert shown["Asked"].replace("\u2060", "") == "Lee *Lead*"
    assert {"type": "message", "text": "Open the flag", "link": LINK} in content["body"]
    assert buttons(content) == ["ack:K7Q2AB", *(f"dismiss:K7Q2AB:{one}" for one in DismissReason)]


@pytest.mark.parametrize("status", list(FlagStatus))
def test_every_state_is_said_in_words_and_only_an_open_one_can_be_answered(status: FlagStatus) -> None:
    content = flag_content(replace(VIEW, status=status))
    is_open = status in (FlagStatus.RAISED, FlagStatus.AWAITING_SECOND, FlagStatus.ACKNOWLEDGED)
    assert " " in fields(content)["Status"] or status is FlagStatus.ACKNOWLEDGED, "a sentence, not a code"
    assert bool(buttons(content)) is is_open
    assert ("Asked" in fields(content)) is is_open
    assert _content_fault(content) == ""


@pytest.mark.parametrize("status", [FlagStatus.EXPIRED, FlagStatus.WITHDRAWN, FlagStatus.OVERTURNED])
def test_what_nothing_came_of_names_no_finding_any_more(status: FlagStatus) -> None:
    content = flag_content(replace(VIEW, status=status))
    assert "phone" not in json.dumps(content)
    assert "not counted" in fields(content)["Status"] or "nothing is counted" in fields(content)["Status"]


def test_a_dismissal_says_why() -> None:
    view = replace(VIEW, status=FlagStatus.DISMISSED, details=replace(DETAILS, reason="technical"))
    assert fields(flag_content(view))["Status"] == "Dismissed: nothing follows from it (technical)"


def test_paused_is_not_absent_and_a_return_is_said() -> None:
    details = replace(DETAILS, paused_since=1_700_000_060.0, returned_at=1_700_000_120.0)
    shown = fields(flag_content(replace(VIEW, details=details)))
    assert shown["Paused since"] == "2023-11-14 22:14:20 UTC, which is not absent"
    assert shown["Back since"] == "2023-11-14 22:15:20 UTC"


@pytest.mark.parametrize("status", list(FlagStatus))
def test_without_details_there_is_name_time_and_link_and_whether_it_is_over(status: FlagStatus) -> None:
    content = flag_content(replace(VIEW, status=status, details=None))
    shown = fields(content)
    assert set(shown) == {"Since", "Status"}
    assert shown["Status"] in ("Open", "Over")
    assert "support" not in json.dumps(content)


def test_a_digest_lists_number_name_time_and_link_of_each_and_no_finding() -> None:
    others = [
        replace(VIEW, number=f"B{one}CDEF", agent_name=f"Agent <{one}>", link=f"{LINK}{one}")
        for one in range(6)
    ]
    content = digest_content(FlagDigest("support", (VIEW, *others)))
    text = json.dumps(content)
    assert content["head"]["text"] == "7 flags at once"
    for view in (VIEW, *others):
        assert view.number in text
        assert {"type": "message", "text": f"Open {view.number}", "link": view.link} in content["body"]
    assert "phone" not in text
    assert "Agent <" not in text, "what Team Chat could read as markup is broken up"
    assert buttons(content) == []
    assert _content_fault(content) == ""


def test_a_digest_in_an_open_channel_says_open_or_over_alone() -> None:
    views = [replace(VIEW, details=None), replace(VIEW, details=None, status=FlagStatus.EXPIRED)]
    text = json.dumps(digest_content(FlagDigest("support", tuple(views))))
    assert '"Open"' in text
    assert '"Over"' in text
    assert "Expired" not in text
