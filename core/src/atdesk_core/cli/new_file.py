"""A result into a new file, or onto standard output."""

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from atdesk_sdk import ConfigError


@contextlib.contextmanager
def result_file(path: Path | None) -> Iterator[TextIO]:
    """Where a result is to be written. The file is made before the work begins, so that it can be made.

    Args:
        path: A file that is not there yet; None: standard output. It goes again when the work fails.

    Raises:
        ConfigError: The file is there already, or cannot be written; what was to be in it is printed then.
    """
    text = io.StringIO()
    if path is None:
        yield text
        sys.stdout.write(text.getvalue())
        return
    _make(path)
    try:
        yield text
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    try:
        path.write_text(text.getvalue(), encoding="utf-8")
    except OSError as error:
        sys.stdout.write(text.getvalue())
        raise ConfigError(f"{path} cannot be written: {error.strerror}; it is printed instead") from None


def _make(path: Path) -> None:
    try:
        path.open("x").close()
    except FileExistsError:
        raise ConfigError(f"{path} exists already, and is never overwritten: name another file") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
