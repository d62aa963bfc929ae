"""Every sentence of the page in every language, with the same things to fill in."""

import re

import pytest

from atdesk_core.desk_checks import Outcome, Status
from atdesk_core.identity import Standing
from atdesk_core.policy.safeguards import DeskCheckRule
from atdesk_core.web.desk_check_page.showing import ROOM, SAID
from atdesk_core.web.wording import LANGUAGES, words_of

ENGLISH = words_of("en", ROOM)


def blanks(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there_and_takes_the_same(language: str) -> None:
    words = words_of(language, ROOM)
    assert set(words) == set(ENGLISH)
    assert {key for key in words if blanks(words[key]) != blanks(ENGLISH[key])} == set()


@pytest.mark.parametrize("language", ["es", "fr"])
def test_what_is_translated_is_another_sentence(language: str) -> None:
    words = words_of(language, ROOM)
    assert {key for key in words if words[key] == ENGLISH[key]} == set()


def test_every_code_that_can_be_shown_has_words() -> None:
    stages = {*Status, "to_come", "waits", "void"} - {Status.ANNOUNCED}
    wanted = {f"stage.{one}" for one in stages} | {f"seat.{one}" for one in Standing}
    wanted |= {f"outcome.{one}" for one in Outcome} | {f"said.{one}" for one in SAID}
    wanted |= {f"item.{one}" for one in DeskCheckRule().items}
    assert wanted - set(ENGLISH) == set()
