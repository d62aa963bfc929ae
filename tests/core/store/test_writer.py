"""Group commit: many callers, few transactions, and one bad unit harms nobody."""

import asyncio
import itertools

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store import (
    SessionSnapshot,
    StaleSnapshotError,
    Store,
    StoreBusyError,
    StoreClosedError,
    StoreError,
    Unit,
    UnitRefusedError,
    link,
)
from atdesk_core.store.database import database_url, make_engines
from atdesk_core.store.writer import Writer
from tests.core.store.rows import outbox_row, whole_unit


async def test_what_waits_is_written_in_one_transaction(store: Store) -> None:
    await asyncio.gather(*(store.commit(whole_unit(f"agent{n}", 1)) for n in range(300)))
    assert store.counts.units == 300
    assert store.counts.transactions <= 3
    assert len(await store.load_sessions()) == 300


async def test_a_bad_unit_does_not_harm_the_others(store: Store) -> None:
    units = [whole_unit(f"agent{n}", 1) for n in range(40)]
    units[7] = Unit(snapshots=(SessionSnapshot("agent7", 1, "{}"),), outbox=(outbox_row("agent3-1"),))
    units[9] = Unit(snapshots=(SessionSnapshot("agent8", 1, "{}"),), outbox=(outbox_row("other"),))
    results = await asyncio.gather(*(store.commit(unit) for unit in units), return_exceptions=True)
    assert isinstance(results[7], UnitRefusedError)
    assert isinstance(results[9], StaleSnapshotError)
    assert [index for index, result in enumerate(results) if result is not None] == [7, 9]
    assert len(await store.load_sessions()) == 38
    assert store.counts.refused == 2


async def test_the_chain_is_whole_after_a_refused_unit(store: Store) -> None:
    units = [whole_unit(f"agent{n}", 1) for n in range(5)]
    units[2] = Unit(ledger=units[2].ledger, outbox=(outbox_row("agent0-1"),))
    await asyncio.gather(*(store.commit(unit) for unit in units), return_exceptions=True)
    rows = await store.ledger_page(0)
    assert [row.seq for row in rows] == [1, 2, 3, 4]
    assert all(row.hash == link(row.seq, row, row.prev_hash) for row in rows)
    assert all(later.prev_hash == row.hash for row, later in itertools.pairwise(rows))


async def test_two_snapshots_of_one_agent_may_wait_together(store: Store) -> None:
    snapshots = [SessionSnapshot("ana", version, str(version)) for version in (1, 2, 3)]
    await asyncio.gather(*(store.commit(Unit(snapshots=(snapshot,))) for snapshot in snapshots))
    assert await store.load_sessions() == [snapshots[2]]


async def test_a_failing_database_is_told_to_every_caller_and_survived(store: Store) -> None:
    async def drop(connection: AsyncConnection) -> None:
        await connection.execute(text("ALTER TABLE ledger_bounds RENAME TO hidden"))

    async def restore(connection: AsyncConnection) -> None:
        await connection.execute(text("ALTER TABLE hidden RENAME TO ledger_bounds"))

    await store.run(drop)
    results = await asyncio.gather(
        *(store.commit(whole_unit(f"agent{n}", 1)) for n in range(3)), return_exceptions=True
    )
    assert all(isinstance(result, StoreError) for result in results)
    await store.run(restore)
    await store.commit(whole_unit("agent0", 1))
    assert len(await store.load_sessions()) == 1


async def test_what_rests_on_a_step_that_was_lost_is_not_written_without_it(store: Store) -> None:
    """The disk was full for one transaction, and has room for the next."""

    async def rename(before: str, after: str) -> None:
        await store.run(
            lambda connection: connection.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))
        )

    await rename("ledger_bounds", "hidden")
    with pytest.raises(StoreError):
        await store.commit(whole_unit("ana", 1))
    await rename("hidden", "ledger_bounds")
    results = await asyncio.gather(
        store.commit(whole_unit("ana", 2)), store.commit(whole_unit("bo", 1)), return_exceptions=True
    )
    assert isinstance(results[0], UnitRefusedError)
    assert [one.agent_id for one in await store.load_sessions()] == ["bo"]
    for version in (1, 2):
        await store.commit(whole_unit("ana", version))
    assert len(await store.load_sessions()) == 2


async def test_what_rests_on_a_refused_step_of_the_same_moment_is_not_written_either(store: Store) -> None:
    bad = Unit(snapshots=(SessionSnapshot("ana", 1, "{}"),), outbox=(outbox_row("bo-1"),))
    waiting = [whole_unit("bo", 1), bad, whole_unit("ana", 2)]
    results = await asyncio.gather(*(store.commit(unit) for unit in waiting), return_exceptions=True)
    assert [isinstance(one, UnitRefusedError) for one in results] == [False, True, True]
    assert [one.agent_id for one in await store.load_sessions()] == ["bo"]


async def test_closing_writes_what_waits_and_refuses_what_comes_later(store: Store, path: str) -> None:
    waiting = [asyncio.create_task(store.commit(whole_unit(f"agent{n}", 1))) for n in range(50)]
    await asyncio.sleep(0)
    await store.aclose()
    await store.aclose()
    assert await asyncio.gather(*waiting) == [None] * 50
    with pytest.raises(StoreClosedError):
        await store.commit(whole_unit("late", 1))
    async with await Store.open(path) as again:
        assert len(await again.load_sessions()) == 50


async def test_a_full_queue_turns_a_call_away_and_counts_it(store: Store, path: str) -> None:
    writing, reading = make_engines(database_url(path))
    writer = Writer(writing, capacity=1, wait_s=0.05)
    held, release = asyncio.Event(), asyncio.Event()

    async def hold(_connection: AsyncConnection) -> None:
        held.set()
        await release.wait()

    holding = asyncio.create_task(writer.run(hold))
    await asyncio.wait_for(held.wait(), 5)
    with pytest.raises(StoreBusyError, match="no room"):
        await writer.commit(whole_unit("ana", 1))
    assert writer.counts.turned_away == 1
    release.set()
    await holding
    await writer.commit(whole_unit("ana", 1))
    await writer.aclose()
    await writing.dispose()
    await reading.dispose()


async def test_a_call_cancelled_while_it_waits_is_not_written(store: Store) -> None:
    held, release = asyncio.Event(), asyncio.Event()

    async def hold(_connection: AsyncConnection) -> None:
        held.set()
        await release.wait()

    holding = asyncio.create_task(store.run(hold))
    await asyncio.wait_for(held.wait(), 5)
    waiting = asyncio.create_task(store.commit(whole_unit("ana", 1)))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    release.set()
    await holding
    await store.commit(whole_unit("bo", 1))
    assert [snapshot.agent_id for snapshot in await store.load_sessions()] == ["bo"]
