"""Evidence: redacted stills under keys of their own, who may open them, how long, and how they end.

Start with `EvidenceStore`. docs/evidence.md says the same in plain words.
"""

from atdesk_core.evidence.attesting import NotAttestedError, Period, attest_off
from atdesk_core.evidence.erasure import Erased, Order, erase
from atdesk_core.evidence.holds import Holds
from atdesk_core.evidence.lost_keys import GivenUp, give_up_keys
from atdesk_core.evidence.proof import NotErasedError
from atdesk_core.evidence.still import (
    COME_TO_NOTHING,
    HoldReason,
    NoStill,
    PurgeReason,
    Still,
    StillError,
    Taken,
    ViewReason,
)
from atdesk_core.evidence.stills import EvidenceStore
from atdesk_core.evidence.viewers import may_view

__all__ = [
    "COME_TO_NOTHING",
    "Erased",
    "EvidenceStore",
    "GivenUp",
    "HoldReason",
    "Holds",
    "NoStill",
    "NotAttestedError",
    "NotErasedError",
    "Order",
    "Period",
    "PurgeReason",
    "Still",
    "StillError",
    "Taken",
    "ViewReason",
    "attest_off",
    "erase",
    "give_up_keys",
    "may_view",
]
