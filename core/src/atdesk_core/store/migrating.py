"""Bringing a database to the shape that this version of the code knows."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from atdesk_core.store.errors import StoreTooNewError

_SCRIPTS = Path(__file__).with_name("migrations")


def migrate(connection: Connection) -> None:
    """Create or upgrade the tables, inside the transaction of the connection.

    Raises:
        StoreTooNewError: The database knows a revision that this code does not.
    """
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise StoreTooNewError(
            f"the database is of a newer atdesk (revision {current}; this one knows up to "
            f"{scripts.get_current_head()}): upgrade atdesk, or give it another database"
        )
    if current != scripts.get_current_head():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
