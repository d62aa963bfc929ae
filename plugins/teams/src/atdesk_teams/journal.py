"""Which Away is ours: kept on the disk before it is written, so that a restart neither forgets nor guesses.

Teams has one preferred state a user and no way to ask who filled it. One JSON line a change, ids and times
alone, mode 0600; what is over is left out when the file is opened, or has grown long.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from atdesk_sdk.durable import replace_file
from atdesk_sdk.errors import ConfigError, TryLater

_LONGEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Slot:
    """An Away of ours.

    Attributes:
        user: Whose, folded.
        change_id: The wish behind it.
        set_at: When it was first set, engine's clock.
        renewed_at: When it was set last.
        expires_at: When Teams ends it by itself.
    """

    user: str
    change_id: str
    set_at: float
    renewed_at: float
    expires_at: float


class _Line(BaseModel):
    """One line; a line without times says that it is over."""

    model_config = ConfigDict(extra="ignore")

    user: str
    change_id: str = ""
    set_at: float = 0.0
    renewed_at: float = 0.0
    expires_at: float = 0.0


class SlotJournal:
    """The slots of one tenant.

    Args:
        path: Its file. The folder is made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._slots: dict[str, Slot] = {}
        self._lines = 0
        # One thread: lines reach the file in the order in which they were given, and the loop never waits.
        self._thread = _one_thread()

    async def open(self, now: float) -> None:
        """Read what an earlier process left, and drop what is over by now.

        Raises:
            ConfigError: The file cannot be read or written; the message names it.
        """
        try:
            await self._in_thread(self._load, now)
        except OSError as error:
            raise ConfigError(
                f"{self._path} cannot be used: {error.strerror}; give state_dir a folder that can be written"
            ) from None

    @property
    def slots(self) -> list[Slot]:
        """Everything that may stand."""
        return [*self._slots.values()]

    def get(self, user: str, now: float) -> Slot | None:
        """The slot of one user; None when there is none, or its time is over."""
        slot = self._slots.get(user.casefold())
        return slot if slot is not None and slot.expires_at > now else None

    async def begin(self, slot: Slot) -> None:
        """Note a slot. Returning means that it is on the disk.

        Raises:
            TryLater: It could not be kept; then it must not be written either.
        """
        before = self._slots.get(slot.user)
        self._slots[slot.user] = slot
        try:
            await self._in_thread(self._append, _Line(**asdict(slot)), self._standing(), True)
        except OSError as error:
            if self._slots.get(slot.user) is slot:
                self._put_back(slot.user, before)
            raise TryLater(f"{self._path} cannot be written: {error.strerror}") from None

    def end(self, user: str) -> None:
        """Note that a slot is over. Not flushed: what is lost of it ends with its time anyway."""
        if self._slots.pop(user.casefold(), None) is not None:
            self._thread.submit(self._append, _Line(user=user.casefold()), self._standing(), False)

    async def aclose(self) -> None:
        """Wait until everything is in the file. Twice is fine."""
        done, self._thread = self._thread, _one_thread()
        await asyncio.to_thread(done.shutdown)

    async def _in_thread(self, work: Callable[..., None], *given: object) -> None:
        await asyncio.wrap_future(self._thread.submit(work, *given))

    def _put_back(self, user: str, before: Slot | None) -> None:
        if before is None:
            del self._slots[user]
        else:
            self._slots[user] = before

    def _standing(self) -> list[Slot] | None:
        """Count a line; give what stands where the file has grown long and has to be put in order."""
        self._lines += 1
        if self._lines <= _LONGEST:
            return None
        self._lines = len(self._slots)
        return self.slots

    def _append(self, line: _Line, standing: list[Slot] | None, flush: bool) -> None:
        if standing is not None:
            self._rewrite(standing)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.model_dump_json(exclude_defaults=True).encode() + b"\n")
            if flush:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _load(self, now: float) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        self._slots = {}
        for line in text.splitlines():
            try:
                said = _Line.model_validate_json(line)
            except ValidationError:
                continue  # the end of a line that a crash cut off
            self._slots.pop(said.user, None)
            if said.expires_at > now:
                self._slots[said.user] = Slot(**said.model_dump())
        self._rewrite(self.slots)
        self._lines = len(self._slots)

    def _rewrite(self, standing: list[Slot]) -> None:
        """Put a file in place that holds what stands and nothing else; a crash leaves the old one."""
        lines = [_Line(**asdict(slot)).model_dump_json() + "\n" for slot in standing]
        replace_file(self._path, "".join(lines).encode())


def _one_thread() -> ThreadPoolExecutor:
    """It begins with the first work that it is given."""
    return ThreadPoolExecutor(1, thread_name_prefix="teams-journal")
