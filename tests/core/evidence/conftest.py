from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from atdesk_core.store import Store
from tests.core.evidence.case import Case


@pytest.fixture
async def case(tmp_path: Path) -> AsyncIterator[Case]:
    path = tmp_path / "atdesk.db"
    async with await Store.open(path) as store:
        opened = Case(store, path, tmp_path / "atdesk.keys")
        await opened.begin()
        yield opened


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(tmp_path / "atdesk.db") as opened:
        yield opened
