"""`atdesk bench`: the benchmarks of this checkout."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from atdesk_core.cli.setting import leave
from atdesk_sdk import ConfigError


def bench_command(name: str, options: Sequence[str]) -> None:
    """Run `python -m benchmarks NAME`, which lies in the checkout and not in the package.

    Args:
        name: Of the benchmark.
        options: Handed on as they were typed.

    Raises:
        ConfigError: Not in a checkout.
    """
    if not Path("benchmarks/__main__.py").is_file():
        raise ConfigError("the benchmarks lie in the checkout: run this from its top folder")
    leave(subprocess.call([sys.executable, "-m", "benchmarks", name, *options]))  # noqa: S603  (ours)
