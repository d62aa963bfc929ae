"""Keys of people's own, wrapped by one key that an operator keeps.

Each person's biometric data is encrypted under a key of that person's. The key itself is kept
wrapped, by a key-encryption key in a file or in the operator's KMS. Erasing a person destroys the
person's key; losing the file makes every template unreadable, and people enrol again.
"""

import base64
import binascii
import json
import os
import stat
from pathlib import Path
from typing import Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store import Store, tables

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
                "Without it no template can be read, and everybody has to be enrolled again"
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
            KeyRingError: As `open`; a missing file is not replaced while the database holds keys.
        """
        if path.exists() or await _keys_kept(store):  # noqa: ASYNC240  (one look at start-up)
            return cls.open(path)
        return cls.create(path)

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
    """The keys of people: made when first needed, destroyed for good."""

    def __init__(self, store: Store, ring: KeyRing) -> None:
        self._store = store
        self._ring = ring

    async def key_of(self, agent_id: str) -> bytes:
        """A person's key, 32 bytes.

        Raises:
            KeyDestroyedError: There is none.
            KeyRingError: It cannot be unwrapped.
        """
        async with self._store.reading() as connection:
            kept = await _wrapped(connection, agent_id)
        if kept is None:
            raise KeyDestroyedError(f"{agent_id} has no key: nothing of theirs can be read")
        wrapped, wrapped_by = kept
        if wrapped_by != self._ring.name:
            raise KeyRingError(
                f"the key of {agent_id} was wrapped by {wrapped_by}; this key ring is {self._ring.name}: "
                "is it the right key file?"
            )
        return await self._ring.unwrap(wrapped, agent_id)

    async def key_for(self, connection: AsyncConnection, agent_id: str, at: float) -> bytes:
        """A new key in place of the old one, in the transaction that writes what it encrypts."""
        key = AESGCM.generate_key(256)
        wrapped = await self._ring.wrap(key, agent_id)
        await connection.execute(delete(tables.person_keys).where(tables.person_keys.c.agent_id == agent_id))
        row = {"agent_id": agent_id, "wrapped": wrapped, "wrapped_by": self._ring.name, "created_at": at}
        await connection.execute(insert(tables.person_keys).values(row))
        return key


async def _wrapped(connection: AsyncConnection, agent_id: str) -> tuple[bytes, str] | None:
    table = tables.person_keys.c
    query = select(table.wrapped, table.wrapped_by).where(table.agent_id == agent_id)
    found = (await connection.execute(query)).first()
    return (found.wrapped, found.wrapped_by) if found else None


async def _keys_kept(store: Store) -> bool:
    async with store.reading() as connection:
        return (await connection.execute(select(tables.person_keys.c.agent_id).limit(1))).first() is not None


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
