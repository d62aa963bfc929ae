"""Which Away is ours, kept before it is sent: after a restart it would count as the agent's without it.

It ends with no time of its own in Zoom, so one that cannot be kept must not be sent. When a change was sent
is kept as well: Zoom's limit of one a minute goes on over a restart.

The file holds user ids and names of changes, no person's name and no secret; only its owner can read it.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from atdesk_sdk import ConfigError, TryLater
from atdesk_sdk.durable import replace_file

log = logging.getLogger(__name__)


#: When a change was last sent to somebody is kept for so long after it, seconds; Zoom's limit is a minute.
_KEPT_S = 600.0


class Kept(NamedTuple):
    """What is kept of one user.

    Attributes:
        key: What our Away makes of their state (`Shown.key`); empty when nothing of ours stands.
        revision: Its name.
        sent_at: When a change was last sent, engine's clock.
    """

    key: str
    revision: str
    sent_at: float


_NOTHING = Kept("", "", 0.0)
_FILE = TypeAdapter(dict[str, Kept])


class Journal:
    """The Aways of ours that stand, or are on their way, and when Zoom was last sent a change.

    Args:
        path: Where it lies; its folder is made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: dict[str, Kept] = {}
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
        self._kept = _read(self._path)

    def get(self, user: str) -> Kept:
        """What is kept of somebody."""
        return self._kept.get(user, _NOTHING)

    def known(self, user: str, key: str) -> str:
        """The name of our change, if what stands now is what we made of it; else nothing."""
        kept = self.get(user)
        return kept.revision if kept.key == key else ""

    def names(self, user: str, revision: str) -> bool:
        """Whether a change is the one that is kept."""
        return self.get(user).revision == revision

    def put(self, user: str, kept: Kept) -> None:
        """Note it; the next `keep` brings it to the disk."""
        self._kept[user] = kept

    def forget(self, user: str) -> None:
        """Nothing of ours stands there any more; the next `keep` takes it off the disk."""
        if user in self._kept:
            self._kept[user] = Kept("", "", self._kept[user].sent_at)

    async def keep(self, user: str, kept: Kept) -> None:
        """Note it; on the disk when this returns.

        Raises:
            TryLater: It could not be kept; then what was kept before stands.
        """
        async with self._one_at_a_time:
            before = self.get(user)
            self.put(user, kept)
            self._drop_old(kept.sent_at - _KEPT_S)
            try:
                await asyncio.to_thread(replace_file, self._path, _FILE.dump_json(self._kept))
            except OSError as error:
                self.put(user, before)
                raise TryLater(
                    f"{self._path} cannot be written ({error.strerror}): see docs/zoom.md, state_dir"
                ) from None

    def _drop_old(self, before: float) -> None:
        kept = self._kept.items()
        self._kept = {user: one for user, one in kept if one.revision or one.sent_at > before}


def _read(path: Path) -> dict[str, Kept]:
    try:
        return _FILE.validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError):
        log.warning("%s cannot be read: no Away from before counts as ours", path)
        return {}
