"""Proof of an erasure: what was sealed is tried again with all that is left, and looked for on the disk.

Everything that was kept of the person is read before it is destroyed, as it lies there: sealed. The proof
holds it in memory, and lets go of it when it is over.
"""

import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.evidence import rows
from atdesk_core.evidence.sealing import Sealed, open_still
from atdesk_core.evidence.still import StillError
from atdesk_core.identity import KeyDestroyedError, KeyRing, PersonKeys, TemplateError
from atdesk_core.identity.destroying import is_held
from atdesk_core.identity.templates import open_template
from atdesk_core.store import Store, tables
from atdesk_core.store.evidence_tables import still_keys, stills

_SIDE_FILES = ("", "-wal", "-journal")


class NotErasedError(Exception):
    """Something that was to be destroyed is still there. No receipt is given."""


@dataclass(frozen=True, slots=True, repr=False)
class Sought:
    """What lay in the database of one person, sealed.

    Attributes:
        agent_id: Whose.
        templates: Encoder and sealed template.
        stills: Number of the flag, and what was sealed, by the id of the still.
        keys: The person's keys, wrapped.
    """

    agent_id: str
    templates: tuple[tuple[str, bytes], ...]
    stills: dict[str, tuple[str, Sealed]]
    keys: tuple[bytes, ...]

    @property
    def pieces(self) -> Iterator[bytes]:
        """Everything that must not be found on the disk any more."""
        yield from self.keys
        yield from (sealed for _, sealed in self.templates)
        for _, sealed in self.stills.values():
            yield from (sealed.picture, sealed.item_key)


async def read_sealed(connection: AsyncConnection, agent_id: str, now: float) -> Sought:
    """Everything of a person that is about to be destroyed; what a dispute holds is not."""
    mine = tables.templates.c
    kept = await connection.execute(select(mine.encoder, mine.sealed).where(mine.agent_id == agent_id))
    templates = tuple((row.encoder, bytes(row.sealed)) for row in kept)
    found: dict[str, tuple[str, Sealed]] = {}
    for one in await rows.find(connection, stills.c.agent_id == agent_id, ~is_held(now)):
        if (sealed := await rows.sealed_of(connection, one.still_id)) is not None:
            found[one.still_id] = (one.flag_number, sealed)
    keys: list[bytes] = []
    for table in (tables.person_keys, still_keys):
        keys += await connection.scalars(select(table.c.wrapped).where(table.c.agent_id == agent_id))
    return Sought(agent_id, templates, found, tuple(map(bytes, keys)))


async def count_opened(store: Store, ring: KeyRing | None, sought: Sought) -> int:
    """How many of the sealed things open with the keys that the database and the key ring hold now.

    Raises:
        KeyRingError: A key is there, and cannot be unwrapped.
    """
    if ring is None:
        return 0
    opened = 0
    key = await _key(PersonKeys(store, ring), sought.agent_id)
    for encoder, sealed in sought.templates if key else ():
        opened += _opens_template(key or b"", sealed, sought.agent_id, encoder)
    key = await _key(PersonKeys(store, ring, still_keys), sought.agent_id)
    for still_id, (number, still) in sought.stills.items() if key else ():
        opened += _opens_still(key or b"", still, (still_id, sought.agent_id, number))
    return opened


def bytes_searched(database: Path, pieces: Iterable[bytes]) -> int:
    """Look for pieces in an SQLite database, as it lies on the disk with its log.

    Returns:
        How many bytes were searched.

    Raises:
        NotErasedError: One of them is there.
    """
    searched, wanted = 0, [piece for piece in pieces if piece]
    for ending in _SIDE_FILES:
        path = database.with_name(database.name + ending)
        if not path.exists() or path.stat().st_size == 0:
            continue
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            searched += len(content)
            if any(content.find(piece) >= 0 for piece in wanted):
                raise NotErasedError(
                    f"what was erased still lies in {path.name}: is another process reading the database? "
                    "Stop it, and erase again"
                )
    return searched


async def _key(keys: PersonKeys, agent_id: str) -> bytes | None:
    try:
        return await keys.key_of(agent_id)
    except KeyDestroyedError:
        return None


def _opens_template(key: bytes, sealed: bytes, agent_id: str, encoder: str) -> bool:
    try:
        open_template(key, sealed, agent_id, encoder)
    except TemplateError:
        return False
    return True


def _opens_still(key: bytes, sealed: Sealed, about: tuple[str, str, str]) -> bool:
    try:
        open_still(key, sealed, about)
    except StillError:
        return False
    return True
