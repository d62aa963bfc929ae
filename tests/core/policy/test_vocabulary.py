"""Promise 6: what can be found, asked for and told is a closed list, and none of it judges a person."""

import re
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from importlib.resources import files

import pytest

from atdesk_core.policy import Because, Precondition, SitePolicy, shipped_presets, wording
from atdesk_core.policy.may import CHECKS
from atdesk_core.policy.settings import SETTINGS
from atdesk_core.session.flags import RULES
from atdesk_sdk import CouldNotTell, FindingKind, NoticeKind, Observation
from atdesk_sdk.coco import LABELS, THINGS
from tests.core.policy.drawn import info_of

NEVER = ("emotion", "mood", "age", "gender", "sex", "race", "ethnic", "attention", "gaze", "score")
# Whole words that judge what somebody feels, is worth or is like, in the three languages of the policy.
WORDS = """
emotions? emotional moods? sentiments? feelings? happy happiness angry anger stress fatigue tired drowsy
boredom smil(e|es|ing) attention attentive focus(ed)? engagement engaged distracted gaze productiv(e|ity)
performance performing efficien(t|cy) rank(s|ed|ing)? scor(e|es|ing) ratings? lazy age gender race
ethnic(ity)? personality
emoci(ón|ones) ánimo productividad rendimiento atención cansancio puntuación género
émotions? humeur productivité rendement concentration notation genre âge
"""
JUDGING = tuple(WORDS.split())
AUDIO = ("audio", "sound", "voice", "speech", "transcript")


def test_each_finding_has_one_rule_and_a_rule_finds_nothing_else() -> None:
    asked = {kind for kind in FindingKind if SitePolicy(site="s", accountable="A. Person").rule_for(kind)}
    assert asked == set(FindingKind) - {FindingKind.PRESENT}
    assert set(RULES) == asked


def test_no_word_of_it_judges_a_person_or_opens_audio() -> None:
    words = [one.value for kind in (FindingKind, CouldNotTell, NoticeKind) for one in kind]
    words += [field.name for field in fields(Observation)]
    words += list(SitePolicy.model_fields)
    assert not [word for word in words if any(bad in word for bad in (*NEVER, *AUDIO))]


def test_people_are_not_among_the_things_of_a_list() -> None:
    assert set(LABELS) - set(THINGS) == {"person"}


def test_unless_a_site_asks_only_two_checks_are_on() -> None:
    policy = SitePolicy(site="s", accountable="A. Person")
    on = {kind for kind in FindingKind if policy.asks_for(kind)}
    assert on == {FindingKind.ABSENT, FindingKind.DIFFERENT_PERSON}


def vocabulary() -> Iterator[str]:
    """Every word with which a policy can ask for something, or explain it."""
    for path, setting in SETTINGS.items():
        yield path
        yield setting.title
        yield info_of(path).description or ""
    for preset in shipped_presets().by_code.values():
        yield preset.name
        yield from preset.whys.values()
    closed: tuple[type[StrEnum], ...] = (Because, Precondition, FindingKind, CouldNotTell, NoticeKind)
    yield from (one.value for kind in closed for one in kind)
    yield from CHECKS
    yield from wording.messages()
    for language in wording.LANGUAGES[1:]:
        source = files("atdesk_core.policy") / "locale" / language / "LC_MESSAGES" / "policy.po"
        yield source.read_text(encoding="utf-8")


@pytest.mark.parametrize("term", JUDGING)
def test_a_policy_has_no_word_for_what_somebody_feels_or_is_worth(term: str) -> None:
    pattern = re.compile(rf"(?<![^\W_]){term}(?![^\W_])", re.IGNORECASE)
    assert not [text for text in vocabulary() if pattern.search(text)]


def test_the_words_that_are_looked_for_would_be_found() -> None:
    found = re.compile(rf"(?<![^\W_]){JUDGING[0]}(?![^\W_])", re.IGNORECASE)
    assert found.search("absence.emotion_s")
    assert found.search("An Emotion, read from a face")
