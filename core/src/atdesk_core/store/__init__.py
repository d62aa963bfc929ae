"""Sessions, outbox, flags, the decision log and the directory's tables in one SQL database.

Start with `Store.open`; write `Unit`s with `Store.commit`.
"""

from atdesk_core.store import agreement_tables, evidence_tables, flag_tables, own_page_tables, shift_tables
from atdesk_core.store.chain import GENESIS, chained, content_hash, is_sound, link, link_of
from atdesk_core.store.errors import (
    StaleSnapshotError,
    StoreBusyError,
    StoreClosedError,
    StoreError,
    StoreTooNewError,
    StoreUnusableError,
    UnitRefusedError,
)
from atdesk_core.store.review_rows import DisputeRow, GroundsRow, PauseRow, ReviewRow, RuleShadowRow
from atdesk_core.store.rows import (
    ALL_SITES,
    OPEN_STATUSES,
    BudgetRow,
    DigestRow,
    FlagRow,
    LedgerBounds,
    LedgerEntry,
    LedgerRow,
    MessageRefRow,
    OutboxEntry,
    OutboxKind,
    OutboxRetry,
    OutboxRow,
    OutboxSettled,
    OutboxStatus,
    SessionSnapshot,
    StopOrder,
    Unit,
)
from atdesk_core.store.store import Store
from atdesk_core.store.writer import WriterCounts

__all__ = [
    "ALL_SITES",
    "GENESIS",
    "OPEN_STATUSES",
    "BudgetRow",
    "DigestRow",
    "DisputeRow",
    "FlagRow",
    "GroundsRow",
    "LedgerBounds",
    "LedgerEntry",
    "LedgerRow",
    "MessageRefRow",
    "OutboxEntry",
    "OutboxKind",
    "OutboxRetry",
    "OutboxRow",
    "OutboxSettled",
    "OutboxStatus",
    "PauseRow",
    "ReviewRow",
    "RuleShadowRow",
    "SessionSnapshot",
    "StaleSnapshotError",
    "StopOrder",
    "Store",
    "StoreBusyError",
    "StoreClosedError",
    "StoreError",
    "StoreTooNewError",
    "StoreUnusableError",
    "Unit",
    "UnitRefusedError",
    "WriterCounts",
    "agreement_tables",
    "chained",
    "content_hash",
    "evidence_tables",
    "flag_tables",
    "is_sound",
    "link",
    "link_of",
    "own_page_tables",
    "shift_tables",
]
