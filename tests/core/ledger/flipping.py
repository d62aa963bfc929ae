"""Flips single bits of a database file, as a bad disk does."""

from pathlib import Path

from atdesk_core.store import LedgerRow


def flip(path: Path, good: bytes, bit: int) -> None:
    """Write the file with this bit the other way round."""
    content = bytearray(good)
    content[bit // 8] ^= 1 << (bit % 8)
    for beside in path.parent.glob(f"{path.name}-*"):
        beside.unlink()
    path.write_bytes(bytes(content))


def flip_in_text(path: Path, row: LedgerRow, field: str) -> None:
    """Flip the lowest bit in the middle of a value of this row."""
    content = path.read_bytes()
    hashes = f"{row.data}{row.prev_hash}{row.hash}".encode()
    start = content.index(hashes)
    before = {"data": "", "prev_hash": row.data, "hash": row.data + row.prev_hash}[field]
    flip(path, content, (start + len(before.encode()) + len(getattr(row, field)) // 2) * 8)
