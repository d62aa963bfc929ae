"""A file that is put in place whole, for what has to outlive the process."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in the place of another, or make it. Blocks; on the disk when it returns.

    Whoever is killed in between leaves the old one. Its owner alone can read it: mode 0600.

    Args:
        path: Which; its folder is there.
        content: All of it.

    Raises:
        OSError: It could not be written; then the old one stands, and nothing is left beside it.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Without it a power cut can bring the old file back. Windows keeps no such thing apart."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
