"""How fast the decision log takes rows, and how fast it is verified; how much memory that needs."""

import asyncio
import tempfile
import time
import tracemalloc
from pathlib import Path

from atdesk_core.ledger import LedgerKind, Value, entry, verify
from atdesk_core.store import LedgerEntry, Store, Unit
from benchmarks.figures import Figure, percentile
from benchmarks.results import Options, Result

ROWS, BATCH = 1_000_000, 500
SESSIONS, UNITS, UNIT_ROWS = 200, 50, 4
AGENTS, START = 20_000, 1_750_000_000.0

NOTES = (
    "Durable: every commit is flushed to the disk before it returns (WAL, synchronous=FULL); rows are made, "
    "checked against the closed vocabulary, chained and written within the time.",
    "Sessions: 200 at once, each waiting for its own commits of 4 rows, which share transactions. Batches: "
    "one writer, 500 rows a commit.",
    "Verified: every hash computed anew, every link followed, SQLite's own check of the table and its "
    "indexes at the end. Memory: what Python holds at the most, on a tenth of the rows.",
    "`--scenarios N` takes N thousand rows instead of a million.",
)


def run(options: Options) -> Result:
    """Measure, in a folder of its own that is gone afterwards (about 350 MB)."""
    rows = (options.scenarios or ROWS // 1000) * 1000
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder), rows))


async def _measured(folder: Path, rows: int) -> Result:
    together, waits = await _sessions(folder / "sessions.db")
    async with await Store.open(folder / "ledger.db") as store:
        began = time.perf_counter()
        await _write(store, rows // 10)
        peak_mb = await _peak_mb(store)
        writing = time.perf_counter()
        await _write(store, rows - rows // 10)
        batched = (rows - rows // 10) / (time.perf_counter() - writing)
        began = time.perf_counter()
        outcome = await verify(store)
        verified_s = time.perf_counter() - began
    if outcome.rows != rows or outcome.faults:
        raise AssertionError("the log that was written is whole")
    figures = (
        Figure("rows a second, 200 sessions at once", together, "rows/s", len(waits), at_least=5000.0),
        Figure("their wait for a commit, p95", percentile(waits, 0.95) * 1000, "ms", len(waits)),
        Figure("rows a second, in batches", batched, "rows/s", rows - rows // 10, at_least=5000.0),
        Figure(f"{rows:,} rows verified", verified_s, "s", rows, at_most=60.0 * rows / ROWS),
        Figure("memory while verifying, at the most", peak_mb, "MB", rows // 10),
    )
    return Result("ledger", figures, NOTES, {"rows": rows, "verified_rows_per_s": rows / verified_s})


async def _sessions(path: Path) -> tuple[float, list[float]]:
    """(rows a second, seconds of each commit)."""
    waits: list[float] = []

    async def session(store: Store, number: int) -> None:
        for unit in range(UNITS):
            began = time.perf_counter()
            first = (unit * SESSIONS + number) * UNIT_ROWS
            await store.commit(Unit(ledger=tuple(_row(first + n) for n in range(UNIT_ROWS))))
            waits.append(time.perf_counter() - began)

    async with await Store.open(path) as store:
        began = time.perf_counter()
        await asyncio.gather(*(session(store, number) for number in range(SESSIONS)))
        seconds = time.perf_counter() - began
    return SESSIONS * UNITS * UNIT_ROWS / seconds, waits


async def _write(store: Store, rows: int) -> None:
    for first in range(0, rows, BATCH):
        await store.commit(Unit(ledger=tuple(_row(first + n) for n in range(min(BATCH, rows - first)))))


async def _peak_mb(store: Store) -> float:
    tracemalloc.start()
    try:
        await verify(store)
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def _row(number: int) -> LedgerEntry:
    """A row such as a working day has most of."""
    at, ref = START + number / 100, f"{number % AGENTS:016x}"
    look_id = f"look-{ref}-{number}"
    kinds: tuple[tuple[LedgerKind, dict[str, Value]], ...] = (
        (LedgerKind.LOOK_OPENED, {"look_id": look_id, "reason": "watch", "policy": "c0ffee00c0ff"}),
        (LedgerKind.LOOK_ENDED, {"look_id": look_id, "frames": 2, "why": "complete"}),
        (
            LedgerKind.FINDING,
            {
                "what": "present",
                "since": at - 3.25,
                "decided_at": at,
                "confidence": 1.0,
                "look_id": look_id,
            },
        ),
        (LedgerKind.LOOK_SKIPPED, {"reason": "watch", "because": "no_budget"}),
    )
    kind, data = kinds[number % len(kinds)]
    return entry(kind, at, "home", ref, data)
