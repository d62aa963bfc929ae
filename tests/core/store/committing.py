"""A process that commits units and says which were acknowledged, until it is killed."""

import asyncio
import sys
from pathlib import Path

from atdesk_core.store import Store
from tests.core.store.rows import whole_unit


async def _commit_on(store: Store, agent_id: str) -> None:
    for version in range(1, 100_000):
        await store.commit(whole_unit(agent_id, version))
        sys.stdout.write(f"{agent_id} {version}\n")
        sys.stdout.flush()


async def main() -> None:
    async with await Store.open(Path(sys.argv[1])) as store:
        await asyncio.gather(*(_commit_on(store, f"agent{n}") for n in range(8)))


asyncio.run(main())
