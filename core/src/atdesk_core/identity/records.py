"""The directory's rows in the store: read as a whole, written in small steps."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Table, and_, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity.directory import Directory, DirectoryRows
from atdesk_core.identity.people import Account, LinkHow, LinkStatus, Person, Site
from atdesk_core.identity.shifts import ShiftWindow, parse_plan
from atdesk_core.identity.shifts_dated import DatedShifts
from atdesk_core.identity.shifts_source import ShiftSource
from atdesk_core.store import Store, flag_tables, shift_tables, tables
from atdesk_core.store.apply import upsert, upsert_values
from atdesk_sdk import AccountRef, ConfigError, NoticeKind

_LINK_KEY = ("agent_id", "platform", "tenant", "external_id")


async def load_directory(store: Store) -> Directory:
    """The directory as it is now, from one consistent view of the database."""
    async with store.reading() as connection:
        kept = await _read(connection)
    # For twenty thousand people this takes a second: frames and events go on meanwhile.
    return await asyncio.to_thread(lambda: Directory(_as_rows(kept)))


async def directory_revision(store: Store) -> int:
    """Number of the last change; another process may have made it."""
    async with store.reading() as connection:
        return await _revision(connection)


class LiveDirectory:
    """The directory in use. `refresh` is cheap: ask every second or so, and after own changes.

    Attributes:
        current: Replaced as a whole, never changed.
    """

    def __init__(self, store: Store, current: Directory) -> None:
        self.current = current
        self._store = store

    @classmethod
    async def load(cls, store: Store) -> "LiveDirectory":
        """Read it for the first time."""
        return cls(store, await load_directory(store))

    async def refresh(self) -> bool:
        """Read it again if anything changed, in this process or another; True if it did."""
        if await directory_revision(self._store) == self.current.revision:
            return False
        self.current = await load_directory(self._store)
        return True


async def declare_sites(store: Store, sites: Sequence[Site]) -> None:
    """Make the sites of the configuration known. A site that is not declared any more stays.

    Raises:
        ConfigError: A time zone is no IANA name.
    """
    for site in sites:
        _check_zone(site)

    async def job(connection: AsyncConnection) -> None:
        known = {row.site_id: Site(**row._mapping) for row in await _all(connection, tables.sites)}
        new = [site for site in sites if known.get(site.site_id) != site]
        if new:
            await upsert(connection, tables.sites, new)
            await mark_changed(connection)

    await store.run(job)


async def mark_changed(connection: AsyncConnection) -> None:
    """Count a change, so that every process reads the directory again."""
    number = await _revision(connection) + 1
    await upsert_values(connection, tables.directory_revision, [{"one": 1, "number": number}])


async def read_rows(connection: AsyncConnection) -> DirectoryRows:
    """Everything that a directory is built from."""
    return _as_rows(await _read(connection))


@dataclass(frozen=True, slots=True)
class _Kept:
    """Rows as the database gives them, table by table."""

    people: Sequence[Row[Any]]
    sites: Sequence[Row[Any]]
    accounts: Sequence[Row[Any]]
    leads: Sequence[Row[Any]]
    shifts: Sequence[Row[Any]]
    silenced: Sequence[Row[Any]]
    dated: Sequence[Row[Any]]
    sources: Sequence[Row[Any]]
    departures: Sequence[Row[Any]]
    covers: Sequence[Row[Any]]
    consented: Sequence[str]
    enrolled: Sequence[str]
    revision: int


async def _read(connection: AsyncConnection) -> _Kept:
    consents = tables.consents.c
    given = select(consents.agent_id).where(consents.state == "given")
    return _Kept(
        people=await _all(connection, tables.people),
        sites=await _all(connection, tables.sites),
        accounts=await _all(connection, tables.accounts),
        leads=await _all(connection, tables.leads),
        shifts=await _all(connection, tables.shifts),
        silenced=await _all(connection, tables.silenced_notices),
        dated=await _all(connection, shift_tables.dated_shifts),
        sources=await _all(connection, shift_tables.shift_sources),
        departures=await _all(connection, shift_tables.departures),
        covers=await _all(connection, flag_tables.lead_covers),
        consented=list(await connection.scalars(given)),
        enrolled=list(await connection.scalars(select(tables.templates.c.agent_id))),
        revision=await _revision(connection),
    )


def _as_rows(kept: _Kept) -> DirectoryRows:
    return DirectoryRows(
        people=[Person(**row._mapping) for row in kept.people],
        sites=[Site(**row._mapping) for row in kept.sites],
        accounts=[account_of(row) for row in kept.accounts],
        leads=[(row.agent_id, row.lead_id) for row in kept.leads],
        plans={row.agent_id: parse_plan(row.plan, row.time_zone) for row in kept.shifts},
        consented=kept.consented,
        enrolled=kept.enrolled,
        silenced=[(row.agent_id, NoticeKind(row.kind)) for row in kept.silenced],
        dated=_dated(kept.dated),
        sources={row.site_id: ShiftSource(row.site_id, row.source, row.hours) for row in kept.sources},
        leaving={row.agent_id: row.left_at for row in kept.departures},
        gone=[row.agent_id for row in kept.departures if row.noted_at is not None],
        covers=[(row.lead_id, row.cover_id) for row in kept.covers],
        revision=kept.revision,
    )


def _dated(rows: Sequence[Row[Any]]) -> dict[str, DatedShifts]:
    groups: defaultdict[str, list[ShiftWindow]] = defaultdict(list)
    for row in sorted(rows, key=lambda one: float(one.starts_at)):
        groups[row.agent_id].append(ShiftWindow(row.shift_id, row.starts_at, row.ends_at))
    return {agent_id: DatedShifts(tuple(windows)) for agent_id, windows in groups.items()}


async def save_accounts(connection: AsyncConnection, accounts: Collection[Account]) -> None:
    """Write links as they are given, over known ones."""
    await upsert_values(connection, tables.accounts, [_link_values(account) for account in accounts])


async def remove_accounts(connection: AsyncConnection, accounts: Collection[Account]) -> None:
    """Take links away."""
    table = tables.accounts
    this = and_(*(table.c[name] == bindparam(f"of_{name}") for name in _LINK_KEY))
    gone = [{f"of_{name}": _link_values(account)[name] for name in _LINK_KEY} for account in accounts]
    if gone:
        await connection.execute(delete(table).where(this), gone)


async def forget(connection: AsyncConnection, table: Table, agent_ids: Collection[str]) -> None:
    """Delete what a table holds about these people."""
    if agent_ids:
        query = delete(table).where(table.c.agent_id == bindparam("of"))
        await connection.execute(query, [{"of": agent_id} for agent_id in agent_ids])


def _check_zone(site: Site) -> None:
    try:
        ZoneInfo(site.time_zone)
    except (KeyError, ValueError, OSError):
        raise ConfigError(
            f"site {site.site_id}: {site.time_zone!r} is no time zone; use an IANA name such as Europe/Madrid"
        ) from None


def same_account(ref: AccountRef) -> tuple[Any, ...]:
    """The conditions under which a row is about this account."""
    table = tables.accounts.c
    return (table.platform == ref.platform, table.tenant == ref.tenant, table.external_id == ref.external_id)


def account_of(row: Row[Any]) -> Account:
    """A row of the accounts as a link."""
    return Account(
        agent_id=row.agent_id,
        ref=AccountRef(row.platform, row.tenant, row.external_id),
        status=LinkStatus(row.status),
        how=LinkHow(row.how),
        verified_by=row.verified_by,
        verified_at=row.verified_at,
    )


def _link_values(account: Account) -> dict[str, Any]:
    return {
        "agent_id": account.agent_id,
        "platform": account.ref.platform,
        "tenant": account.ref.tenant,
        "external_id": account.ref.external_id,
        "status": account.status,
        "how": account.how,
        "verified_by": account.verified_by,
        "verified_at": account.verified_at,
    }


async def _revision(connection: AsyncConnection) -> int:
    return await connection.scalar(select(tables.directory_revision.c.number)) or 0


async def _all(connection: AsyncConnection, table: Table) -> Sequence[Row[Any]]:
    return (await connection.execute(select(table))).all()
