"""The decision log: closed vocabulary, hash chain, and why something was decided.

Make rows with `entry`, and write them in a `Unit` of the store; check the chain with `verify`.
"""

from atdesk_core.ledger.anchors import Anchor, AnchorError, read_anchor
from atdesk_core.ledger.check import ChainCheck, Cut
from atdesk_core.ledger.faults import ChainFault, FaultKind
from atdesk_core.ledger.kinds import LedgerKind
from atdesk_core.ledger.log import RowRefusedError, entry, nobody
from atdesk_core.ledger.shapes import WITHHELD, Value
from atdesk_core.ledger.verify import Verified, verify
from atdesk_core.ledger.why import Reason, why

__all__ = [
    "WITHHELD",
    "Anchor",
    "AnchorError",
    "ChainCheck",
    "ChainFault",
    "Cut",
    "FaultKind",
    "LedgerKind",
    "Reason",
    "RowRefusedError",
    "Value",
    "Verified",
    "entry",
    "nobody",
    "read_anchor",
    "verify",
    "why",
]
