"""Erasing a person's template and stills: the keys are destroyed, the proof is made, a receipt is signed.

The decision log stays: it holds a random id, numbers and hashes, and no picture ever was in it. What a
dispute holds stays until its hold ends, under a new key.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.evidence import rows
from atdesk_core.evidence.proof import NotErasedError, Sought, bytes_searched, count_opened, read_sealed
from atdesk_core.evidence.sealing import under_new_key
from atdesk_core.evidence.still import PurgeReason, StillError
from atdesk_core.identity import Destroyed, KeyRing, PersonKeys, Signed, Signer, StillOf, destroy
from atdesk_core.identity.consent import end_consent
from atdesk_core.identity.records import mark_changed
from atdesk_core.identity.signing import JSON, canonical
from atdesk_core.ledger import LedgerKind, Value, entry
from atdesk_core.store import LedgerEntry, Store
from atdesk_core.store.apply import append_ledger, read_bounds
from atdesk_core.store.evidence_tables import still_keys, stills
from atdesk_core.store.review_words import forget_words

RECEIPT: Final = "atdesk.erasure-receipt"
TRIES: Final = 50
_PAUSE_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for.

    Attributes:
        agent_id: Who is to be erased.
        by: Who asks for it, as the receipt names them; the log does not.
        at: Now, seconds since the epoch.
        after_holds: What a dispute holds is destroyed as soon as its hold ends, not at its own time.
    """

    agent_id: str
    by: str
    at: float
    after_holds: bool = False


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of it.

    Attributes:
        receipt: Signed.
        destroyed: What is gone, and what a dispute holds back.
    """

    receipt: Signed
    destroyed: Destroyed


@dataclass(frozen=True, slots=True)
class _Done:
    """What the transaction did."""

    who: rows.Whose
    sought: Sought
    opened_before: int
    destroyed: Destroyed
    log_seq: int
    log_hash: str


async def erase(
    store: Store,
    ring: KeyRing | None,
    signer: Signer,
    order: Order,
    database: Path | None,
    tries: int = TRIES,
) -> Erased:
    """Destroy, prove, and sign.

    Args:
        store: The database.
        ring: The key ring; None when it is lost, and nothing could be opened anyway.
        signer: Signs the receipt.
        order: Who, by whom, when.
        database: The SQLite file, which is searched; None for another database.
        tries: How often it is tried to get hold of the database's log, which others may be reading.

    Raises:
        StillError: Nobody has this id, or what a dispute holds cannot be kept without the key ring.
        NotErasedError: Something is still there; no receipt is given.
        KeyRingError: The key ring cannot unwrap what is to be proved.
    """
    await _scrubbed(store, "nothing was erased yet", tries)
    done = await store.run(lambda connection: _destroy(store, ring, connection, order))
    searched = await _proved(store, ring, done.sought, database, tries)
    proof: dict[str, JSON] = {
        "opened_before": done.opened_before,
        "opened_after": 0,
        "bytes_searched": searched,
    }
    receipt = signer.sign(_document(order, done, proof))
    digest = hashlib.sha256(canonical(receipt.document)).hexdigest()
    proved: dict[str, Value] = {"what": "proved", "receipt": digest, "key_id": receipt.key_id}
    row = entry(LedgerKind.ERASURE, order.at, done.who.site, done.who.agent_ref, proved)
    await store.run(lambda connection: append_ledger(connection, [row]))
    return Erased(receipt, done.destroyed)


async def _destroy(store: Store, ring: KeyRing | None, connection: AsyncConnection, order: Order) -> _Done:
    who = await rows.whose(connection, order.agent_id)
    if who is None:
        raise StillError(f"nobody in the directory has the id {order.agent_id}: see atdesk agents list")
    sought = await read_sealed(connection, order.agent_id, order.at)
    opened_before = await count_opened(store, ring, sought)
    destroyed = await destroy(connection, order.agent_id, order.at)
    await forget_words(connection, order.agent_id)
    await end_consent(connection, order.agent_id, order.at)
    await _keep_held(store, ring, connection, order, destroyed.held)
    await mark_changed(connection)
    await append_ledger(connection, _log(order, who, destroyed))
    bounds = await read_bounds(connection)
    assert bounds is not None  # noqa: S101  (a row was written right before)
    return _Done(who, sought, opened_before, destroyed, bounds.last_seq, bounds.last_hash)


async def _keep_held(
    store: Store,
    ring: KeyRing | None,
    connection: AsyncConnection,
    order: Order,
    held: Sequence[StillOf],
) -> None:
    """What a dispute holds goes under a new key, so that the old one opens nothing that is gone."""
    if not held:
        return
    if ring is None:
        raise StillError(
            f"{len(held)} stills are held for a dispute, and cannot be kept without the key file: restore "
            "it, or wait until the hold ends"
        )
    old, new = await PersonKeys(store, ring, still_keys).renew(connection, order.agent_id)
    for still in await rows.find(connection, stills.c.still_id.in_([one.still_id for one in held])):
        sealed = await rows.sealed_of(connection, still.still_id)
        assert sealed is not None  # noqa: S101  (it was found in this transaction)
        about = (still.still_id, still.agent_id, still.flag_number)
        values: dict[str, object] = {"item_key": under_new_key(old, new, sealed.item_key, about)}
        if order.after_holds:
            values["expires_at"] = max(still.taken_at, min(still.expires_at, order.at))
        await connection.execute(update(stills).where(stills.c.still_id == still.still_id).values(values))


def _log(order: Order, who: rows.Whose, destroyed: Destroyed) -> list[LedgerEntry]:
    gone = [
        entry(
            LedgerKind.STILL_PURGED,
            order.at,
            who.site,
            who.agent_ref,
            {"still_id": one.still_id, "number": one.flag_number, "why": PurgeReason.ERASED.value},
        )
        for one in destroyed.stills
    ]
    counts: dict[str, Value] = {
        "what": "erased",
        "stills": len(destroyed.stills),
        "templates": destroyed.templates,
    }
    return [*gone, entry(LedgerKind.ERASURE, order.at, who.site, who.agent_ref, counts)]


async def _proved(
    store: Store, ring: KeyRing | None, sought: Sought, database: Path | None, tries: int
) -> int | None:
    """Nothing opens, and nothing lies on the disk. Returns how many bytes were searched."""
    await _scrubbed(store, "what was deleted still lies there", tries)
    if opened := await count_opened(store, ring, sought):
        raise NotErasedError(
            f"{opened} of the things that were erased can still be opened, so that no receipt is given: "
            "something has put a key back into the database"
        )
    if database is None:
        return None
    return await asyncio.to_thread(bytes_searched, database, list(sought.pieces))


async def _scrubbed(store: Store, so_far: str, tries: int) -> None:
    """Take what was deleted out of SQLite's log, which nobody else may be reading for that."""
    for _ in range(tries):
        if await store.scrub():
            return
        await asyncio.sleep(_PAUSE_S)
    raise NotErasedError(
        f"another process holds on to the log of the database, and {so_far}: end what reads the database, "
        "then erase again"
    )


