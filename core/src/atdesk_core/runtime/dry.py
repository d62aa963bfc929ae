"""`run --dry-run`: everything is decided and logged, and no platform is touched."""

from atdesk_core.runtime.outbox import Outcome
from atdesk_core.store import OutboxKind, OutboxRow, OutboxStatus
from atdesk_sdk import MessageRef


class DryDelivery:
    """Takes the place of the platforms. Notices count as delivered, so that what would follow is seen."""

    async def deliver(self, row: OutboxRow, *, sent_before: bool) -> Outcome:
        """Do nothing, and say so."""
        if row.kind is OutboxKind.NOTICE:
            return Outcome(OutboxStatus.SENT, detail="dry run")
        return Outcome(OutboxStatus.STALE, detail="dry run")

    async def look_up(self, row: OutboxRow) -> MessageRef | None:
        """There is nothing to find."""
        return None
