"""What stands on a card: for every state of a flag, and for several flags in one. Pure."""

import json
import re
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from atdesk_sdk import DismissReason, FindingKind, FlagDetails, FlagDigest, FlagStatus, FlagView
from atdesk_zoom.abilities import capabilities
from atdesk_zoom.cards import RULES, digest_content, flag_content
from atdesk_zoom.simulator.chat import _content_fault
from atdesk_zoom.words import LANGUAGES, words_for, words_in

SAY = words_in("en")

LINK = "https://desk.example/flags/K7Q2AB/token"
DETAILS = FlagDetails(
    finding=FindingKind.PHONE,
    rule="phone",
    confidence=0.8,
    policy_version="abc123",
    agent_reached=True,
    evidence="possible phone in the hand or at the ear, in 4 of 5 pictures",
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
    content = flag_content(VIEW, SAY)
    shown = fields(content)
    assert content["head"]["text"] == "Flag K7Q2AB: Ann Agent"
    assert shown["Since"] == "2023-11-14 22:13:20 UTC"
    assert (shown["Check"], shown["Pictures that say so"]) == ("A phone", "80%")
    assert (shown["Why"], shown["Rule"], shown["Policy"]) == (
        "possible phone in the hand or at the ear, in 4 of 5 pictures",
        "phone",
        "abc123",
    )
    assert shown["Asked"].replace("\u2060", "") == "Lee *Lead*"
    assert {"type": "message", "text": "Open the flag", "link": LINK} in content["body"]
    assert buttons(content) == ["ack:K7Q2AB", *(f"dismiss:K7Q2AB:{one}" for one in DismissReason)]


@pytest.mark.parametrize("status", list(FlagStatus))
def test_every_state_is_said_in_words_and_only_an_open_one_can_be_answered(status: FlagStatus) -> None:
    content = flag_content(replace(VIEW, status=status), SAY)
    is_open = status in (FlagStatus.RAISED, FlagStatus.AWAITING_SECOND, FlagStatus.ACKNOWLEDGED)
    assert " " in fields(content)["Status"] or status is FlagStatus.ACKNOWLEDGED, "a sentence, not a code"
    assert bool(buttons(content)) is is_open
    assert ("Asked" in fields(content)) is is_open
    assert _content_fault(content) == ""


@pytest.mark.parametrize("status", [FlagStatus.EXPIRED, FlagStatus.WITHDRAWN, FlagStatus.OVERTURNED])
def test_what_nothing_came_of_names_no_finding_any_more(status: FlagStatus) -> None:
    content = flag_content(replace(VIEW, status=status), SAY)
    assert "phone" not in json.dumps(content)
    assert "not counted" in fields(content)["Status"] or "nothing is counted" in fields(content)["Status"]


def test_a_dismissal_says_why() -> None:
    view = replace(VIEW, status=FlagStatus.DISMISSED, details=replace(DETAILS, reason="technical"))
    assert fields(flag_content(view, SAY))["Status"] == "Dismissed: nothing follows from it (technical)"


def test_paused_is_not_absent_and_a_return_is_said() -> None:
    details = replace(DETAILS, paused_since=1_700_000_060.0, returned_at=1_700_000_120.0)
    shown = fields(flag_content(replace(VIEW, details=details), SAY))
    assert shown["Paused since"] == "2023-11-14 22:14:20 UTC, which is not absent"
    assert shown["Back since"] == "2023-11-14 22:15:20 UTC"


@pytest.mark.parametrize("status", list(FlagStatus))
def test_without_details_there_is_name_time_and_link_and_whether_it_is_over(status: FlagStatus) -> None:
    content = flag_content(replace(VIEW, status=status, details=None), SAY)
    shown = fields(content)
    assert set(shown) == {"Since", "Status"}
    assert shown["Status"] in ("Open", "Over")
    assert "support" not in json.dumps(content)


def test_a_digest_lists_number_name_time_and_link_of_each_and_no_finding() -> None:
    others = [
        replace(VIEW, number=f"B{one}CDEF", agent_name=f"Agent <{one}>", link=f"{LINK}{one}")
        for one in range(6)
    ]
    content = digest_content(FlagDigest("support", (VIEW, *others)), SAY)
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
    text = json.dumps(digest_content(FlagDigest("support", tuple(views)), SAY))
    assert '"Open"' in text
    assert '"Over"' in text
    assert "Expired" not in text


# ---- the languages ---------------------------------------------------------------------------------------


def words_of(language: str) -> dict[str, str]:
    kept: dict[str, str] = json.loads(
        (files("atdesk_zoom") / "words" / f"{language}.json").read_text(encoding="utf-8")
    )
    return kept


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there_in_every_language_and_takes_the_same(language: str) -> None:
    def gaps(text: str) -> list[str]:
        return sorted(re.findall(r"{\w+", text))

    english, own = words_of("en"), words_of(language)
    assert set(own) == set(english)
    assert {key: gaps(text) for key, text in own.items()} == {
        key: gaps(text) for key, text in english.items()
    }
    assert all(text.strip() for text in own.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", list(FlagStatus))
@pytest.mark.parametrize("kind", [one for one in FindingKind if one is not FindingKind.PRESENT])
def test_a_card_of_anything_can_be_written_in_every_language(
    language: str, status: FlagStatus, kind: FindingKind
) -> None:
    rule = "absence" if kind is FindingKind.ABSENT else kind.value
    details = replace(
        DETAILS, finding=kind, rule=rule, agent_reached=False, paused_since=1.0, returned_at=2.0
    )
    content = flag_content(replace(VIEW, status=status, details=details), words_in(language))
    assert _content_fault(content) == ""
    assert rule in RULES


def test_a_card_is_in_the_language_of_its_channel_to_the_last_word() -> None:
    details = replace(DETAILS, evidence="posible teléfono en la mano o al oído, en 4 de 5 imágenes")
    content = flag_content(replace(VIEW, details=details), words_in("es"))
    shown = fields(content)
    assert content["head"]["text"] == "Aviso K7Q2AB: Ann Agent"
    assert (shown["Comprobación"], shown["Regla"]) == ("Un teléfono", "teléfono")
    assert shown["Por qué"] == "posible teléfono en la mano o al oído, en 4 de 5 imágenes"
    assert shown["Estado"] == "Espera una respuesta"


def test_the_adapter_says_in_which_language_its_cards_are() -> None:
    assert capabilities(language="fr").flag_language == "fr"
    assert capabilities().flag_language == "en"


@pytest.mark.parametrize(
    ("language", "says"), [("es-CO", "Pausar"), ("fr_CA", "Pause"), ("pt-BR", "Pause"), ("", "Pausar")]
)
def test_who_reads_a_language_that_nobody_wrote_reads_english(language: str, says: str) -> None:
    assert words_for(language, otherwise="es")("my.pause") == says


def test_a_rule_that_nobody_named_is_shown_as_it_stands() -> None:
    view = replace(VIEW, details=replace(DETAILS, rule="of_somebody_else"))
    assert fields(flag_content(view, SAY))["Rule"] == "of somebody else"
