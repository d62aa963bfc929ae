"""How fast the store takes what the engine writes: durable commits and rows of the decision log."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from atdesk_core.store.rows import LedgerEntry, OutboxKind, OutboxRow, SessionSnapshot, Unit
from atdesk_core.store.store import Store


@dataclass(frozen=True, slots=True)
class CommitRates:
    """What was measured.

    Attributes:
        units: Written, each with a snapshot, an outbox row and ledger rows.
        ledger_rows: Written with them.
        transactions: They took.
        seconds: From the first commit to the last acknowledgement.
        p95_s: Time from a commit to its acknowledgement, 95th percentile.
    """

    units: int
    ledger_rows: int
    transactions: int
    seconds: float
    p95_s: float

    @property
    def units_per_s(self) -> float:
        """Units acknowledged a second."""
        return self.units / self.seconds

    @property
    def ledger_rows_per_s(self) -> float:
        """Rows of the decision log acknowledged a second."""
        return self.ledger_rows / self.seconds


async def measure_commits(
    path: Path, *, agents: int = 200, units_each: int = 25, ledger_rows_each: int = 4
) -> CommitRates:
    """Let many sessions commit at once, each of them one unit after the other.

    Args:
        path: A file that is not there yet.
        agents: Sessions at work at the same time.
        units_each: Units that each of them commits.
        ledger_rows_each: Rows of the decision log in a unit.
    """
    waits: list[float] = []

    async def session(store: Store, agent_id: str) -> None:
        for version in range(1, units_each + 1):
            begun = time.perf_counter()
            await store.commit(_unit(agent_id, version, ledger_rows_each))
            waits.append(time.perf_counter() - begun)

    async with await Store.open(path) as store:
        begun = time.perf_counter()
        await asyncio.gather(*(session(store, f"agent{number}") for number in range(agents)))
        seconds = time.perf_counter() - begun
        transactions = store.counts.transactions
    units = agents * units_each
    p95_s = sorted(waits)[int(len(waits) * 0.95)]
    return CommitRates(units, units * ledger_rows_each, transactions, seconds, p95_s)


def _unit(agent_id: str, version: int, ledger_rows: int) -> Unit:
    at = float(version)
    row = OutboxRow(f"{agent_id}-{version}", agent_id, OutboxKind.NOTICE, "zoom", "{}", at, at, at + 60)
    entry = LedgerEntry(at, "site", f"ref-{agent_id}", "look_ended", '{"frames":2,"why":"complete"}')
    snapshot = SessionSnapshot(agent_id, version, '{"padding":"' + "x" * 2000 + '"}')
    return Unit(snapshots=(snapshot,), outbox=(row,), ledger=(entry,) * ledger_rows)
