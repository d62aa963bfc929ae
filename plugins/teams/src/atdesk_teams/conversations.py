"""Where the bot may write, kept over restarts: ids alone, no names. One SQLite file, mode 0600.

A message to a person or a channel needs the conversation's id and the `serviceUrl` at which it lives. Both
come with what Microsoft has signed, or with an answer of the place that the configuration names.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from atdesk_sdk.condition import Condition
from atdesk_sdk.errors import ConfigError
from atdesk_sdk.health import HealthStatus
from atdesk_teams.conversation_ids import base_of

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS talks (
    kind TEXT NOT NULL, key TEXT NOT NULL, conversation_id TEXT NOT NULL, service_url TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS told_over (number TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
"""
_PERSON, _CHANNEL, _LAST = "person", "channel", "last"
#: So long it is remembered that a flag's end was told; nobody changes a flag after that.
_TOLD_S: Final = 90 * 86_400.0
#: So many changes wait for a disk that takes none; the oldest falls out.
_UNWRITTEN: Final = 10_000
_UNKEPT: Final = "bot file"

_Change = tuple[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation, and where it lives."""

    conversation_id: str
    service_url: str


class Conversations:
    """The conversations of one bot. What cannot be written to the disk is known until the end all the same.

    Args:
        path: The file.
        service_url: Where a conversation lives of which nothing else is known.
        condition: Told that the file cannot be written, and that it can again.
    """

    def __init__(self, path: Path, service_url: str, condition: Condition) -> None:
        self._path, self._default, self._condition = path, service_url, condition
        self._rows: dict[tuple[str, str], Talk] = {}
        self._where: dict[str, str] = {}
        self._told: set[str] = set()
        self._unwritten: deque[_Change] = deque(maxlen=_UNWRITTEN)
        self._file: sqlite3.Connection | None = None
        self._one_at_a_time = asyncio.Lock()

    async def open(self, now: float) -> None:
        """Read what is kept.

        Args:
            now: Engine's clock.

        Raises:
            ConfigError: The file cannot be used.
        """
        await asyncio.to_thread(self._open, now)

    async def aclose(self) -> None:
        """Close the file. Twice is fine."""
        async with self._one_at_a_time:
            file, self._file = self._file, None
            if file is not None:
                await asyncio.to_thread(file.close)

    def person(self, object_id: str) -> Talk | None:
        """The chat with a person."""
        return self._rows.get((_PERSON, object_id))

    def service_of(self, conversation_id: str) -> str:
        """Where a conversation lives: what is known of it, else where the tenant's last one was."""
        known = self._where.get(base_of(conversation_id))
        last = self._rows.get((_LAST, ""))
        return known or (last.service_url if last is not None else self._default)

    async def keep_person(self, object_id: str, talk: Talk) -> None:
        """There is a chat with this person."""
        await self._keep(_PERSON, object_id, talk)

    async def keep_channel(self, channel_id: str, service_url: str) -> None:
        """The bot is in the team of this channel."""
        await self._keep(_CHANNEL, channel_id, Talk(channel_id, service_url))

    async def seen(self, service_url: str) -> None:
        """Something genuine came from there."""
        await self._keep(_LAST, "", Talk("", service_url))

    async def forget_person(self, object_id: str) -> None:
        """The chat with this person is no more."""
        await self._forget(_PERSON, object_id)

    async def forget_channel(self, channel_id: str) -> None:
        """The bot is not in that team any more."""
        await self._forget(_CHANNEL, channel_id)

    def was_told(self, number: str) -> bool:
        """Whether the end of this flag was told already, where a message cannot be changed."""
        return number in self._told

    async def keep_told(self, number: str, now: float) -> None:
        """The end of this flag was told."""
        self._told.add(number)
        await self._write("INSERT OR REPLACE INTO told_over VALUES (?, ?)", (number, now))

    def _open(self, now: float) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            self._file = file = sqlite3.connect(self._path, check_same_thread=False)
            file.executescript(_TABLES)
            with file:
                file.execute("DELETE FROM told_over WHERE at < ?", (now - _TOLD_S,))
            rows = file.execute("SELECT kind, key, conversation_id, service_url FROM talks").fetchall()
            self._told = {number for (number,) in file.execute("SELECT number FROM told_over")}
        except (OSError, sqlite3.Error) as error:
            raise ConfigError(
                f"{self._path} cannot be used ({type(error).__name__}): check state_dir and its owner"
            ) from None
        for kind, key, conversation_id, service_url in rows:
            self._remember(kind, key, Talk(conversation_id, service_url))

    def _remember(self, kind: str, key: str, talk: Talk) -> None:
        self._rows[kind, key] = talk
        if talk.conversation_id:
            self._where[talk.conversation_id] = talk.service_url

    async def _keep(self, kind: str, key: str, talk: Talk) -> None:
        talk = replace(talk, service_url=talk.service_url.rstrip("/"))
        if self._rows.get((kind, key)) == talk:
            return
        self._remember(kind, key, talk)
        row = (kind, key, talk.conversation_id, talk.service_url)
        await self._write("INSERT OR REPLACE INTO talks VALUES (?, ?, ?, ?)", row)

    async def _forget(self, kind: str, key: str) -> None:
        talk = self._rows.pop((kind, key), None)
        if talk is not None:
            self._where.pop(talk.conversation_id, None)
            await self._write("DELETE FROM talks WHERE kind = ? AND key = ?", (kind, key))

    async def _write(self, statement: str, values: tuple[object, ...]) -> None:
        async with self._one_at_a_time:
            if self._file is None:
                return
            self._unwritten.append((statement, values))
            try:
                await asyncio.to_thread(_run, self._file, tuple(self._unwritten))
            except sqlite3.Error as error:
                self._condition.trouble(
                    _UNKEPT,
                    HealthStatus.DEGRADED,
                    f"{self._path} cannot be written ({type(error).__name__}): after a restart the bot "
                    "would not know where it may write; check the disk, and state_dir and its owner",
                )
            else:
                self._unwritten.clear()
                self._condition.over(_UNKEPT)


def _run(file: sqlite3.Connection, changes: tuple[_Change, ...]) -> None:
    with file:
        for statement, values in changes:
            file.execute(statement, values)
