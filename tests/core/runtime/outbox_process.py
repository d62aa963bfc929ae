"""A process that works off an outbox until it is killed: the platform is a file that outlives it.

python -m tests.core.runtime.outbox_process DATABASE PLATFORM COUNT
"""

import asyncio
import sys
import time
from pathlib import Path

from atdesk_core.runtime.outbox import Outbox, Outcome
from atdesk_core.store import FlagRow, OutboxKind, OutboxRow, OutboxStatus, Store, Unit
from atdesk_sdk import MessageRef


class FilePlatform:
    """Keeps every message that arrives, doubles included; it can be asked what it has for half of them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def deliver(self, row: OutboxRow, *, sent_before: bool) -> Outcome:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{row.row_id}\n")
        await asyncio.sleep(0.002)  # the answer is under way: killed here, it is lost
        return Outcome(OutboxStatus.SENT, ref=MessageRef(row.adapter, "channel", row.row_id))

    async def look_up(self, row: OutboxRow) -> MessageRef | None:
        arrived = self._path.read_text(encoding="utf-8").split() if self._path.exists() else []
        if int(row.payload) % 2 or row.row_id not in arrived:
            return None
        return MessageRef(row.adapter, "channel", row.row_id)


def owed(number: int) -> OutboxRow:
    """The message of one flag."""
    now = time.time()
    row_id = f"flag-N{number}-post@file"
    return OutboxRow(row_id, None, OutboxKind.FLAG_POST, "file", str(number), now, now)


def flag(number: int) -> FlagRow:
    """The flag that the message is of."""
    return FlagRow(
        number=f"N{number}",
        agent_id=f"a{number}",
        rule="absence",
        finding="absent",
        status="raised",
        since=0.0,
        raised_at=0.0,
        team="support",
        confidence=1.0,
        policy_version="1",
        agent_reached=True,
    )


async def work(database: Path, platform: Path, count: int) -> None:
    """Commit what is owed the first time, then deliver until nothing is left."""
    async with await Store.open(database) as store:
        first = await store.outbox_entry(owed(0).row_id)
        if first is None:
            numbers = range(count)
            await store.commit(Unit(outbox=tuple(map(owed, numbers)), flags=tuple(map(flag, numbers))))
        settling: set[asyncio.Task[None]] = set()

        def settle(_row: OutboxRow, _outcome: Outcome, unit: Unit) -> None:
            task = asyncio.get_running_loop().create_task(store.commit(unit))
            settling.add(task)
            task.add_done_callback(settling.discard)

        outbox = Outbox(FilePlatform(platform), store, settle, time.time)
        outbox.resume(await store.open_outbox())
        sys.stdout.write("working\n")
        sys.stdout.flush()
        while await store.open_outbox():  # noqa: ASYNC110  (the store has no event for an empty outbox)
            await asyncio.sleep(0.01)
        await outbox.aclose()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
