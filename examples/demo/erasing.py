"""The agent withdraws: everything is erased, a receipt is given, and what was sealed is tried again."""

import asyncio
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from atdesk_core.evidence import Order, erase
from atdesk_core.evidence.proof import Sought, count_opened, read_sealed
from atdesk_core.identity import FileKeyRing, Signed, Signer, load_directory, verify
from atdesk_core.identity.signing import SignatureError
from atdesk_core.ledger.verify import verify as verify_ledger
from atdesk_core.store import Store
from examples.demo.ground import Ground
from examples.demo.setting import AGENT

BY: Final = "The agent of this demo"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was there, and what is left.

    Attributes:
        templates: Destroyed, by the receipt.
        stills: Destroyed, by the receipt.
        opened_before: Things that could be decrypted right before.
        opened_after: The same things, tried with every key that is left.
        bytes_left: Pieces of them that still lie in a file of the database.
        receipt_good: It is signed by the service's key, and an altered one is refused.
        consent_left: A consent still stands.
        log_whole: The decision log outlived it, and is whole.
        receipt: Where it was written.
    """

    templates: int
    stills: int
    opened_before: int
    opened_after: int
    bytes_left: int
    receipt_good: bool
    consent_left: bool
    log_whole: bool
    receipt: Path


async def erase_agent(ground: Ground, receipt: Path) -> Erasure:
    """Erase the agent of the demo, as `atdesk erase AGENT` does, and look what can be read afterwards.

    Args:
        ground: With the database and the keys.
        receipt: Where the receipt is written; what is there is written over.

    Raises:
        NotErasedError: Something is still there.
    """
    service, store = ground.config.service, ground.store
    ring = await FileKeyRing.for_store(service.key_file, store)
    signer = Signer.for_service(service.signing_key)
    sought = await _sealed(store)
    opened_before = await count_opened(store, ring, sought)
    order = Order(AGENT.agent_id, BY, time.time())
    erased = await erase(store, ring, signer, order, service.database)
    await asyncio.to_thread(receipt.write_text, erased.receipt.as_json() + "\n", encoding="utf-8")
    directory = await load_directory(store)
    return Erasure(
        templates=erased.destroyed.templates,
        stills=len(erased.destroyed.stills),
        opened_before=opened_before,
        opened_after=await count_opened(store, ring, sought),
        bytes_left=_left(service.database, sought),
        receipt_good=_is_good(receipt, signer.public_pem),
        consent_left=directory.has_consent(AGENT.agent_id),
        log_whole=not (await verify_ledger(store)).faults,
        receipt=receipt,
    )


async def _sealed(store: Store) -> Sought:
    async with store.reading() as connection:
        return await read_sealed(connection, AGENT.agent_id, time.time())


def _left(database: Path, sought: Sought) -> int:
    """How many of the sealed pieces lie in the database's folder, in whatever file."""
    files = [path.read_bytes() for path in database.parent.glob(f"{database.name}*")]
    return sum(piece in content for piece in sought.pieces for content in files if piece)


def _is_good(receipt: Path, public_pem: bytes) -> bool:
    """Whether the file verifies, and would not if a number in it were another one."""
    signed = Signed.parse(receipt.read_text(encoding="utf-8"))
    try:
        verify(signed, public_pem)
    except SignatureError:
        return False
    try:
        verify(replace(signed, document={**signed.document, "by": "somebody else"}), public_pem)
    except SignatureError:
        return True
    return False
