"""Anchors: the place and hash of a row, kept by somebody else. Pure.

Whoever can write to the database can write the whole chain anew, hashes and all. What they cannot change
is an anchor that a works council or an auditor has in a drawer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DOCUMENT = "atdesk ledger anchor"
"""Names the kind of the document, so that no other one can be passed off as an anchor."""


class AnchorError(Exception):
    """The document is no anchor. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The last row of the log at some moment.

    Attributes:
        seq: Place of the row.
        hash: Of the row.
        at: When the row was written, engine's clock.
        made_at: When the anchor was made.
        name: Where it was read from, for messages; no part of the document.
    """

    seq: int
    hash: str
    at: float
    made_at: float
    name: str = ""

    def document(self) -> dict[str, str | int | float]:
        """What is signed."""
        return {
            "document": DOCUMENT,
            "seq": self.seq,
            "hash": self.hash,
            "at": self.at,
            "made_at": self.made_at,
        }


def read_anchor(document: Mapping[str, Any], name: str) -> Anchor:
    """An anchor out of a document whose signature was checked.

    Raises:
        AnchorError: It is another kind of document.
    """
    if document.get("document") != DOCUMENT:
        raise AnchorError(f"{name} is no anchor of a log: make one with `atdesk ledger anchor --out FILE`")
    try:
        seq, row_hash = int(document["seq"]), str(document["hash"])
        at, made_at = float(document["at"]), float(document["made_at"])
    except (KeyError, TypeError, ValueError):
        raise AnchorError(f"{name} is an anchor of which a part is missing") from None
    return Anchor(seq, row_hash, at, made_at, name)
