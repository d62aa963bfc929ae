"""A process whose files may not grow beyond a bound, as on a full disk; then there is room again."""

import asyncio
import resource
import signal
import sys
from pathlib import Path

from atdesk_core.ledger import LedgerKind, entry, verify
from atdesk_core.store import Store, StoreError, Unit


async def _fill(store: Store) -> int:
    """Commit until the disk is full; gives the number of rows that were acknowledged."""
    for number in range(100_000):
        row = entry(LedgerKind.LOOK_SKIPPED, float(number), "home", "ref01", {"reason": "watch"})
        try:
            await store.commit(Unit(ledger=(row,)))
        except StoreError as error:
            sys.stdout.write(f"{error}\n")
            return number
    return -1


async def main() -> None:
    """The bound is set once the database is there, and lifted when it was met."""
    async with await Store.open(Path(sys.argv[1])) as store:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, hard))
        kept = await _fill(store)
        whole = await verify(store)
        sys.stdout.write(f"{kept} {whole.rows} {len(whole.faults)}\n")
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        await store.commit(Unit(ledger=(entry(LedgerKind.LOOK_SKIPPED, 1e6, "home", "ref01", {}),)))
        whole = await verify(store)
        sys.stdout.write(f"{whole.rows} {len(whole.faults)}\n")


signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
asyncio.run(main())
