"""The decision log: closed vocabulary, hash chain, and why something was decided.

Make rows with `entry`, and write them in a `Unit` of the store; check the chain with `verify`.
"""

from atdesk_core.ledger.kinds import LedgerKind
from atdesk_core.ledger.log import RowRefusedError, entry, nobody
from atdesk_core.ledger.shapes import WITHHELD, Value
from atdesk_core.ledger.verify import ChainCheck, ChainFault, FaultKind, Verified, verify
from atdesk_core.ledger.why import Reason, why

__all__ = [
    "WITHHELD",
    "ChainCheck",
    "ChainFault",
    "FaultKind",
    "LedgerKind",
    "Reason",
    "RowRefusedError",
    "Value",
    "Verified",
    "entry",
    "nobody",
    "verify",
    "why",
]
