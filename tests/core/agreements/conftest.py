"""A store in a folder of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from atdesk_core.store import Store
from tests.core.agreements.desk import Signing, signing


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(tmp_path / "atdesk.db") as store:
        yield store


@pytest.fixture
async def town(store: Store, tmp_path: Path) -> Signing:
    """Madrid under the general preset; nothing is signed yet."""
    return await signing(store, tmp_path)


@pytest.fixture
async def berlin(store: Store, tmp_path: Path) -> Signing:
    """The same under the two keys of DE; the council's public key is on record."""
    town = await signing(store, tmp_path, "DE")
    await town.register()
    return town
