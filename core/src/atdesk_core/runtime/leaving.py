"""Leavers: noted when their time comes, erased within a day, unless they are back or a dispute waits."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

from atdesk_core.identity import Destroyed, Directory, Person, StillOf
from atdesk_core.identity.leaving import (
    ERASE_AFTER_S,
    ERASED_WITHIN_S,
    Departure,
    Why,
    departures,
    doubted,
    erase_leaver,
    is_disputed,
    leave,
    note,
)
from atdesk_core.ledger import LedgerKind, Value, entry
from atdesk_core.store import LedgerEntry, Store
from atdesk_sdk import AccountGone

log = logging.getLogger(__name__)


class Leavers:
    """The departures of everybody in this process; all that is known is on the disk.

    Args:
        store: Where departures are kept.
        now: Engine's clock.
        changed: Called after a departure was noted or taken back: the directory is another one now.
    """

    def __init__(
        self, store: Store, now: Callable[[], float], changed: Callable[[], Awaitable[None]]
    ) -> None:
        self._store = store
        self._now = now
        self._changed = changed
        self._doubted = 0

    async def tick(self, directory: Directory) -> None:
        """Note who has left by now, and erase whose time is over."""
        now = self._now()
        standing = await departures(self._store, not_erased=True)
        new = [one for one in standing if one.left_at <= now and one.noted_at is None]
        if new:
            await note(self._store, new, now, [_left_row(directory, one, now) for one in new])
            await self._changed()
        waiting = doubted(standing)
        self._tell_of_doubt(len(waiting))
        for one in standing:
            if one.agent_id not in waiting and one.left_at + ERASE_AFTER_S <= now:
                await self._erase(directory, one, now)

    async def gone(self, directory: Directory, event: AccountGone) -> None:
        """A platform says that an account is there no more: its person has left."""
        agent_id = directory.agent_of(event.account)
        if agent_id is None:
            return
        departure = Departure(agent_id, self._now(), Why.PLATFORM, event.account.platform)
        if await leave(self._store, departure):
            log.warning("%s has no account of agent %s any more: taken as left", departure.by, agent_id)
        await self.tick(directory)

    def _tell_of_doubt(self, people: int) -> None:
        if people > self._doubted:
            log.error(
                "a platform calls %d people gone within an hour: nobody looks at them, and nothing is erased "
                "until somebody has checked the platform's permissions. Those who have really left: atdesk "
                "left AGENT --by NAME; the others: atdesk left AGENT --back --by NAME",
                people,
            )
        self._doubted = people

    async def _erase(self, directory: Directory, one: Departure, now: float) -> None:
        if await is_disputed(self._store, one.agent_id):
            return
        log_of = partial(_erased_rows, directory, one, now)
        if await erase_leaver(self._store, one.agent_id, now, log_of) is not None:
            await self._changed()


def back_row(person: Person, why: str, at: float) -> LedgerEntry:
    """That somebody is back."""
    return entry(LedgerKind.LEFT, at, person.site_id, person.agent_ref, {"what": "back", "why": why})


def _left_row(directory: Directory, one: Departure, at: float) -> LedgerEntry:
    data: dict[str, Value] = {"what": "left", "why": one.why, "at": one.left_at}
    if one.why == Why.PLATFORM:
        data["platform"] = one.by
    return _row(directory, one, LedgerKind.LEFT, at, data | {"due_at": one.left_at + ERASED_WITHIN_S})


def _erased_rows(directory: Directory, one: Departure, at: float, gone: Destroyed) -> list[LedgerEntry]:
    counts: dict[str, Value] = {
        "what": "erased",
        "why": "left",
        "stills": len(gone.stills),
        "templates": gone.templates,
    }
    return [
        *(_row(directory, one, LedgerKind.STILL_PURGED, at, _purged(still)) for still in gone.stills),
        _row(directory, one, LedgerKind.ERASURE, at, counts),
    ]


def _purged(still: StillOf) -> dict[str, Value]:
    return {"still_id": still.still_id, "number": still.flag_number, "why": "erased"}


def _row(
    directory: Directory, one: Departure, kind: LedgerKind, at: float, data: dict[str, Value]
) -> LedgerEntry:
    person = directory.people.get(one.agent_id)
    return entry(kind, at, person.site_id if person else "", person.agent_ref if person else None, data)