def _document(order: Order, done: _Done, proof: dict[str, JSON]) -> dict[str, JSON]:
    salt, destroyed = secrets.token_hex(16), done.destroyed
    held: list[JSON] = [
        {"still": hashed(salt, one.still_id), "until": one.hold_until} for one in destroyed.held
    ]
    return {
        "kind": RECEIPT,
        "version": 1,
        "at": order.at,
        "at_utc": datetime.fromtimestamp(order.at, UTC).isoformat(timespec="seconds"),
        "by": order.by,
        "site": done.who.site,
        "salt": salt,
        "agent": hashed(salt, order.agent_id),
        "agent_in_log": hashed(salt, done.who.agent_ref),
        "destroyed": {
            "templates": destroyed.templates,
            "stills": [hashed(salt, one.still_id) for one in destroyed.stills],
            "keys": destroyed.keys,
        },
        "held": held,
        "held_then": "destroyed" if order.after_holds else "kept_to_its_time",
        "proof": proof,
        "ledger": {"seq": done.log_seq, "hash": done.log_hash},
    }


def hashed(salt: str, identifier: str) -> str:
    """An id, so that whoever knows it can check that it is meant, and nobody else can tell."""
    return hashlib.sha256(f"{salt}/{identifier}".encode()).hexdigest()
