"""The hash chain of the decision log: every row covers its place, its content and the row before.

The content goes in by a hash of its own. So a row can be proven to be part of the chain without showing
the rows between, which are other people's: their content hashes are enough.
"""

import hashlib
import json
from collections.abc import Iterable

from atdesk_core.store.rows import LedgerEntry, LedgerRow

GENESIS = "0" * 64
"""What the first row of a chain points back to."""


def content_hash(entry: LedgerEntry | LedgerRow) -> str:
    """What stands for a row's content: SHA-256 over canonical JSON, hexadecimal."""
    content = [entry.at, entry.site, entry.agent_ref, entry.kind, entry.data]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def link_of(seq: int, content: str, prev_hash: str) -> str:
    """The hash of a row whose content is known by its hash alone."""
    return hashlib.sha256(f"{prev_hash}:{seq}:{content}".encode()).hexdigest()


def link(seq: int, entry: LedgerEntry | LedgerRow, prev_hash: str) -> str:
    """The hash of a row in its place, hexadecimal."""
    return link_of(seq, content_hash(entry), prev_hash)


def first_link(seq: int, entry: LedgerEntry | LedgerRow, prev_hash: str) -> str:
    """The hash as the first version of atdesk made it, with the content itself in it."""
    content = [prev_hash, seq, entry.at, entry.site, entry.agent_ref, entry.kind, entry.data]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def is_sound(row: LedgerRow, seq: int) -> bool:
    """Whether a row is as it was written, in this place. Rows of the first version are kept as they are."""
    return row.hash == link(seq, row, row.prev_hash) or row.hash == first_link(seq, row, row.prev_hash)


def chained(entries: Iterable[LedgerEntry], last_seq: int, last_hash: str) -> list[LedgerRow]:
    """Put entries behind the last row of a chain."""
    rows: list[LedgerRow] = []
    for seq, entry in enumerate(entries, last_seq + 1):
        digest = link(seq, entry, last_hash)
        rows.append(
            LedgerRow(seq, entry.at, entry.site, entry.agent_ref, entry.kind, entry.data, last_hash, digest)
        )
        last_hash = digest
    return rows
