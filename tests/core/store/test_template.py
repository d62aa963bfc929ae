"""What other tests take for a migrated database is one."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, select, table, text

from atdesk_core.store.migrating import migrate
from tests.database_template import Migrate, MigratedOnce


def _content(path: Path, make: Migrate) -> tuple[list[Any], dict[str, list[Any]]]:
    """Everything that a database holds after `make`: what was created, and each table's rows."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        make(connection)
    with engine.connect() as connection:
        created = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master").all()
        tables = [name for kind, name, *_ in created if kind == "table"]
        rows = {
            name: list(connection.execute(select(text("*")).select_from(table(name))).all())
            for name in tables
        }
    engine.dispose()
    return sorted(map(repr, created)), rows


def test_a_database_from_the_template_is_what_the_migrations_make(tmp_path: Path) -> None:
    once = MigratedOnce(migrate)
    by_hand = _content(tmp_path / "migrated.db", migrate)
    assert _content(tmp_path / "first.db", once) == by_hand
    assert _content(tmp_path / "second.db", once) == by_hand
    assert by_hand[1]["alembic_version"]


def test_a_database_that_somebody_began_is_migrated(tmp_path: Path) -> None:
    seen: list[str] = []

    def noting(connection: Connection) -> None:
        seen.append("migrated")
        migrate(connection)

    once = MigratedOnce(noting)
    _content(tmp_path / "one.db", once)
    _content(tmp_path / "two.db", once)
    assert seen == ["migrated"]
    _content(tmp_path / "two.db", once)
    assert seen == ["migrated"] * 2
