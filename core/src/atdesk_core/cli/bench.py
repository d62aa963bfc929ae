"""`atdesk bench`: the benchmarks of this checkout."""

import subprocess
import sys
from pathlib import Path

from atdesk_core.cli.setting import leave
from atdesk_sdk import ConfigError


def bench_command(name: str, json_out: Path | None) -> None:
    """Run `python -m benchmarks NAME`, which lies in the checkout and not in the package.

    Raises:
        ConfigError: Not in a checkout.
    """
    if not Path("benchmarks/__main__.py").is_file():
        raise ConfigError("the benchmarks lie in the checkout: run this from its top folder")
    extra = ["--json", str(json_out)] if json_out else []
    leave(subprocess.call([sys.executable, "-m", "benchmarks", name, *extra]))  # noqa: S603  (ours)
