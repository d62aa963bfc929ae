"""Opening: new, known, too new, not ours, not reachable."""

import asyncio
import itertools
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store import Store, StoreError, StoreTooNewError, StoreUnusableError, Unit
from atdesk_core.store.tables import metadata
from tests.core.store.rows import whole_unit


async def test_a_new_file_is_made_for_its_owner_alone(store: Store, path: Path) -> None:
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


async def test_the_migrations_make_exactly_the_tables_of_the_code(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with store.reading() as connection:
        assert await connection.run_sync(differences) == []
        migrated = await connection.run_sync(_rules)
    fresh = create_engine("sqlite://")
    metadata.create_all(fresh)
    with fresh.connect() as connection_of_the_code:
        assert migrated == _rules(connection_of_the_code)
    fresh.dispose()


def _rules(connection: Connection) -> dict[str, set[str]]:
    """Every column and every rule of every table, checks and references included, in whatever order."""
    found = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE tbl_name != 'alembic_version'")
    )
    return {name: set(_parts(" ".join((sql or "").split()))) for name, sql in found}


def _parts(sql: str) -> Iterator[str]:
    """What stands before the first bracket, and between the commas in it: a column added later is no line."""
    head, _, body = sql.rpartition(")")[0].partition("(")
    yield head.strip() or sql
    depth, part = 0, ""
    for letter in f"{body},":
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            yield part.strip()
            part = ""
        else:
            part += letter


async def test_opening_again_keeps_everything(store: Store, path: Path) -> None:
    await store.commit(whole_unit("ana", 1))
    await store.aclose()
    async with await Store.open(path) as again:
        assert len(await again.load_sessions()) == 1


async def test_a_database_of_a_newer_version_is_refused(store: Store, path: Path) -> None:
    async def from_the_future(connection: AsyncConnection) -> None:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    await store.run(from_the_future)
    await store.aclose()
    with pytest.raises(StoreTooNewError, match=r"newer atdesk .revision 9999.*upgrade atdesk"):
        await Store.open(path)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be looked at" * 50)
    with pytest.raises(StoreUnusableError, match="file is not a database"):
        asyncio.run(Store.open(path))


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusableError, match=r"nowhere/atdesk\.db cannot be opened: No such file"):
        await Store.open(tmp_path / "nowhere" / "atdesk.db")


async def test_an_address_without_its_driver_says_what_to_install() -> None:
    with pytest.raises(StoreUnusableError, match="pip install asyncpg"):
        await Store.open("postgresql+asyncpg://nobody@127.0.0.1:1/atdesk")
    with pytest.raises(StoreUnusableError, match="no URL"):
        await Store.open("://")


async def test_two_processes_may_write_to_one_file(store: Store, path: Path) -> None:
    async with await Store.open(path) as other:
        await asyncio.gather(
            *(store.commit(whole_unit(f"a{n}", 1)) for n in range(20)),
            *(other.commit(whole_unit(f"b{n}", 1)) for n in range(20)),
        )
    rows = await store.ledger_page(0)
    assert [row.seq for row in rows] == list(range(1, 41))
    assert all(later.prev_hash == row.hash for row, later in itertools.pairwise(rows))


async def test_a_file_that_cannot_be_written_says_so(store: Store) -> None:
    async def no_more_room(connection: AsyncConnection) -> None:
        pages = await connection.scalar(text("PRAGMA page_count"))
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))

    await store.run(no_more_room)
    units = [Unit(ledger=whole_unit("ana", n).ledger * 5000) for n in range(3)]
    results = await asyncio.gather(*(store.commit(unit) for unit in units), return_exceptions=True)
    assert all(isinstance(result, StoreError) for result in results)
    assert "database or disk is full" in str(results[0])
    assert await store.ledger_bounds() is None
