from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from atdesk_core.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "atdesk.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    async with await Store.open(path) as opened:
        yield opened
