"""What opening a database costs when there is nothing to upgrade."""

import subprocess
import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from atdesk_core.store import Store, migrations
from atdesk_core.store.migrating import revisions

OPEN = """
import asyncio, sys
from atdesk_core.store import Store

async def opened(path):
    await (await Store.open(path)).aclose()

asyncio.run(opened(sys.argv[1]))
print("alembic" in sys.modules)
"""


def test_the_names_of_the_files_are_the_revisions_in_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0].replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in scripts.walk_revisions()] == revisions()[::-1]
    assert scripts.get_current_head() == revisions()[-1]


def _loads_alembic(path: Path) -> bool:
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip() == "True"


async def test_a_database_that_is_up_to_date_is_opened_without_alembic(store: Store, path: Path) -> None:
    await store.aclose()
    assert not _loads_alembic(path)


def test_a_new_one_is_made_with_it(path: Path) -> None:
    assert _loads_alembic(path)
