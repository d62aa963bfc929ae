"""Every sentence of the page in every language, with the same things to fill in."""

import re

import pytest

from atdesk_core.web.flag_page.showing import REASONS, SAID
from atdesk_core.web.flag_page.who_may import Act, Seat
from atdesk_core.web.flag_page.wording import LANGUAGES, language_of, say_in, words_of
from atdesk_sdk import FindingKind, FlagStatus

ENGLISH = words_of("en")


def blanks(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there_and_takes_the_same(language: str) -> None:
    words = words_of(language)
    assert set(words) == set(ENGLISH)
    assert {key for key in words if blanks(words[key]) != blanks(ENGLISH[key])} == set()


@pytest.mark.parametrize("language", ["es", "fr"])
def test_what_is_translated_is_another_sentence(language: str) -> None:
    words = words_of(language)
    same = {key for key in words if words[key] == ENGLISH[key] and " " in words[key]}
    assert same <= {"headline"}


def test_every_code_that_can_be_shown_has_words() -> None:
    wanted = {f"status.{one}" for one in FlagStatus}
    wanted |= {f"finding.{one}" for one in FindingKind if one is not FindingKind.PRESENT}
    wanted |= {f"seat.{one}" for one in Seat} | {f"said.{one}" for one in SAID}
    wanted |= {f"{what}.{one}" for one in Act for what in ("act", "legend")}
    wanted |= {f"code.{code}" for codes in REASONS.values() for code in codes}
    assert wanted - set(ENGLISH) == set()


def test_an_unknown_language_is_english_and_an_unknown_code_is_readable() -> None:
    assert language_of("de-DE") == "en"
    assert language_of("es-MX") == "es"
    assert say_in("fr")("code.something_new") == "something new"
