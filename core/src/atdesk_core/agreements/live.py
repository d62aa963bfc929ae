"""The agreements in use: read again when they changed, checked again when a precondition lapses."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.agreements.agreements import Agreements, Caps
from atdesk_core.agreements.in_force import Declared, Fault, Kept, Refused, read_kept, verified
from atdesk_core.agreements.preconditions import OnRecord, lapse_rows, read_preconditions
from atdesk_core.agreements.revision import revision
from atdesk_core.agreements.scopes import Scope, ScopeKind
from atdesk_core.identity.signing import Signer, SigningKeyError
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.policy.jurisdictions import cap_of
from atdesk_core.store import LedgerEntry, Store, Unit
from atdesk_core.store.agreement_tables import preconditions
from atdesk_core.store.apply import append_ledger

log = logging.getLogger(__name__)


async def load_agreements(
    store: Store, declared: Declared, key_file: Path, caps: Caps = cap_of
) -> Agreements:
    """What is in force and on record now, checked against the service's key.

    Args:
        store: Where.
        declared: By the configuration.
        key_file: With the service's key; only its public half is used.
        caps: Of the jurisdictions.
    """
    kept, records, number = await _read(store)
    return await _checked(kept, records, number, declared, key_file, caps)


class LiveAgreements:
    """The agreements in use. `refresh` is cheap: ask every second or so, and after own changes.

    Attributes:
        current: Replaced as a whole, never changed.

    Args:
        store: Where.
        declared: By the configuration.
        key_file: With the service's key.
        now: Engine's clock.
        caps: Of the jurisdictions.
    """

    def __init__(
        self, store: Store, declared: Declared, key_file: Path, now: Callable[[], float], caps: Caps = cap_of
    ) -> None:
        nothing = Kept((), {}, (), ())
        self.current = Agreements(verified(nothing, declared, None, "not read yet"), (), declared, -1, caps)
        self._store = store
        self._declared = declared
        self._key_file = key_file
        self._now = now
        self._caps = caps
        self._seen: dict[Scope, int] = {}
        self._told: set[tuple[Scope, Refused]] = set()

    async def refresh(self) -> bool:
        """Read them again if anything changed, and log what has lapsed meanwhile; True if either was so."""
        lapsed = await self._log_lapsed()
        async with self._store.reading() as connection:
            changed = await revision(connection) != self.current.revision
        if changed:
            await self._reload()
        return changed or lapsed

    async def _reload(self) -> None:
        kept, records, number = await _read(self._store)
        # What this process has seen counts too, so that an older database in place of the present one shows.
        seen = {
            scope: max(kept.seen.get(scope, 0), self._seen.get(scope, 0))
            for scope in [*kept.seen, *self._seen]
        }
        kept = replace(kept, seen=seen)
        self.current = await _checked(kept, records, number, self._declared, self._key_file, self._caps)
        self._seen = seen
        await self._tell(self.current)

    async def _tell(self, agreements: Agreements) -> None:
        """Each fault once: a line for whoever runs this, and a row for the log."""
        faults = agreements.policies.faults.values()
        new = [fault for fault in faults if (fault.scope, fault.why) not in self._told]
        self._told = {(fault.scope, fault.why) for fault in faults}
        for fault in new:
            log.error("%s: no policy is in force, so nobody is looked at: %s", fault.scope, fault.message)
        if new:
            await self._store.commit(Unit(ledger=tuple(_refused(fault, self._now()) for fault in new)))

    async def _log_lapsed(self) -> bool:
        now = self._now()
        due = [one for one in self.current.records if _has_lapsed(one, now) and one.lapse_logged_at is None]
        if not due:
            return False
        logged = await self._store.run(lambda connection: _mark_lapsed(connection, due, now))
        for one in logged:
            log.warning(
                "%s of %s has lapsed (%s): what needs it is not done any more. Renew it: "
                "atdesk preconditions record",
                one.kind,
                one.scope,
                one.reference,
            )
        await self._reload()
        return True


async def _mark_lapsed(connection: AsyncConnection, due: list[OnRecord], now: float) -> list[OnRecord]:
    """Of these, the ones that no other process has logged, marked and logged in this transaction."""
    table = preconditions
    mine: list[OnRecord] = []
    for one in due:
        this = update(table).where(table.c.record_id == one.record_id, table.c.lapse_logged_at.is_(None))
        if (await connection.execute(this.values(lapse_logged_at=now))).rowcount:
            mine.append(one)
    await append_ledger(connection, await lapse_rows(connection, mine, now))
    return mine


def _has_lapsed(one: OnRecord, now: float) -> bool:
    return one.ended_at is None and one.lapses_at is not None and one.lapses_at <= now


async def _read(store: Store) -> tuple[Kept, list[OnRecord], int]:
    async with store.reading() as connection:
        return await read_kept(connection), await read_preconditions(connection), await revision(connection)


async def _checked(
    kept: Kept, records: list[OnRecord], number: int, declared: Declared, key_file: Path, caps: Caps
) -> Agreements:
    def check() -> Agreements:
        public_pem, no_key = _public_key(key_file)
        return Agreements(verified(kept, declared, public_pem, no_key), records, declared, number, caps)

    # Thousands of signatures may take a second: frames and events go on meanwhile.
    return await asyncio.to_thread(check)


def _public_key(path: Path) -> tuple[bytes | None, str]:
    try:
        return Signer.open(path).public_pem, ""
    except SigningKeyError as error:
        return (
            None,
            f"{error}. Or sign again with a new key: atdesk policy sign --all --by NAME --reason TEXT",
        )


def _refused(fault: Fault, at: float) -> LedgerEntry:
    site = fault.scope.name if fault.scope.kind is ScopeKind.SITE else ""
    data = {"what": "refused", "because": fault.why.value, "level": fault.scope.kind.value}
    return entry(LedgerKind.POLICY, at, site, None, data)
