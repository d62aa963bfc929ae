"""Evidence: redacted stills under keys of their own, who may open them, how long, and how they end.

Start with `EvidenceStore`. docs/evidence.md says the same in plain words.
"""

from atdesk_core.evidence.holds import Holds
from atdesk_core.evidence.still import (
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
    "EvidenceStore",
    "HoldReason",
    "Holds",
    "NoStill",
    "PurgeReason",
    "Still",
    "StillError",
    "Taken",
    "ViewReason",
    "may_view",
]
