"""The one aggregate: by rule and status, never by person, and not at all below five people."""

import inspect

from atdesk_core import reviewing
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.reviewing import LEAST_PEOPLE, Cell, counts_of, flags_at, suppressed
from atdesk_core.store import Store, Unit
from atdesk_sdk import FlagStatus
from tests.core.reviewing.people import fill, keep_flags

RAISED, DISMISSED = FlagStatus.RAISED, FlagStatus.DISMISSED


def test_fewer_than_five_people_are_suppressed() -> None:
    assert [suppressed(people) for people in (0, 1, 4, 5, 6)] == [True, True, True, False, False]
    assert LEAST_PEOPLE == 5


async def test_a_number_that_rests_on_few_people_is_not_shown_however_large_it_is(store: Store) -> None:
    await fill(store, 6)
    await keep_flags(store, [(f"a{n % 4}", RAISED, "") for n in range(40)], rule="phone")
    await keep_flags(store, [(f"a{n}", DISMISSED, "wrong") for n in range(5)])
    cells = await counts_of(store, "home", 0.0)
    assert cells == (Cell("absence", "dismissed", 5), Cell("phone", "raised", None))


async def test_disputed_and_expired_flags_and_breaks_are_in_no_number(store: Store) -> None:
    await fill(store, 6)
    everybody = [f"a{n}" for n in range(6)]
    await keep_flags(store, [(one, FlagStatus.DISPUTED, "") for one in everybody], rule="phone")
    await keep_flags(store, [(one, FlagStatus.WITHDRAWN, "break") for one in everybody])
    await keep_flags(store, [(one, FlagStatus.EXPIRED, "") for one in everybody], rule="extra_person")
    assert await counts_of(store, "home", 0.0) == ()


async def test_only_flags_of_the_site_and_of_the_time_are_counted(store: Store) -> None:
    await fill(store, 6)
    await keep_flags(store, [(f"a{n}", RAISED, "") for n in range(6)])
    assert await counts_of(store, "home", 201.0) == ()
    assert await counts_of(store, "elsewhere", 0.0) == ()


async def test_what_shadow_mode_measured_is_counted_the_same_way(store: Store) -> None:
    await fill(store, 6)
    rows = [
        entry(LedgerKind.SHADOW, 300.0, "home", f"ref{n}", {"what": "would_flag", "rule": "absence"})
        for n in range(5)
    ]
    rows += [
        entry(LedgerKind.SHADOW, 300.0, "home", f"ref{n}", {"what": "would_flag", "rule": "phone"})
        for n in range(4)
    ]
    rows.append(entry(LedgerKind.SHADOW, 300.0, "home", None, {"what": "begun", "rule": "phone"}))
    await store.commit(Unit(ledger=tuple(rows)))
    cells = await counts_of(store, "home", 0.0)
    assert cells == (Cell("absence", "would_flag", 5), Cell("phone", "would_flag", None))


async def test_flags_come_in_the_order_in_which_they_were_raised_and_in_no_other(store: Store) -> None:
    await fill(store, 3)
    await keep_flags(store, [("a2", RAISED, "")], raised_at=300.0)
    await keep_flags(store, [("a0", RAISED, ""), ("a1", RAISED, "")], raised_at=100.0)
    found = await flags_at(store, "home", open_only=False)
    assert [flag.raised_at for flag in found] == [100.0, 100.0, 300.0]
    assert list(inspect.signature(flags_at).parameters) == ["store", "site", "open_only"]
    assert await flags_at(store, "home", open_only=True) == []
    await keep_flags(store, [("a1", FlagStatus.DISPUTED, "")], raised_at=400.0)
    assert [flag.agent_id for flag in await flags_at(store, "home", open_only=True)] == ["a1"]


def test_no_name_of_the_room_ranks_scores_or_adds_up_by_person() -> None:
    words = ("rank", "score", "top", "worst", "best", "per_agent", "per_person", "by_agent", "leader")
    names = [name.lower() for name in dir(reviewing)]
    assert not [name for name in names if any(word in name for word in words)]
    assert set(Cell.__dataclass_fields__) == {"rule", "stands", "number"}
