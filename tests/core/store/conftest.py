from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from atdesk_core.store import Store
from atdesk_core.store import store as of_the_store
from atdesk_core.store.migrating import migrate


@pytest.fixture(autouse=True)
def really_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the migrations themselves are meant; other tests take what they made once."""
    monkeypatch.setattr(of_the_store, "migrate", migrate)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "atdesk.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    async with await Store.open(path) as opened:
        yield opened
