"""What a new policy changes: looser first, in words."""

import pytest
from hypothesis import given, settings

from atdesk_core.policy import Level, LevelKind, parse_level
from atdesk_core.policy.diff import Turn, differences, in_plain_words
from tests.core.policy.drawn import levels


def said(**tables: object) -> Level:
    return parse_level(tables, LevelKind.SITE, "file")


@pytest.mark.parametrize(
    ("old", "new", "turn"),
    [
        ({"looks": {"max_frames": 4}}, {"looks": {"max_frames": 5}}, Turn.LOOSER),
        ({"looks": {"max_frames": 4}}, {}, Turn.LOOSER),
        ({}, {"phone": {"enabled": True}}, Turn.LOOSER),
        ({}, {"absence": {"agent_first_s": 90}}, Turn.TIGHTER),
        ({}, {"requires": ["notice_given"]}, Turn.TIGHTER),
        ({"looks": {"reasons": ["watch"]}}, {"looks": {"reasons": ["random"]}}, Turn.DIFFERENT),
        ({"accountable": "A. Person"}, {"accountable": "B. Person"}, Turn.DIFFERENT),
        ({"pause": {"reason": "text"}}, {"pause": {"reason": "none"}}, Turn.TIGHTER),
        ({"shadow_until": 1000}, {}, Turn.LOOSER),
        (
            {"meetings": [{"id": "1", "purpose": "one"}]},
            {"meetings": [{"id": "1", "purpose": "other"}]},
            Turn.DIFFERENT,
        ),
    ],
)
def test_each_change_goes_one_way(old: dict[str, object], new: dict[str, object], turn: Turn) -> None:
    (one,) = differences(said(**old).values, said(**new).values)
    assert one.turn is turn


def test_the_changes_are_told_with_what_loosens_first() -> None:
    old = said(looks={"random_per_shift": 0}, stills={"life_days": 7}, accountable="A. Person")
    new = said(looks={"random_per_shift": 2}, stills={"life_days": 3}, accountable="B. Person")
    assert in_plain_words(differences(old.values, new.values)) == (
        "Looser",
        "  Looks, random looks in a shift: 0 becomes 2.",
        "Tighter",
        "  Stills, life of a still: 7 days becomes 3 days.",
        "Different",
        "  In general, accountable person: A. Person becomes B. Person.",
    )
    assert in_plain_words(differences(old.values, new.values), "es")[0] == "Más permisivo"


def test_two_that_say_the_same_do_not_differ() -> None:
    assert in_plain_words(differences(said().values, said(looks={"max_frames": 6}).values)) == (
        "Nothing changes.",
    )


@settings(deadline=None)
@given(levels(LevelKind.SITE), levels(LevelKind.SITE))
def test_what_goes_looser_one_way_goes_tighter_back(one: Level, other: Level) -> None:
    there = {found.path: found.turn for found in differences(one.values, other.values)}
    back = {found.path: found.turn for found in differences(other.values, one.values)}
    mirror = {Turn.LOOSER: Turn.TIGHTER, Turn.TIGHTER: Turn.LOOSER, Turn.DIFFERENT: Turn.DIFFERENT}
    assert back == {path: mirror[turn] for path, turn in there.items()}
