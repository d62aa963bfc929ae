"""Closing: what is under way ends first, nothing begins, and no connection is left behind."""

import asyncio
import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atdesk_core.store import Store, StoreClosedError


@pytest.fixture
def left_behind() -> Iterator[list[str]]:
    """What the drivers say of connections that nobody closed."""
    said: list[str] = []
    kept, sys.unraisablehook = sys.unraisablehook, lambda what: said.append(str(what.exc_value))
    yield said
    sys.unraisablehook = kept


async def test_a_read_that_is_under_way_ends_before_its_connection_is_closed(
    store: Store, left_behind: list[str]
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def read() -> Any:
        async with store.reading() as connection:
            begun.set()
            await go_on.wait()
            return (await connection.exec_driver_sql("SELECT 1")).scalar_one()

    reading = asyncio.create_task(read())
    await begun.wait()
    closing = asyncio.create_task(store.aclose())
    await asyncio.sleep(0.02)
    assert not closing.done()
    go_on.set()
    assert await reading == 1
    await closing
    gc.collect()
    assert left_behind == []


async def test_a_read_that_was_given_up_leaves_no_connection_behind(
    path: Path, left_behind: list[str]
) -> None:
    for turn in range(20):
        store = await Store.open(path)
        reads = [asyncio.create_task(store.load_sessions()) for _ in range(4)]
        for _ in range(turn):
            await asyncio.sleep(0)
        for read in reads:
            read.cancel()
        await store.aclose()
        await asyncio.gather(*reads, return_exceptions=True)
    gc.collect()
    assert left_behind == []


async def test_nothing_is_read_from_a_closed_store(store: Store) -> None:
    await store.aclose()
    with pytest.raises(StoreClosedError, match="the store is closed"):
        await store.load_sessions()
    await store.aclose()
