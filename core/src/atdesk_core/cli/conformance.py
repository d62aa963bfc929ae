"""`atdesk conformance`: the adapter kit from the command line."""

import subprocess
import sys
from pathlib import Path

from atdesk_core.cli.setting import leave
from atdesk_sdk import ConfigError


def conformance_command(adapter: str) -> None:
    """Run a test module that subclasses the kit, with pytest, and end with its status.

    Raises:
        ConfigError: There is no such module, or pytest is missing.
    """
    path = Path(adapter)
    if not path.exists():
        raise ConfigError(
            f"{adapter}: give the test module that subclasses atdesk_sdk.testing.AdapterConformance "
            "(docs/contract/testing.md shows the ten lines that it takes)"
        )
    leave(subprocess.call([sys.executable, "-m", "pytest", "-q", str(path)]))  # noqa: S603  (what was typed)
