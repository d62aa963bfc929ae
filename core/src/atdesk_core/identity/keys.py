"""Keys of people's own, wrapped by one key that an operator keeps.

Each person's template is encrypted under a key of that person's, and so is the key of each still, under
another one. These keys are kept wrapped, by a key-encryption key in a file or in the operator's KMS.
Erasing a person destroys the person's keys; losing the file makes every template and still unreadable,
and people enrol again. See docs/evidence.md.
"""

import base64
import binascii
import json
import os
import stat
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store import Store, tables
from atdesk_core.store.evidence_tables import still_keys

_NONCE_BYTES = 12


class KeyRingError(Exception):
    """The key file or KMS cannot be used. The message says why and what to do."""


class KeyDestroyedError(Exception):
    """The person has no key (any more): what was encrypted under it is gone for good."""


class KeyRing(Protocol):
    """What an operator's KMS has to do to take the place of the key file.

    Attributes:
        name: Of the wrapping key; kept beside each wrapped key. No secret.
    """

    name: str

    async def wrap(self, key: bytes, agent_id: str) -> bytes:
        """Encrypt a person's key, bound to the person."""
        ...

    async def unwrap(self, wrapped: bytes, agent_id: str) -> bytes:
        """The person's key.

        Raises:
            KeyRingError: It was wrapped by another key or for another person, or is damaged.
        """
        ...


