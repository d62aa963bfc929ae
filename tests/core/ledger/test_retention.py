"""Old rows go from the head, and the log says so itself: a cut head and a lost one are not the same."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from atdesk_core.ledger import Anchor, FaultKind, LedgerKind, retention, verify
from atdesk_core.ledger.retention import DAY_S, BrokenLogError, ClockDoubtedError, cut, last_row
from atdesk_core.store import LedgerEntry, Store, Unit

START = 1_700_000_000.0
ROWS = 40


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """One row a day."""
    async with await Store.open(tmp_path / "atdesk.db") as opened:
        rows = [day(number) for number in range(ROWS)]
        await opened.commit(Unit(ledger=tuple(rows)))
        yield opened


def day(number: float) -> LedgerEntry:
    return LedgerEntry(START + number * DAY_S, "madrid", "ref", "input", '{"idle":true}')


async def times(store: Store) -> list[float]:
    return [(row.at - START) / DAY_S for row in await store.ledger_page(0)]


async def anchor(store: Store, seq: int) -> Anchor:
    (row,) = await store.ledger_page(seq - 1, 1)
    return Anchor(row.seq, row.hash, row.at, row.at, "kept.json")


async def sql(store: Store, statement: str) -> None:
    await store.run(lambda connection: connection.execute(text(statement)))


async def test_what_is_older_goes_and_the_log_says_so(store: Store) -> None:
    assert await cut(store, 30, START + 40 * DAY_S) == 10
    assert await times(store) == [*range(10, 40), 40]
    told = (await store.ledger_page(40, 1))[0]
    data = json.loads(told.data)
    assert told.kind == LedgerKind.LEDGER_CUT
    assert (data["first_seq"], data["last_seq"], data["rows"]) == (1, 10, 10)
    checked = await verify(store)
    assert (checked.rows, checked.faults) == (31, ())
    assert checked.cut is not None
    assert checked.cut.last_seq == 10


async def test_cutting_again_the_same_day_cuts_nothing(store: Store) -> None:
    await cut(store, 30, START + 40 * DAY_S)
    assert await cut(store, 30, START + 40 * DAY_S) == 0
    bounds = await store.ledger_bounds()
    assert bounds is not None
    assert (bounds.first_seq, bounds.last_seq) == (11, 41)


async def test_day_after_day_the_chain_stays_whole(store: Store) -> None:
    for number in range(40, 60):
        await store.commit(Unit(ledger=(day(number),)))
        await cut(store, 30, START + (number + 1) * DAY_S)
        assert (await verify(store)).faults == ()
    assert min(await times(store)) == 30


async def test_much_at_once_goes_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST_AT_ONCE", 7)
    assert await cut(store, 10, START + 40 * DAY_S) == 30
    assert (await verify(store)).faults == ()


async def test_never_from_the_middle(store: Store) -> None:
    """A row that a jumped clock dated wrongly keeps what is behind it, until its own time has come."""
    await sql(store, "DELETE FROM ledger")
    await sql(store, "DELETE FROM ledger_bounds")
    await store.commit(Unit(ledger=(day(0), day(1), day(35), day(2), day(36))))
    assert await cut(store, 30, START + 40 * DAY_S) == 2
    assert await times(store) == [35, 2, 36, 40]
    assert await cut(store, 30, START + 66 * DAY_S) == 2


async def test_a_log_that_is_not_whole_is_not_cut(store: Store) -> None:
    await sql(store, "UPDATE ledger SET data = '{}' WHERE seq = 4")
    with pytest.raises(BrokenLogError, match="row 4 was altered"):
        await cut(store, 30, START + 40 * DAY_S)
    assert len(await times(store)) == ROWS


async def test_a_clock_that_is_far_ahead_cuts_nothing(store: Store) -> None:
    with pytest.raises(ClockDoubtedError, match="the clock is 1231 days ahead"):
        await cut(store, 365, START + (39 + 1231) * DAY_S)
    assert len(await times(store)) == ROWS


async def test_an_empty_log_is_left_alone(tmp_path: Path) -> None:
    async with await Store.open(tmp_path / "empty.db") as store:
        assert await cut(store, 1, START) == 0
        assert await last_row(store) is None


async def test_a_head_that_somebody_took_is_no_cut(store: Store) -> None:
    await sql(store, "DELETE FROM ledger WHERE seq <= 10")
    await sql(
        store,
        "UPDATE ledger_bounds SET first_seq = 11, first_prev = (SELECT prev_hash FROM ledger WHERE seq = 11)",
    )
    (fault,) = (await verify(store)).faults
    assert (fault.kind, fault.seq) == (FaultKind.REMOVED, 1)
    assert "no row of the log says that they had reached their time" in fault.message


async def test_anchors_of_rows_that_were_cut_are_still_explained(store: Store) -> None:
    kept = [await anchor(store, seq) for seq in (5, 10, 11, 40)]
    await cut(store, 30, START + 40 * DAY_S)
    assert (await verify(store, anchors=kept)).faults == ()


async def test_a_cut_row_that_was_another_one_is_found(store: Store) -> None:
    forged = Anchor(10, "f" * 64, START + 9 * DAY_S, START, "kept.json")
    await cut(store, 30, START + 40 * DAY_S)
    (fault,) = (await verify(store, anchors=[forged])).faults
    assert (fault.kind, fault.seq) == (FaultKind.REWRITTEN, 10)


async def test_rows_that_were_cut_before_their_time_are_found(store: Store) -> None:
    young = Anchor(10, "f" * 64, START + 39 * DAY_S, START, "kept.json")
    await cut(store, 30, START + 40 * DAY_S)
    (fault,) = (await verify(store, anchors=[young])).faults
    assert (fault.kind, fault.seq) == (FaultKind.REMOVED, 10)
    assert "kept.json names, was cut before it had reached its time" in fault.message


async def test_nothing_of_a_cut_row_stays_in_the_file(store: Store, tmp_path: Path) -> None:
    (first,) = await store.ledger_page(0, 1)
    await cut(store, 30, START + 40 * DAY_S)
    assert first.hash.encode() not in left_in(tmp_path)


def left_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())
