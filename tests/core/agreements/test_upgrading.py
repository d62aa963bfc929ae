"""What an earlier version kept: its templates rest on photos that nobody can be shown to have confirmed."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from atdesk_core.identity import load_directory
from atdesk_core.store import Store, migrations

FILLED = (
    "INSERT INTO sites VALUES ('madrid', 'ES', 'Europe/Madrid')",
    "INSERT INTO people VALUES ('ann', 'ref1', 'Ann Agent', 'ann@example.com', 'en', 'north', 'madrid')",
    "INSERT INTO consents VALUES ('c1', 'ann', 'v1', 'en', 'a call', 1.0, 'given', NULL)",
    "INSERT INTO person_keys VALUES ('ann', x'00', 'k', 1.0)",
    "INSERT INTO templates VALUES ('ann', 'enc1', x'00', 1.0, 'c1', 'given')",
)


def _second_version(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0].replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "0002")
    for statement in FILLED:
        connection.execute(text(statement))


async def test_a_template_without_a_confirmation_goes_and_the_consent_stays(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'atdesk.db'}")
    with engine.begin() as connection:
        _second_version(connection)
    engine.dispose()
    async with await Store.open(tmp_path / "atdesk.db") as store:
        town = await load_directory(store)
        assert (town.has_consent("ann"), town.is_enrolled("ann")) == (True, False)
