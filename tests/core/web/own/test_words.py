"""Everything that the page says is there in Spanish and French, and what ships is what was translated."""

import re

import pytest

from atdesk_core.judging import BasisKind
from atdesk_core.policy import Because
from atdesk_core.policy.catalogues import compile_mo, parse_po
from atdesk_core.runtime import evidence_words, own_words, wording
from atdesk_core.runtime.consent_words import SHIPPED, ConsentTable, ConsentTexts
from atdesk_core.runtime.own_words import LOCALE, language_of, say_in
from atdesk_sdk import FlagStatus, NoticeKind, Obstacle, PausedBy

LANGUAGES = ("es", "fr")
TABLES = (
    own_words.WHY_NO_LOOK,
    own_words.STATUS,
    own_words.PAUSED,
    own_words.POLICY,
    own_words.ERRORS,
    own_words.ADVICE,
    own_words.TEST,
    own_words.LABELS,
    wording.NOTICES,
    evidence_words.EVIDENCE,
)
ALONE = {
    *(own_words.LOOK_ON, own_words.ALTERNATIVE, wording.DESK_CHECK, wording.CODE),
    *(evidence_words.ONE_MORE, evidence_words.BEST_SCORE),
}


def everything() -> set[str]:
    return {text for table in TABLES for text in table.values()} | ALONE


def catalogue(language: str) -> dict[str, str]:
    return parse_po((LOCALE / language / "LC_MESSAGES" / "page.po").read_text("utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_translated_and_nothing_else(language: str) -> None:
    assert set(catalogue(language)) - {""} == everything()
    assert all(catalogue(language).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_fields_of_its_sentence(language: str) -> None:
    for english, other in catalogue(language).items():
        assert sorted(re.findall(r"{\w+}", other)) == sorted(re.findall(r"{\w+}", english)), english


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_ships_is_what_was_translated(language: str) -> None:
    compiled = (LOCALE / language / "LC_MESSAGES" / "page.mo").read_bytes()
    assert compiled == compile_mo(catalogue(language))


def test_every_code_has_its_words() -> None:
    assert {one.value for one in Because} - {"allowed"} <= set(own_words.WHY_NO_LOOK)
    assert {one.value for one in FlagStatus} == set(own_words.STATUS)
    assert {one.value for one in PausedBy} <= set(own_words.PAUSED)
    assert {one.value for one in Obstacle} <= set(own_words.TEST)
    assert {one.value for one in BasisKind} == set(evidence_words.EVIDENCE)
    assert set(NoticeKind) - set(wording.NOTICES) == {NoticeKind.ENROL_CODE, NoticeKind.DESK_CHECK}


def test_a_language_that_nobody_wrote_is_english() -> None:
    assert language_of("pt-BR") == "en"
    assert language_of("es_CO") == "es"
    assert say_in("pt-BR")("a face") == "a face"


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_the_text_that_ships_names_the_alternative(language: str) -> None:
    shown = ConsentTexts(ConsentTable()).shown(language)
    assert (shown.version, shown.language) == (SHIPPED, language)
    assert shown.alternative in shown.text
    assert "{" not in shown.text
