"""Tables for the empty databases of tests, taken from one that the real migrations made in this process.

A thousand tests open a database of their own, and each would run every migration: a tenth of a second of
processor time, every time with the same outcome. `tests/core/store` is spared: there, the migrations
themselves run, and `test_template.py` holds that both make the same database.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select, table, text

Migrate = Callable[[Connection], None]
Statement = tuple[str, tuple[Any, ...]]


class MigratedOnce:
    """Takes the place of `migrate`: the first empty database is migrated, the next ones are like it.

    Args:
        migrate: What the store does; also for every database that somebody else began.
    """

    def __init__(self, migrate: Migrate) -> None:
        self._migrate = migrate
        self._statements: list[Statement] = []

    def __call__(self, connection: Connection) -> None:
        """Create or upgrade the tables, inside the transaction of the connection."""
        empty = connection.dialect.name == "sqlite" and not _names(connection)
        if empty and self._statements:
            for statement, values in self._statements:
                connection.exec_driver_sql(statement, values)
            return
        self._migrate(connection)
        if empty:
            self._statements = _written(connection)


def _names(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
    return [name for (name,) in found if not name.startswith("sqlite_")]


def _written(connection: Connection) -> list[Statement]:
    """Say how the tables, their indexes and triggers, and the rows in them, come about."""
    made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    statements: list[Statement] = [(sql, ()) for (sql,) in made]
    for name in _names(connection):
        for row in connection.execute(select(text("*")).select_from(table(name))).all():
            marks = ", ".join("?" * len(row))
            statements.append((f'INSERT INTO "{name}" VALUES ({marks})', tuple(row)))  # noqa: S608 - our tables
    return statements