def seal(key: bytes, plain: bytes, about: str) -> bytes:
    """AES-256-GCM: nonce and ciphertext, bound to `about`."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, about.encode())


def unseal(key: bytes, sealed: bytes, about: str) -> bytes:
    """What was sealed.

    Raises:
        cryptography.exceptions.InvalidTag: Another key, another `about`, or altered bytes.
    """
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about.encode())


class FileKeyRing:
    """A key-encryption key in a file that its owner alone can read. Back it up apart from the database."""

    def __init__(self, name: str, key: bytes) -> None:
        self.name = name
        self._key = key

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a new key file, readable by its owner alone.

        Raises:
            KeyRingError: There is one already (it is never overwritten), or it cannot be written.
        """
        content = {
            "version": 1,
            "name": f"file-{os.urandom(4).hex()}",
            "key_encryption_key": base64.b64encode(AESGCM.generate_key(256)).decode(),
        }
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                json.dump(content, file)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            raise KeyRingError(f"the key file {path} exists already, and is never overwritten") from None
        except OSError as error:
            raise KeyRingError(f"the key file {path} cannot be written: {error.strerror}") from None
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read a key file.

        Raises:
            KeyRingError: It is missing, damaged, or others can read it.
        """
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise KeyRingError(
                f"the key file {path} cannot be read: {error.strerror}; restore it from your backup. "
                "Without it no template and no still can be read: see atdesk key-file-lost"
            ) from None
        except UnicodeDecodeError:
            raise KeyRingError(_damaged(path)) from None
        if mode & 0o077:
            raise KeyRingError(f"others can read the key file {path} (mode {mode:o}): chmod 600 {path}")
        return cls(*_parse(path, text))

    @classmethod
    async def for_store(cls, path: Path, store: Store) -> Self:
        """Open the key file; make it only where nothing depends on one yet.

        Raises:
            KeyRingError: As `open`; a missing file is not replaced while the database holds keys; the
                file is another one than the database's keys were wrapped by.
        """
        kept = await _some_key(store)
        if kept is None and not path.exists():  # noqa: ASYNC240  (one look at start-up)
            return cls.create(path)
        ring = cls.open(path)
        if kept is not None:
            await ring._check(path, kept)
        return ring

    async def _check(self, path: Path, kept: "_Kept") -> None:
        """Whether this is the file that the database was used with."""
        if kept.wrapped_by == self.name:
            try:
                await self.unwrap(kept.wrapped, kept.agent_id)
            except KeyRingError:
                raise KeyRingError(_damaged(path)) from None
        else:
            raise KeyRingError(
                f"the key file {path} is {self.name}, but the keys in the database were wrapped by "
                f"{kept.wrapped_by}: put that key file back, from your backup"
            )

    async def wrap(self, key: bytes, agent_id: str) -> bytes:
        """See `KeyRing`."""
        return seal(self._key, key, _about(agent_id))

    async def unwrap(self, wrapped: bytes, agent_id: str) -> bytes:
        """See `KeyRing`."""
        try:
            return unseal(self._key, wrapped, _about(agent_id))
        except (InvalidTag, ValueError):
            raise KeyRingError(f"the key of {agent_id} is damaged, or is not of this key file") from None


class PersonKeys:
    """The keys of people: made when first needed, destroyed for good.

    Args:
        store: Where they are kept, wrapped.
        ring: What wraps them.
        table: `tables.person_keys`, or another of its columns.
    """

    def __init__(self, store: Store, ring: KeyRing, table: Table = tables.person_keys) -> None:
        self._store = store
        self._ring = ring
        self._table = table

    async def key_of(self, agent_id: str) -> bytes:
        """A person's key, 32 bytes.

        Raises:
            KeyDestroyedError: There is none.
            KeyRingError: It cannot be unwrapped.
        """
        async with self._store.reading() as connection:
            kept = await _kept(connection, self._table, agent_id)
        if kept is None:
            raise KeyDestroyedError(f"{agent_id} has no key: nothing of theirs can be read")
        return await self._unwrapped(kept)

    async def key_for(self, connection: AsyncConnection, agent_id: str, at: float) -> bytes:
        """A new key in place of the old one, in the transaction that writes what it encrypts."""
        key = AESGCM.generate_key(256)
        wrapped = await self._ring.wrap(key, agent_id)
        await connection.execute(delete(self._table).where(self._table.c.agent_id == agent_id))
        row = {"agent_id": agent_id, "wrapped": wrapped, "wrapped_by": self._ring.name, "created_at": at}
        await connection.execute(insert(self._table).values(row))
        return key

    async def shared_key(self, connection: AsyncConnection, agent_id: str, at: float) -> bytes:
        """The person's key, made where there is none yet, in the transaction that writes under it.

        Raises:
            KeyRingError: It cannot be wrapped or unwrapped.
        """
        kept = await _kept(connection, self._table, agent_id)
        return await self._unwrapped(kept) if kept else await self.key_for(connection, agent_id, at)

    async def renew(self, connection: AsyncConnection, agent_id: str) -> tuple[bytes, bytes]:
        """Put a new key in place of a person's, while what is under it is rewritten in this transaction.

        Returns:
            The old key and the new one.

        Raises:
            KeyDestroyedError: There is none.
            KeyRingError: It cannot be wrapped or unwrapped.
        """
        kept = await _kept(connection, self._table, agent_id)
        if kept is None:
            raise KeyDestroyedError(f"{agent_id} has no key: nothing of theirs can be read")
        old, new = await self._unwrapped(kept), AESGCM.generate_key(256)
        row = {"wrapped": await self._ring.wrap(new, agent_id), "wrapped_by": self._ring.name}
        await connection.execute(update(self._table).where(self._table.c.agent_id == agent_id).values(row))
        return old, new

    async def _unwrapped(self, kept: "_Kept") -> bytes:
        if kept.wrapped_by != self._ring.name:
            raise KeyRingError(
                f"the key of {kept.agent_id} was wrapped by {kept.wrapped_by}; this key ring is "
                f"{self._ring.name}: is it the right key file?"
            )
        return await self._ring.unwrap(kept.wrapped, kept.agent_id)


class _Kept(NamedTuple):
    agent_id: str
    wrapped: bytes
    wrapped_by: str


async def _kept(connection: AsyncConnection, table: Table, agent_id: str | None = None) -> _Kept | None:
    """A key as it is kept: this person's, or anybody's."""
    query = select(table.c.agent_id, table.c.wrapped, table.c.wrapped_by).limit(1)
    query = query if agent_id is None else query.where(table.c.agent_id == agent_id)
    found = (await connection.execute(query)).first()
    return _Kept(*found) if found else None


async def _some_key(store: Store) -> _Kept | None:
    async with store.reading() as connection:
        return await _kept(connection, tables.person_keys) or await _kept(connection, still_keys)


def _parse(path: Path, text: str) -> tuple[str, bytes]:
    try:
        content = json.loads(text)
        name, key = content["name"], base64.b64decode(content["key_encryption_key"], validate=True)
    except (json.JSONDecodeError, KeyError, TypeError, binascii.Error):
        raise KeyRingError(_damaged(path)) from None
    if not isinstance(name, str) or len(key) != 32:
        raise KeyRingError(_damaged(path))
    return name, key


def _damaged(path: Path) -> str:
    return f"the key file {path} is damaged: restore it from your backup"


def _about(agent_id: str) -> str:
    return json.dumps(["atdesk.person-key", agent_id])
