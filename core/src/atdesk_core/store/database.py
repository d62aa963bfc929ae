"""Engines for one database: one connection that writes, a few that read."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from atdesk_core.store.errors import StoreUnusableError

BUSY_S = 10.0
"""How long SQLite waits for another process's write, seconds."""

READERS = 4
"""Connections that read beside the writer."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a commit is on the disk before anybody is told
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # a destroyed key leaves no copy in free pages
)


def database_url(where: str | Path) -> URL:
    """A path, or an SQLAlchemy URL such as `postgresql+asyncpg://host/atdesk`.

    Raises:
        StoreUnusableError: The URL cannot be read.
    """
    if isinstance(where, str) and "://" in where:
        try:
            return make_url(where)
        except ArgumentError:
            raise StoreUnusableError(
                "the database address is no URL such as postgresql+asyncpg://host/atdesk"
            ) from None
    return URL.create("sqlite+aiosqlite", database=str(Path(where).expanduser()))


def make_engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    """The writing engine (one connection) and the reading one.

    Raises:
        StoreUnusableError: No driver for it is installed, or the file cannot be made.
    """
    if url.get_backend_name() == "sqlite":
        _make_private(url)
    try:
        writing = create_async_engine(url, pool_size=1, max_overflow=0)
        reading = create_async_engine(url, pool_size=READERS, max_overflow=0)
    except (ImportError, NoSuchModuleError) as error:
        raise StoreUnusableError(
            f"no driver for {url.drivername}: {error}. For PostgreSQL: pip install asyncpg"
        ) from None
    if url.get_backend_name() == "sqlite":
        _prepare_sqlite(writing, "BEGIN IMMEDIATE")
        _prepare_sqlite(reading, "BEGIN")
    return writing, reading


def _make_private(url: URL) -> None:
    """The file holds people's data: only its owner reads it."""
    path = url.database or ""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreUnusableError(
            f"the database {path} cannot be opened: {error.strerror}; check the folder and its owner"
        ) from None


def _prepare_sqlite(engine: AsyncEngine, begin: str) -> None:
    # The driver's own transaction handling begins too late and breaks savepoints: SQLAlchemy's
    # documented way is to switch it off and to begin by hand.
    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(BUSY_S * 1000)}")
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def plain_reason(error: Exception) -> str:
    """What the driver says, without the statement and its values, which may be personal."""
    cause = getattr(error, "orig", None) or error
    while isinstance(cause.__cause__, sqlite3.Error):
        cause = cause.__cause__
    return str(cause) or type(cause).__name__
