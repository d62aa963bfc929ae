"""What stands on a card: for every state of a flag, in three languages, for several flags in one. Pure."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from atdesk_sdk.findings import FindingKind
from atdesk_sdk.flags import DismissReason, FlagDetails, FlagDigest, FlagStatus, FlagView
from atdesk_teams.cards import OPEN, RULES, digest_card, flag_card
from atdesk_teams.plain import clock, plain
from atdesk_teams.words import LANGUAGES, words_in
from tests.teams.bot_desk import facts, texts, verbs

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
SAY = words_in("en")
MOST_BYTES = 20_000


def parts(card: Any, kind: str) -> list[dict[str, Any]]:
    """Every part of a card that has this type, wherever it hangs."""
    found = [card] if isinstance(card, dict) and card.get("type") == kind else []
    inner = card.values() if isinstance(card, dict) else card if isinstance(card, list) else []
    return found + [one for part in inner for one in parts(part, kind)]


def bare(shown: dict[str, str]) -> dict[str, str]:
    """Without the joiners that break markup up."""
    return {key.replace("\u2060", ""): value.replace("\u2060", "") for key, value in shown.items()}


def test_an_open_card_says_who_what_since_when_how_sure_why_and_under_which_rule() -> None:
    card = flag_card(VIEW, SAY)
    shown = bare(facts(card))
    assert texts(card) == ["Flag K7Q2AB: Ann Agent", "support"]
    assert shown == {
        "Since": "2023-11-14 22:13:20 UTC",
        "Status": "Waits for an answer.",
        "Check": "A phone",
        "How sure": "80% of the judged pictures say so",
        "Judged": "2 times, each begun afresh",
        "Why": "cell phone in 4 of 5 pictures",
        "Rule": "phone",
        "Policy": "abc123",
        "Asked": "Lee *Lead*",
    }
    assert verbs(card) == ["flag.ack", "flag.dismiss", "Action.OpenUrl"]
    (link,) = parts(card, "Action.OpenUrl")
    assert (link["title"], link["url"]) == ("Open the flag", LINK)


def test_a_dismissal_asks_for_one_of_four_reasons() -> None:
    (asked,) = parts(flag_card(VIEW, SAY), "Input.ChoiceSet")
    assert [one["value"] for one in asked["choices"]] == [one.value for one in DismissReason]
    assert (asked["id"], asked["isRequired"]) == ("reason", True)
    assert "value" not in asked, "no reason is chosen for anybody"


def test_every_button_has_what_an_older_client_sends_instead() -> None:
    for action in parts(flag_card(VIEW, SAY), "Action.Execute"):
        if action["verb"] != "flag.refresh":
            assert action["fallback"]["data"] == {"verb": action["verb"], **action["data"]}


@pytest.mark.parametrize("status", list(FlagStatus))
def test_every_state_is_said_in_words_and_only_an_open_one_can_be_answered(status: FlagStatus) -> None:
    card = flag_card(replace(VIEW, status=status), SAY)
    is_open = status in OPEN
    assert facts(card)["Status"].endswith(".")
    assert ("flag.dismiss" in verbs(card)) is is_open
    assert ("Asked" in facts(card)) is is_open
    assert ("refresh" in card) is is_open


@pytest.mark.parametrize("status", [FlagStatus.EXPIRED, FlagStatus.WITHDRAWN, FlagStatus.OVERTURNED])
def test_what_nothing_came_of_names_no_finding_any_more(status: FlagStatus) -> None:
    card = flag_card(replace(VIEW, status=status), SAY)
    assert "phone" not in json.dumps(card).lower()
    assert "counted" in facts(card)["Status"]


def test_a_dismissal_says_why() -> None:
    view = replace(VIEW, status=FlagStatus.DISMISSED, details=replace(DETAILS, reason="technical"))
    shown = facts(flag_card(view, SAY))["Status"]
    assert shown == "Dismissed: nothing follows from it. (it was a technical fault)"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_of_a_policy_has_a_name_in_every_language(language: str, rule: str) -> None:
    say = words_in(language)
    shown = facts(flag_card(replace(VIEW, details=replace(DETAILS, rule=rule)), say))
    assert shown[say("rule")] == say(f"rule.{rule}")


def test_a_rule_that_nobody_named_is_shown_as_it_stands() -> None:
    view = replace(VIEW, details=replace(DETAILS, rule="of_somebody_else"))
    assert facts(flag_card(view, SAY))["Rule"] == "of somebody else"


def test_a_card_is_in_the_language_of_its_channel_to_the_last_word() -> None:
    details = replace(DETAILS, evidence="téléphone possible dans la main ou à l'oreille, dans 4 images sur 5")
    shown = facts(flag_card(replace(VIEW, details=details), words_in("fr")))
    assert shown["Règle"] == "téléphone"
    assert shown["Pourquoi"] == "téléphone possible dans la main ou à l'oreille, dans 4 images sur 5"


def test_paused_is_not_absent_a_return_is_said_and_so_is_who_was_not_reached() -> None:
    details = replace(DETAILS, paused_since=1_700_000_060.0, returned_at=1_700_000_120.0, agent_reached=False)
    shown = facts(flag_card(replace(VIEW, details=details), SAY))
    assert shown["Paused since"] == "2023-11-14 22:14:20 UTC, which is not absent"
    assert shown["Back since"] == "2023-11-14 22:15:20 UTC"
    assert shown["Notice"] == "the agent was not reached"


@pytest.mark.parametrize("status", list(FlagStatus))
def test_without_details_there_is_name_time_and_link_and_whether_it_is_over(status: FlagStatus) -> None:
    card = flag_card(replace(VIEW, status=status, details=None), SAY)
    assert set(facts(card)) == {"Since", "Status"}
    assert facts(card)["Status"] in ("Open", "Over")
    assert verbs(card) == ["Action.OpenUrl"]
    assert "support" not in json.dumps(card)


def test_a_one_way_card_has_no_button_that_nobody_would_hear() -> None:
    card = flag_card(VIEW, SAY, buttons=False)
    assert verbs(card) == ["Action.OpenUrl"]
    assert "refresh" not in card


def test_a_digest_lists_number_name_time_and_link_of_each_and_no_finding() -> None:
    others = [
        replace(VIEW, number=f"B{one}CDEF", agent_name=f"Agent [{one}](x)", link=f"{LINK}{one}")
        for one in range(24)
    ]
    card = digest_card(FlagDigest("support", (VIEW, *others)), SAY)
    text = json.dumps(card)
    assert texts(card)[0] == "25 flags at once"
    for view in (VIEW, *others):
        assert view.number in text
        assert f"]({view.link})" in text
    assert "phone" not in text.lower()
    assert "](x)" not in text, "what a card could read as a link of its own is broken up"
    assert verbs(card) == []
    assert len(text.encode()) < MOST_BYTES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", list(FlagStatus))
def test_every_card_stays_far_below_what_teams_and_workflows_take(language: str, status: FlagStatus) -> None:
    longest = replace(
        VIEW,
        agent_name="\U0001f3a7" * 500,
        team="T" * 500,
        status=status,
        link="https://desk.example/" + "x" * 200,
        details=replace(DETAILS, evidence="e" * 500, asked=("Lee Lead",) * 5, paused_since=1.0),
    )
    card = json.dumps(flag_card(longest, words_in(language)), ensure_ascii=False)
    assert len(card.encode("utf-16-le")) < MOST_BYTES


def test_every_language_has_every_word_and_every_place_for_a_value() -> None:
    folder = files("atdesk_teams") / "words"
    every = {one: json.loads((folder / f"{one}.json").read_text(encoding="utf-8")) for one in LANGUAGES}
    for language, words in every.items():
        assert set(words) == set(every["en"]), language
        for key, form in words.items():
            assert _places(form) == _places(every["en"][key]), (language, key)


def _places(form: str) -> set[str]:
    return {part.split("}")[0] for part in form.split("{")[1:]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("finding", [one for one in FindingKind if one is not FindingKind.PRESENT])
def test_every_finding_has_a_name_in_every_language(language: str, finding: FindingKind) -> None:
    details = replace(DETAILS, finding=finding)
    assert flag_card(replace(VIEW, details=details), words_in(language))


def test_a_link_that_is_none_is_left_out() -> None:
    for link in ("", "javascript:alert(1)", "https://desk.example/a) [b](https://evil.example"):
        assert parts(flag_card(replace(VIEW, link=link), SAY), "Action.OpenUrl") == []
        card = digest_card(FlagDigest("support", (replace(VIEW, link=link),)), SAY)
        assert "](" not in json.dumps(card)


@pytest.mark.parametrize(
    "text",
    [
        "[x](https://evil.example)",
        "**bold** _it_ ~~gone~~ `code`",
        "<at>Everybody</at>",
        "{{DATE(2020-01-01T00:00:00Z)}}",
        "- a list",
        "1. a list",
        "> said",
        "# heading",
        "\u202eabc\nnext\x00line\ud800",
    ],
)
def test_text_from_outside_is_text(text: str) -> None:
    shown = plain(text)
    for markup in ("](", "**", "~~", "<at", "{{", "\n", "\u202e", "\x00", "\ud800"):
        assert markup not in shown
    assert shown[0] not in "->#1["
    json.dumps(shown).encode()


def test_a_time_zone_that_nobody_knows_is_utc() -> None:
    assert clock(0.0, "Nowhere/Land") == "1970-01-01 00:00:00 UTC"
    assert clock(0.0, "America/Lima") == "1969-12-31 19:00:00 -05"
