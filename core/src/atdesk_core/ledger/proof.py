"""The proof that rows are part of the chain, without showing anybody else's.

A proof is a file of lines of JSON. The first says where it begins; every further line stands for one row of
the log, in order: a row that may be shown as `{"row": {...}}`, any other one as `[place, content hash]`.
Whoever reads it computes hash after hash, and compares the last one with an anchor.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from atdesk_core.ledger.anchors import Anchor
from atdesk_core.ledger.collecting import Subject
from atdesk_core.store import LedgerRow, Store, content_hash, link, link_of

DOCUMENT = "atdesk ledger proof"


class ProofError(Exception):
    """The file proves nothing. The message says why."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What a proof shows.

    Attributes:
        rows: Shown, by place.
        others: How many rows stand in it by their hash alone.
        first_seq: Place of its first row.
        last_seq: Place of its last row.
        last_hash: Of the last row; to be compared with an anchor.
        anchors: Names of the anchors that were met on the way.
    """

    rows: Mapping[int, LedgerRow]
    others: int
    first_seq: int
    last_seq: int
    last_hash: str
    anchors: tuple[str, ...]


async def write_proof(
    store: Store, subject: Subject, start: float, last_seq: int, write: Callable[[str], object]
) -> None:
    """Write the proof for all rows of an agent from a time on.

    Args:
        store: Open.
        subject: Whose rows are shown.
        start: Rows before this time are left out, seconds since the epoch.
        last_seq: Place of the last row: the one that an anchor names.
        write: Takes each line.
    """
    first = await _first(store, subject, start)
    begun, after = False, (first or last_seq) - 1
    while after < last_seq:
        rows = [row for row in await store.ledger_page(after) if row.seq <= last_seq]
        if not rows:
            return
        for row in rows:
            if not begun and row.hash != link(row.seq, row, row.prev_hash):
                continue  # of the first version, whose hash shows the content of other people's rows
            if not begun:
                write(_line({"document": DOCUMENT, "first_seq": row.seq, "prev_hash": row.prev_hash}))
                begun = True
            write(_line(_shown(row, subject)))
        after = rows[-1].seq


async def _first(store: Store, subject: Subject, start: float) -> int | None:
    """Place of the first row to show."""
    far = float("inf")
    own = await store.ledger(agent_ref=subject.agent_ref, start=start, end=far, limit=1)
    shared = await store.ledger_of_nobody(subject.sites, start=start, end=far, limit=1)
    return min((row.seq for row in (*own, *shared)), default=None)


def _shown(row: LedgerRow, subject: Subject) -> object:
    shared = row.agent_ref is None and row.site in subject.sites
    if row.agent_ref == subject.agent_ref or shared:
        return {"row": asdict(row)}
    return [row.seq, content_hash(row)]


def _line(content: object) -> str:
    return json.dumps(content, separators=(",", ":")) + "\n"


def check_proof(lines: Iterable[str], anchors: Collection[Anchor] = ()) -> Proven:
    """Compute the chain of a proof.

    Args:
        lines: As `write_proof` wrote them.
        anchors: Kept elsewhere; each whose place is in the proof has to be met.

    Raises:
        ProofError: It is no proof, a row was altered, or an anchor is not met.
    """
    numbered = enumerate(lines, 1)
    seq, last = _beginning(_parsed(next(numbered, (1, ""))))
    first_seq, rows, others, met = seq + 1, dict[int, LedgerRow](), 0, list[str]()
    wanted = {anchor.seq: anchor for anchor in anchors}
    for numbered_line in numbered:
        seq += 1
        row, content = _row_of(_parsed(numbered_line), seq)
        last = link_of(seq, content, last)
        if row is None:
            others += 1
        elif (row.hash, row.seq) != (last, seq):
            raise ProofError(f"row {row.seq} is not the one that was written, or stands in the wrong place")
        else:
            rows[seq] = row
        met += _met(wanted.get(seq), last)
    return Proven(rows, others, first_seq, seq, last, tuple(met))


def _beginning(first: Any) -> tuple[int, str]:
    """(place before the first row, the hash that the first row points back to)."""
    try:
        if first["document"] != DOCUMENT:
            raise ProofError("this is no proof: its first line does not say so")
        return int(first["first_seq"]) - 1, str(first["prev_hash"])
    except (KeyError, TypeError, ValueError):
        raise ProofError("this is no proof: its first line does not say so") from None


def _met(anchor: Anchor | None, last: str) -> Sequence[str]:
    if anchor is None:
        return ()
    if anchor.hash != last:
        raise ProofError(
            f"the anchor {anchor.name} names another row {anchor.seq}: the log was written anew, or a row "
            "was left out"
        )
    return (anchor.name,)


def _parsed(numbered: tuple[int, str]) -> Any:
    try:
        return json.loads(numbered[1])
    except ValueError:
        raise ProofError(f"line {numbered[0]} of the proof cannot be read") from None


def _row_of(content: Any, seq: int) -> tuple[LedgerRow | None, str]:
    """(the row, where it is shown; the hash of its content)."""
    try:
        if isinstance(content, list):
            place, digest = content
            if place != seq:
                raise ProofError(f"row {seq} is missing from the proof")
            return None, str(digest)
        row = LedgerRow(**content["row"])
    except (TypeError, ValueError, KeyError):
        raise ProofError(f"row {seq} of the proof cannot be read") from None
    return row, content_hash(row)


def rows_of(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The rows that a day's JSON shows, as they stand there."""
    for day in document["days"]:
        for line in day["lines"]:
            yield from line["rows"]
