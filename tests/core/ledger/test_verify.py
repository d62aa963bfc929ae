"""The log on disk, checked page by page after somebody was at it with a database tool."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from atdesk_core.ledger import FaultKind, verify
from atdesk_core.store import Store, Unit
from tests.core.ledger.chains import entries


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(tmp_path / "atdesk.db") as opened:
        yield opened


@pytest.fixture
async def written(store: Store) -> Store:
    await asyncio.gather(*(store.commit(Unit(ledger=(entry,))) for entry in entries(30)))
    return store


async def tampered(store: Store, *statements: str) -> list[tuple[FaultKind, int]]:
    for statement in statements:
        await store.run(lambda connection, sql=statement: connection.execute(text(sql)))  # type: ignore[misc]
    return [(fault.kind, fault.seq) for fault in (await verify(store, page=7)).faults]


async def test_a_log_as_it_was_written_is_whole(written: Store) -> None:
    checked = await verify(written, page=7)
    bounds = await written.ledger_bounds()
    assert bounds is not None
    assert (checked.rows, checked.last_hash, checked.faults) == (30, bounds.last_hash, ())


async def test_an_empty_log_is_whole(store: Store) -> None:
    checked = await verify(store)
    assert (checked.rows, checked.faults) == (0, ())


async def test_a_flipped_value_is_found(written: Store) -> None:
    assert await tampered(written, "UPDATE ledger SET at = at + 1 WHERE seq = 9") == [(FaultKind.ALTERED, 9)]


async def test_removed_rows_are_found_in_the_middle_and_at_both_ends(written: Store) -> None:
    assert await tampered(written, "DELETE FROM ledger WHERE seq IN (1, 15, 16, 30)") == [
        (FaultKind.REMOVED, 1),
        (FaultKind.REMOVED, 15),
        (FaultKind.REMOVED, 30),
    ]


@pytest.mark.parametrize(("one", "other"), [(4, 5), (4, 20), (1, 30)])
async def test_rows_that_changed_places_are_told_from_altered_ones(
    written: Store, one: int, other: int
) -> None:
    found = await tampered(
        written,
        f"UPDATE ledger SET seq = 99 WHERE seq = {one}",  # noqa: S608  (numbers of the test)
        f"UPDATE ledger SET seq = {one} WHERE seq = {other}",  # noqa: S608  (numbers of the test)
        f"UPDATE ledger SET seq = {other} WHERE seq = 99",  # noqa: S608  (numbers of the test)
    )
    assert {(FaultKind.MOVED, one), (FaultKind.MOVED, other)} <= set(found)
    assert FaultKind.ALTERED not in {kind for kind, _ in found}


async def test_a_log_that_was_emptied_is_not_whole(written: Store) -> None:
    assert await tampered(written, "DELETE FROM ledger") == [(FaultKind.REMOVED, 1)]


async def test_a_log_without_its_bounds_is_not_whole(written: Store) -> None:
    assert await tampered(written, "DELETE FROM ledger_bounds") == [(FaultKind.BROKEN_LINK, 30)]


async def test_a_log_that_is_not_the_one_written_ends_the_check_early(store: Store) -> None:
    await store.commit(Unit(ledger=tuple(entries(150))))
    assert len(await tampered(store, "UPDATE ledger SET site = 'x'")) == 100
