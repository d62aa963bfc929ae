"""Commands as they are typed: in a process of their own, or in this one.

A process of its own shows what only a process has: that the program starts, how it ends, that nobody sees a
traceback. It takes two seconds of processor time to load what this process has loaded already, so tests of
what a command says and does type it here.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from atdesk_core.cli.main import main


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a command."""

    status: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """Everything it printed, whatever the width of the lines."""
        return " ".join((self.out + self.err).split())


def in_a_process(folder: Path, *arguments: str | Path, package: Path | None = None) -> Said:
    """Type a command in a process of its own. `package` holds what stands in for an installed package."""
    command = [sys.executable, "-m", "atdesk_core.cli.main", *map(str, arguments)]
    path = {"PYTHONPATH": str(package)} if package else {}
    done = subprocess.run(
        command, cwd=folder, env=os.environ | path, capture_output=True, text=True, timeout=100, check=False
    )
    assert "Traceback" not in done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


def typed(folder: Path, *arguments: str | Path) -> Said:
    """Type a command in this process: an error that escapes from it fails the test."""
    out, err = StringIO(), StringIO()
    with chdir(folder), redirect_stdout(out), redirect_stderr(err), _arguments(*arguments):
        try:
            main()
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
    return Said(status, out.getvalue(), err.getvalue())


@contextmanager
def _arguments(*arguments: str | Path) -> Iterator[None]:
    before, sys.argv = sys.argv, ["atdesk", *map(str, arguments)]
    try:
        yield
    finally:
        sys.argv = before
        logging.disable(logging.NOTSET)  # the doctor has a line for each fault, and silences the log
