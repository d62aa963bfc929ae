"""What is written together is kept together, and reads give back what was written."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from atdesk_core.store import (
    ALL_SITES,
    BudgetRow,
    FlagRow,
    MessageRefRow,
    OutboxRetry,
    OutboxSettled,
    OutboxStatus,
    SessionSnapshot,
    StaleSnapshotError,
    StopOrder,
    Store,
    Unit,
    UnitRefusedError,
)
from tests.core.store.rows import flag_row, outbox_row, whole_unit


async def test_a_snapshot_replaces_the_older_one(store: Store) -> None:
    await store.commit(Unit(snapshots=(SessionSnapshot("ana", 1, '{"a":1}'),)))
    await store.commit(Unit(snapshots=(SessionSnapshot("ana", 2, '{"a":2}'),)))
    assert await store.load_sessions() == [SessionSnapshot("ana", 2, '{"a":2}')]


@pytest.mark.parametrize("version", [4, 5])
async def test_a_stale_snapshot_takes_its_whole_unit_with_it(store: Store, version: int) -> None:
    await store.commit(Unit(snapshots=(SessionSnapshot("ana", 5, "{}"),)))
    with pytest.raises(StaleSnapshotError, match="session of ana is not newer than the kept one, 5"):
        await store.commit(
            replace(whole_unit("ana", version), snapshots=(SessionSnapshot("ana", version, "old"),))
        )
    assert await store.load_sessions() == [SessionSnapshot("ana", 5, "{}")]
    assert await store.open_outbox() == []
    assert await store.ledger_bounds() is None


async def test_a_unit_that_breaks_a_rule_leaves_nothing_behind(store: Store) -> None:
    orphan = MessageRefRow("NONE", "zoom", "channel", "1")
    unit = Unit(snapshots=(SessionSnapshot("ana", 1, "{}"),), message_refs=(orphan,))
    with pytest.raises(UnitRefusedError, match="FOREIGN KEY"):
        await store.commit(unit)
    assert await store.load_sessions() == []


async def test_the_outbox_gives_what_is_owed_oldest_first(store: Store) -> None:
    rows = tuple(outbox_row(name, created_at=at) for name, at in (("b", 2.0), ("a", 1.0), ("c", 3.0)))
    await store.commit(Unit(outbox=rows))
    await store.commit(
        Unit(
            retries=(OutboxRetry("a", 20.0, 1, OutboxStatus.IN_FLIGHT),),
            settled=(OutboxSettled("c", OutboxStatus.SENT, 30.0, 1, "accepted"),),
        )
    )
    owed = await store.open_outbox()
    assert [(entry.row.row_id, entry.status, entry.attempts) for entry in owed] == [
        ("b", OutboxStatus.PENDING, 0),
        ("a", OutboxStatus.IN_FLIGHT, 1),
    ]
    assert owed[1].row.due_at == 20.0
    settled = await store.outbox_entry("c")
    assert settled is not None
    assert (settled.status, settled.settled_at, settled.detail) == (OutboxStatus.SENT, 30.0, "accepted")


async def test_what_is_settled_stays_settled(store: Store) -> None:
    await store.commit(Unit(outbox=(outbox_row("a"),)))
    await store.commit(Unit(settled=(OutboxSettled("a", OutboxStatus.SENT, 30.0, 1),)))
    await store.commit(
        Unit(
            retries=(OutboxRetry("a", 40.0, 2, OutboxStatus.PENDING),),
            settled=(OutboxSettled("a", OutboxStatus.FAILED, 50.0, 3),),
        )
    )
    entry = await store.outbox_entry("a")
    assert entry is not None
    assert (entry.status, entry.attempts, entry.settled_at) == (OutboxStatus.SENT, 1, 30.0)


async def test_one_outbox_row_is_never_kept_twice(store: Store) -> None:
    await store.commit(Unit(outbox=(outbox_row("a"),)))
    with pytest.raises(UnitRefusedError, match=r"outbox\.row_id"):
        await store.commit(Unit(outbox=(outbox_row("a"),)))


async def test_an_agent_has_one_open_flag_for_a_rule(store: Store) -> None:
    await store.commit(Unit(flags=(flag_row("K7Q2"),)))
    with pytest.raises(UnitRefusedError):
        await store.commit(Unit(flags=(flag_row("K7Q3"),)))
    closed: FlagRow = flag_row("K7Q2", status="dismissed", closed_at=9.0, reason="working")
    await store.commit(Unit(flags=(closed, flag_row("K7Q3"))))
    assert [flag.number for flag in await store.flags()] == ["K7Q3"]
    assert [flag.number for flag in await store.flags(open_only=False)] == ["K7Q2", "K7Q3"]
    assert await store.flag("K7Q2") == closed
    assert await store.flag("NONE") is None


async def test_messages_of_a_flag_are_found_again(store: Store) -> None:
    ref = MessageRefRow("K7Q2", "zoom", "channel", "77")
    await store.commit(Unit(flags=(flag_row("K7Q2"),), message_refs=(ref,)))
    await store.commit(Unit(message_refs=(ref,)))
    assert await store.message_refs("K7Q2") == [ref]


async def test_budgets_of_shifts_that_are_over_are_left_out(store: Store) -> None:
    await store.commit(
        Unit(budgets=(BudgetRow("ana", "s1", 100.0, 1, 6, 5.0), BudgetRow("bo", "s1", 50.0, 1, 6, 5.0)))
    )
    await store.commit(Unit(budgets=(BudgetRow("ana", "s1", 100.0, 2, 12, 10.0),)))
    assert await store.budgets(ending_after=60.0) == [BudgetRow("ana", "s1", 100.0, 2, 12, 10.0)]


async def test_a_stop_order_stands_until_it_is_lifted(store: Store, path: str) -> None:
    await store.commit(Unit(stop_orders=(StopOrder(ALL_SITES, 1.0), StopOrder("madrid", 2.0))))
    await store.commit(Unit(stop_orders=(StopOrder("madrid", 2.0, lifted_at=3.0),)))
    await store.aclose()
    async with await Store.open(path) as again:
        assert await again.stop_orders() == [StopOrder(ALL_SITES, 1.0)]


async def test_the_ledger_is_read_by_time_and_agent(store: Store) -> None:
    for agent, version in (("ana", 1), ("bo", 2), ("ana", 3), ("ana", 4)):
        await store.commit(whole_unit(agent, version))
    rows = await store.ledger(agent_ref="r-ana", start=1.0, end=4.0)
    assert [(row.seq, row.at) for row in rows] == [(1, 1.0), (3, 3.0)]
    assert [row.seq for row in await store.ledger(start=2.0, end=9.0)] == [2, 3, 4]
    assert [row.seq for row in await store.ledger_page(after_seq=2, limit=1)] == [3]


async def test_a_job_has_a_transaction_of_its_own(store: Store) -> None:
    async def job(connection: object) -> int:
        await connection.execute(text("INSERT INTO stop_orders (site, at) VALUES ('x', 1)"))  # type: ignore[attr-defined]
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        await store.run(job)
    assert await store.stop_orders() == []
