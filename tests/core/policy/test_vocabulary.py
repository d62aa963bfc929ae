"""Promise 6: what can be found, asked for and told is a closed list, and none of it judges a person."""

from dataclasses import fields

from atdesk_core.policy import SitePolicy
from atdesk_core.session.flags import RULES
from atdesk_sdk import CouldNotTell, FindingKind, NoticeKind, Observation
from atdesk_sdk.coco import LABELS, THINGS

NEVER = ("emotion", "mood", "age", "gender", "sex", "race", "ethnic", "attention", "gaze", "score")
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
