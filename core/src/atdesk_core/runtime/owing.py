"""What is owed to platforms and people: put into the outbox, and what follows once it is settled."""

import logging
from collections.abc import Callable, Sequence

from atdesk_core.runtime.delivery import PlatformDelivery
from atdesk_core.runtime.errands import Spawn
from atdesk_core.runtime.integrator import storm_notice
from atdesk_core.runtime.outbox import OF_FLAGS, Delivery, Outbox, Outcome
from atdesk_core.runtime.planning import FLAG, NOTICE
from atdesk_core.runtime.plugin_calls import PluginCaller
from atdesk_core.runtime.room import SessionRoom
from atdesk_core.session import NoticeSettled, OpenFlag, WriteSettled
from atdesk_core.store import OutboxEntry, OutboxKind, OutboxRow, OutboxStatus, Store, Unit

log = logging.getLogger(__name__)


class Owing:
    """Between the sessions and the outbox.

    Args:
        room: The sessions.
        platforms: Makes views of flags.
        delivery: To the platforms, or what stands in their place.
        store: Where the rows are kept.
        plugins: Told of flags.
        spawn: Runs a short task of the service's own.
        now: Engine's clock.

    Attributes:
        outbox: Carries it out.
    """

    def __init__(
        self,
        room: SessionRoom,
        platforms: PlatformDelivery,
        delivery: Delivery,
        store: Store,
        plugins: PluginCaller,
        spawn: Spawn,
        now: Callable[[], float],
    ) -> None:
        self.outbox = Outbox(delivery, store, self._settled, now, room.flushed)
        self._room = room
        self._platforms = platforms
        self._plugins = plugins
        self._spawn = spawn
        self._now = now
        self._open_notices: dict[str, int] = {}
        self._early: list[OutboxRow] | None = []

    def count(self, entries: Sequence[OutboxEntry]) -> None:
        """What an earlier process left open; `begin` carries it out."""
        for entry in entries:
            self._count_notice(entry.row, 1)

    def begin(self, entries: Sequence[OutboxEntry]) -> None:
        """What an earlier process left open, and what was decided of flags while this one started.

        Until then it is not known who reads a sink, and what was left open of a flag comes first.
        """
        early, self._early = self._early or [], None
        self.outbox.resume(entries)
        self.outbox.add(early)

    def take(self, rows: Sequence[OutboxRow]) -> None:
        """Rows that have just been kept."""
        for row in rows:
            self._count_notice(row, 1)
        self._tell_of_flags(rows)
        if self._early is not None:
            self._early += [row for row in rows if row.kind in OF_FLAGS]
            rows = [row for row in rows if row.kind not in OF_FLAGS]
        self.outbox.add(rows)

    def storm(self, group: str, people: int) -> None:
        """The one notice that the integrator gets."""
        log.error(
            "platform_doubt: too many of the %d people in %s turned absent or different within a minute; "
            "nothing was written or flagged. Check the platform's video.",
            people,
            group,
        )
        self._room.keep(Unit(outbox=(storm_notice(group, people, self._now()),)))

    def _tell_of_flags(self, rows: Sequence[OutboxRow]) -> None:
        """A flag has a row for each sink; the plugins are told of it once."""
        views = {
            (row.kind, view.number): view
            for row in rows
            if row.kind in OF_FLAGS
            for view in [self._platforms.view(row)]
        }
        closed = {flag.number for row in rows for flag in _flags_of(row) if flag.closed_at is not None}
        for (kind, number), view in views.items():
            if kind is OutboxKind.FLAG_POST:
                self._spawn(self._plugins.tell("atdesk_flag_raised", flag=view))
            elif number in closed:
                self._spawn(self._plugins.tell("atdesk_flag_closed", flag=view))

    def _count_notice(self, row: OutboxRow, by: int) -> int:
        """How many channels a notice still tries."""
        if row.kind is not OutboxKind.NOTICE:
            return 0
        notice_id = NOTICE.validate_json(row.payload).notice_id
        self._open_notices[notice_id] = self._open_notices.get(notice_id, 0) + by
        left = self._open_notices[notice_id]
        if left <= 0:
            del self._open_notices[notice_id]
        return left

    def _settled(self, row: OutboxRow, outcome: Outcome, unit: Unit) -> None:
        now, agent_id = self._now(), row.agent_id
        if row.kind is OutboxKind.STATE_WRITE and agent_id is not None:
            event = WriteSettled(row.row_id, outcome.receipt, now)
            self._room.send(agent_id, event, also=unit)
        elif row.kind is OutboxKind.NOTICE and agent_id is not None:
            self._notice_settled(row, agent_id, outcome, unit, now)
        else:
            self._room.keep(unit)

    def _notice_settled(
        self, row: OutboxRow, agent_id: str, outcome: Outcome, unit: Unit, now: float
    ) -> None:
        """The first channel that took it counts; it failed only when all of them have."""
        left = self._count_notice(row, -1)
        reached = outcome.status is OutboxStatus.SENT
        if reached or left <= 0:
            notice_id = NOTICE.validate_json(row.payload).notice_id
            self._room.send(agent_id, NoticeSettled(notice_id, reached, now), also=unit)
        else:
            self._room.keep(unit)


def _flags_of(row: OutboxRow) -> Sequence[OpenFlag]:
    """The flag that a row is about; nothing for a row about something else."""
    return (FLAG.validate_json(row.payload),) if row.kind in OF_FLAGS else ()
