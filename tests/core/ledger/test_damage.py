"""A bit that flips anywhere in the file of the log: said where, or of no consequence. Never a traceback."""

import random
from collections import Counter
from pathlib import Path

import pytest

from atdesk_core.ledger import FaultKind, LedgerKind, entry, verify
from atdesk_core.store import LedgerRow, Store, StoreError, Unit
from tests.core.ledger.flipping import flip, flip_in_text

ROWS = 300
AT = 1_700_000_000.0


async def written(path: Path) -> list[LedgerRow]:
    """A log of some pages, closed so that all of it is in the one file."""
    rows = [
        entry(
            LedgerKind.FINDING, AT + n, "madrid", f"ref{n % 7}", {"what": "present", "since": AT + n - 3.25}
        )
        for n in range(ROWS)
    ]
    async with await Store.open(path) as store:
        await store.commit(Unit(ledger=tuple(rows)))
        return await store.ledger_page(0)


@pytest.mark.parametrize("seq", [1, 2, 150, ROWS])
@pytest.mark.parametrize("field", ["data", "hash", "prev_hash"])
async def test_a_bit_in_a_value_is_found_at_its_row(tmp_path: Path, seq: int, field: str) -> None:
    path = tmp_path / "atdesk.db"
    row = (await written(path))[seq - 1]
    flip_in_text(path, row, field)
    async with await Store.open(path) as store:
        faults = (await verify(store)).faults
    assert faults[0].seq == seq
    assert faults[0].kind in (FaultKind.ALTERED, FaultKind.BROKEN_LINK, FaultKind.UNREADABLE)


async def test_bits_anywhere_in_the_file_are_found_or_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "atdesk.db"
    rows = await written(path)
    good, dice = path.read_bytes(), random.Random(4)  # noqa: S311  (a small file; a fixed choice)
    outcomes = Counter[str]()
    for _ in range(120):
        flip(path, good, dice.randrange(len(good) * 8))
        outcomes[await _outcome(path, rows)] += 1
    assert set(outcomes) <= {"told", "as written"}
    assert outcomes["told"] > 10


async def _outcome(path: Path, rows: list[LedgerRow]) -> str:
    try:
        async with await Store.open(path) as store:
            if (await verify(store, page=64)).faults:
                return "told"
            same = await store.ledger_page(0) == rows and await _by_agent(store) == rows
            return "as written" if same else "changed unnoticed"
    except StoreError as error:
        return "told" if str(path) in str(error) else str(error)


async def _by_agent(store: Store) -> list[LedgerRow]:
    """The same rows as the agents' own logs read them, through the index."""
    own = [await store.ledger(agent_ref=f"ref{n}", start=0, end=AT * 2) for n in range(7)]
    return sorted((row for rows in own for row in rows), key=lambda row: row.seq)


async def test_a_row_that_an_index_has_lost_is_found(tmp_path: Path) -> None:
    """An agent's own log is read through an index: an entry that is gone would hide a look."""
    path = tmp_path / "atdesk.db"
    await written(path)
    content = path.read_bytes()
    # The index holds the agent's id once more, without the data beside it.
    spot = next(at for at in _all(content, b"ref3") if b"present" not in content[at : at + 60])
    flip(path, content, (spot + 3) * 8)
    async with await Store.open(path) as store:
        faults = (await verify(store)).faults
    assert {fault.kind for fault in faults} == {FaultKind.UNREADABLE}
    assert all("the database file is damaged" in fault.message for fault in faults)
    assert any(fault.seq > 0 for fault in faults)


def _all(content: bytes, text: bytes) -> list[int]:
    places, at = [], content.find(text)
    while at >= 0:
        places.append(at)
        at = content.find(text, at + 1)
    return places
