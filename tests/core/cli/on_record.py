"""What a preset asks for before anybody is looked at, put on record in a folder's database."""

import asyncio
import time
from collections.abc import Collection
from pathlib import Path

from atdesk_core.agreements import Entry, record_precondition
from atdesk_core.agreements.scopes import site_scope
from atdesk_core.policy import Precondition
from atdesk_core.store import Store

OF_A_SITE = frozenset(Precondition) - {Precondition.WRITTEN_RELEASE, Precondition.CO_SIGNATURE}
"""The one is each agent's own, the other is a signature."""


def put_on_record(folder: Path, kinds: Collection[Precondition] = OF_A_SITE) -> None:
    """Everything that a site can have on record, or these kinds of it."""

    async def record() -> None:
        async with await Store.open(folder / "atdesk.db") as store:
            for kind in sorted(kinds):
                now = time.time()
                entry = Entry("REF-2026-1", now - 100.0, None, "A. Person")
                await record_precondition(store, site_scope("home"), kind, entry, now)

    asyncio.run(record())
