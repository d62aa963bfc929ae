"""A store of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from atdesk_core.store import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(tmp_path / "atdesk.db") as opened:
        yield opened
