"""Promise 9: `kill -9` anywhere loses nothing that was acknowledged."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store import Store, link

ACKNOWLEDGED = 400
ROOT = Path(__file__).parents[3]


def _acknowledged_before_the_kill(path: Path) -> dict[str, int]:
    command = [sys.executable, "-m", "tests.core.store.committing", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(ACKNOWLEDGED)]
        child.kill()
        lines += child.stdout.readlines()
    newest: dict[str, int] = {}
    for line in lines:
        if line.endswith("\n"):
            agent_id, version = line.split()
            newest[agent_id] = int(version)
    return newest


async def test_nothing_acknowledged_is_lost_and_no_unit_is_kept_by_half(path: Path) -> None:
    acknowledged = _acknowledged_before_the_kill(path)
    assert sum(acknowledged.values()) >= ACKNOWLEDGED
    async with await Store.open(path) as store:
        kept = {snapshot.agent_id: snapshot.version for snapshot in await store.load_sessions()}
        assert all(kept[agent_id] >= version for agent_id, version in acknowledged.items())
        whole = {f"{agent_id}-{n}" for agent_id, last in kept.items() for n in range(1, last + 1)}
        assert {entry.row.row_id for entry in await store.open_outbox()} == whole
        rows = await store.ledger_page(0)
        assert len(rows) == len(whole)
        assert all(row.hash == link(row.seq, row, row.prev_hash) for row in rows)
        bounds = await store.ledger_bounds()
        assert bounds is not None
        assert (bounds.last_seq, bounds.last_hash) == (rows[-1].seq, rows[-1].hash)


async def test_a_commit_is_flushed_to_the_disk(store: Store) -> None:
    async def pragmas(connection: AsyncConnection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        return [await connection.scalar(text(f"PRAGMA {name}")) for name in names]

    assert await store.run(pragmas) == ["wal", 2, 1, 1]
