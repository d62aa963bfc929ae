"""The hash chain of the decision log: every row covers its place, its content and the row before."""

import hashlib
import json
from collections.abc import Iterable

from atdesk_core.store.rows import LedgerEntry, LedgerRow

GENESIS = "0" * 64
"""What the first row of a chain points back to."""


def link(seq: int, entry: LedgerEntry | LedgerRow, prev_hash: str) -> str:
    """The hash of a row in its place: SHA-256 over canonical JSON, hexadecimal."""
    content = [prev_hash, seq, entry.at, entry.site, entry.agent_ref, entry.kind, entry.data]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


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
