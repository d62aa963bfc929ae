"""Which Away is ours, kept for after a restart: without it an Away that stands would count as the agent's.

The file holds user ids and names of changes, no person's name and no secret; only its owner can read it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import tempfile
from pathlib import Path

from atdesk_sdk import ConfigError

log = logging.getLogger(__name__)


class Journal:
    """The Aways of ours that stand.

    Args:
        path: Where it lies; its folder is made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ours: dict[str, tuple[str, str]] = {}
        self._one_at_a_time = asyncio.Lock()

    def load(self) -> None:
        """Read what an earlier process left. Call it off the event loop.

        Raises:
            ConfigError: The folder is not there and cannot be made.
        """
        folder = self._path.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"zoom: the folder {folder} cannot be made ({error.strerror}): set state_dir to one that "
                "this service may write"
            ) from None
        self._ours = _read(self._path)

    def known(self, user: str, key: str) -> str:
        """The name of our change, if what stands now is what we made of it; else nothing."""
        value, revision = self._ours.get(user, ("", ""))
        return revision if value == key else ""

    def names(self, user: str, revision: str) -> bool:
        """Whether a change is the one that is kept."""
        return self._ours.get(user, ("", ""))[1] == revision

    async def keep(self, user: str, key: str, revision: str) -> None:
        """This Away is ours; on the disk when this returns."""
        self._ours[user] = (key, revision)
        async with self._one_at_a_time:
            await asyncio.to_thread(self._save, json.dumps(self._ours))

    def forget(self, user: str) -> None:
        """Nothing of ours stands there any more; the next `keep` takes it off the disk."""
        self._ours.pop(user, None)

    def _save(self, text: str) -> None:
        """Replace the file at once, so that a process that is killed leaves a whole one."""
        try:
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except OSError as error:
            log.warning("%s cannot be written (%s): see docs/zoom.md, state_dir", self._path, error.strerror)


def _read(path: Path) -> dict[str, tuple[str, str]]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        log.warning("%s cannot be read: no Away from before counts as ours", path)
        return {}
    whole = kept.items() if isinstance(kept, dict) else ()
    return {
        user: (str(one[0]), str(one[1])) for user, one in whole if isinstance(one, list) and len(one) == 2
    }
