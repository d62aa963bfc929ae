"""A database that an earlier version made is upgraded when it is opened, and nothing is lost."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.session import load
from atdesk_core.store import Store, migrations
from tests.core.session.kept import kept_by_the_first_version
from tests.core.store.rows import whole_unit

FILLED = (
    "INSERT INTO sites VALUES ('madrid', 'ES', 'Europe/Madrid')",
    "INSERT INTO people VALUES ('ann', 'ref1', 'Ann Agent', 'ann@example.com', 'en', 'north', 'madrid')",
    "INSERT INTO directory_revision VALUES (1, 7)",
)
SILENCED = "INSERT INTO silenced_notices VALUES ('ann', '{kind}', 1.0)"


@pytest.fixture
def path_of_the_first_version(path: Path) -> Path:
    """A database as revision 0001 has it, with a session that the first version kept."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        _upgrade(connection, "0001")
        for statement in FILLED:
            connection.execute(text(statement))
        kept = {"data": kept_by_the_first_version("away_and_flagged")}
        connection.execute(text("INSERT INTO sessions VALUES ('ann', 12, :data)"), kept)
    engine.dispose()
    return path


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0].replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def test_what_the_first_version_kept_is_still_there(path_of_the_first_version: Path) -> None:
    async with await Store.open(path_of_the_first_version) as store:
        (snapshot,) = await store.load_sessions()
        assert (snapshot.agent_id, snapshot.version) == ("ann", 12)
        assert load(snapshot.data).claim is not None
        async with store.reading() as connection:
            assert await connection.scalar(text("SELECT name FROM people")) == "Ann Agent"
            assert await connection.scalar(text("SELECT number FROM directory_revision")) == 7
        await store.commit(whole_unit("ann", 13))


async def test_the_table_of_the_second_version_is_made_and_holds_nothing_but_hints(
    path_of_the_first_version: Path,
) -> None:
    async def put(connection: AsyncConnection, kind: str) -> None:
        await connection.execute(text(SILENCED.format(kind=kind)))

    async with await Store.open(path_of_the_first_version) as store:
        await store.run(lambda connection: put(connection, "more_light"))
        with pytest.raises(IntegrityError, match="only_hints"):
            await store.run(lambda connection: put(connection, "absent"))
    async with await Store.open(path_of_the_first_version) as again, again.reading() as connection:
        assert await connection.scalar(text("SELECT kind FROM silenced_notices")) == "more_light"


async def test_it_goes_with_the_person(path_of_the_first_version: Path) -> None:
    async def erase(connection: AsyncConnection) -> int:
        await connection.execute(text(SILENCED.format(kind="more_light")))
        await connection.execute(text("DELETE FROM people"))
        return await connection.scalar(text("SELECT count(*) FROM silenced_notices")) or 0

    async with await Store.open(path_of_the_first_version) as store:
        assert await store.run(erase) == 0
