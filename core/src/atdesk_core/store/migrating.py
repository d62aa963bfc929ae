"""Bringing a database to the shape that this version of the code knows."""

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from atdesk_core.store.errors import StoreTooNewError

_SCRIPTS = Path(__file__).with_name("migrations")
_VERSIONS = table("alembic_version", column("version_num"))


def migrate(connection: Connection) -> None:
    """Create or upgrade the tables, inside the transaction of the connection.

    Raises:
        StoreTooNewError: The database knows a revision that this code does not.
    """
    known = revisions()
    current = _revision(connection)
    if current is not None and current not in known:
        raise StoreTooNewError(
            f"the database is of a newer atdesk (revision {current}; this one knows up to "
            f"{known[-1]}): upgrade atdesk, or give it another database"
        )
    if current != known[-1]:
        _upgrade(connection)


def revisions() -> list[str]:
    """Every revision that this code knows, oldest first; by the names of their files, `r0008_own_page.py`."""
    return sorted(file.name[1:5] for file in _SCRIPTS.glob("versions/r[0-9][0-9][0-9][0-9]_*.py"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSIONS.name):
        return None
    found: str | None = connection.execute(select(_VERSIONS.c.version_num)).scalar()
    return found


def _upgrade(connection: Connection) -> None:
    # Alembic is a quarter of the start of a command, and nearly every database is what it should be already.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
