"""A rule that people overturn too often falls back to shadow mode; a named person lifts that."""

import pytest

from atdesk_core.policy import ReviewRules
from atdesk_core.reviewing import Share, lift, overturned_too_often, shares_of, standing_shadows
from atdesk_core.store import RuleShadowRow, Store, Unit
from atdesk_sdk import FlagStatus
from tests.core.reviewing.people import fill, keep_flags

RULES = ReviewRules(overturn_share=0.2, overturn_least=10)
GOOD = ("a0", FlagStatus.ACKNOWLEDGED, "as_shown")
WRONG = ("a1", FlagStatus.DISMISSED, "wrong")
OVERTURNED = ("a2", FlagStatus.OVERTURNED, "wrong")


@pytest.mark.parametrize(
    ("reviewed", "overturned", "too_often"),
    [(9, 9, False), (10, 2, False), (10, 3, True), (100, 20, False), (100, 21, True), (0, 0, False)],
)
def test_more_than_the_share_of_enough_reviewed_flags(
    reviewed: int, overturned: int, too_often: bool
) -> None:
    assert overturned_too_often(Share("phone", reviewed, overturned, 7), RULES) is too_often


async def test_what_is_reviewed_and_what_of_it_was_wrong(store: Store) -> None:
    await fill(store, 5)
    others = [
        ("a3", FlagStatus.DISMISSED, "agreed_break"),
        ("a3", FlagStatus.UPHELD, "as_shown"),
        ("a4", FlagStatus.RAISED, ""),
        ("a4", FlagStatus.EXPIRED, ""),
        ("a4", FlagStatus.DISPUTED, ""),
        ("a4", FlagStatus.WITHDRAWN, "break"),
        ("a4", FlagStatus.AWAITING_SECOND, "as_shown"),
    ]
    await keep_flags(store, [GOOD, WRONG, OVERTURNED, *others])
    assert await shares_of(store, "home") == (Share("absence", 5, 2, 4),)


async def test_once_lifted_only_flags_that_were_raised_later_count(store: Store) -> None:
    await fill(store, 3)
    await keep_flags(store, [WRONG] * 5, raised_at=200.0)
    await store.commit(Unit(rule_shadows=(RuleShadowRow("home", "absence", 250.0, 5, 5),)))
    assert [row.rule for row in await standing_shadows(store)] == ["absence"]
    assert await lift(store, "home", "absence", "lee", 300.0)
    assert await standing_shadows(store) == []
    assert await shares_of(store, "home") == ()
    await keep_flags(store, [WRONG, GOOD], raised_at=400.0)
    assert await shares_of(store, "home") == (Share("absence", 2, 1, 2),)


async def test_lifting_is_logged_with_the_person_and_done_once(store: Store) -> None:
    await store.commit(Unit(rule_shadows=(RuleShadowRow("home", "phone", 250.0, 12, 5),)))
    assert not await lift(store, "home", "absence", "lee", 300.0)
    assert await lift(store, "home", "phone", "lee", 300.0)
    assert not await lift(store, "home", "phone", "lee", 301.0)
    (row,) = await store.ledger(start=0.0, end=1000.0)
    assert row.kind == "shadow"
    assert '"by":"lee"' in row.data


async def test_a_rule_can_fall_back_again_after_it_was_lifted(store: Store) -> None:
    await store.commit(Unit(rule_shadows=(RuleShadowRow("home", "phone", 250.0, 12, 5),)))
    await lift(store, "home", "phone", "lee", 300.0)
    await store.commit(Unit(rule_shadows=(RuleShadowRow("home", "phone", 500.0, 11, 4),)))
    assert [row.since for row in await standing_shadows(store)] == [500.0]
