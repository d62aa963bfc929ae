"""Which one picture speaks for what was found over many."""

import pytest

from atdesk_core.judging import JudgingRules, shown
from atdesk_sdk import FindingKind
from tests.core.session.desk import EVERY_RULE, observation

RULES = JudgingRules()
ALL = frozenset(kind for kind in FindingKind if kind is not FindingKind.PRESENT)


@pytest.mark.parametrize(
    ("what", "kinds"),
    [
        ("agent", set()),
        ("nobody", {FindingKind.ABSENT, FindingKind.INPUT_IDLE}),
        ("other", {FindingKind.DIFFERENT_PERSON}),
        ("phone", {FindingKind.PHONE}),
        ("drink", {FindingKind.FOOD_OR_DRINK}),
        ("book", {FindingKind.BANNED_OBJECT}),
        ("company", {FindingKind.EXTRA_PERSON}),
        ("dark", set()),
    ],
)
def test_a_picture_speaks_for_what_it_shows(what: str, kinds: set[FindingKind]) -> None:
    assert shown(ALL, observation(what, "look", 1.0), EVERY_RULE, RULES) == kinds


def test_only_what_is_asked_for_is_answered() -> None:
    seen = observation("nobody", "look", 1.0)
    assert shown({FindingKind.PHONE, FindingKind.ABSENT}, seen, EVERY_RULE, RULES) == {FindingKind.ABSENT}
    assert shown(frozenset(), seen, EVERY_RULE, RULES) == frozenset()
