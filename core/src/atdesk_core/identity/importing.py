"""A roster into the directory: all of it or nothing."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity.directory import DirectoryRows
from atdesk_core.identity.leaving import NEVER, RosterSays, follow_roster, last_moment
from atdesk_core.identity.people import Account, LinkHow, LinkStatus, Person
from atdesk_core.identity.records import forget, mark_changed, read_rows, remove_accounts, save_accounts
from atdesk_core.identity.roster import Fault, Known, RosterError, RosterRow
from atdesk_core.store import Store, tables
from atdesk_core.store.apply import upsert
from atdesk_sdk import AccountRef


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        added: People who were not known.
        updated: People who were.
        confirmed: Accounts that are confirmed now and were not before.
        proposed: Accounts that wait for a human.
        removed: Links that the file does not have any more.
        left: People who have left by this: their last day is over, or a complete file has them no more.
        unmentioned: People who are not in the file, and stay as they are.
    """

    added: int
    updated: int
    confirmed: int
    proposed: int
    removed: int
    left: int = 0
    unmentioned: int = 0


@dataclass(frozen=True, slots=True)
class Vouching:
    """Who says that the account ids in the file belong to the people beside them.

    Attributes:
        by: Name of the human; None leaves new links proposed.
        at: Now, seconds since the epoch.
    """

    by: str | None
    at: float


async def import_roster(
    store: Store,
    rows: Sequence[RosterRow],
    known: Known,
    vouching: Vouching,
    new_ref: Callable[[], str],
    *,
    complete: bool = False,
) -> Imported:
    """Write a roster that was read with `read_roster`, in one transaction.

    Args:
        store: Where to.
        rows: The people.
        known: What the file was checked against.
        vouching: Whether the links are confirmed by this, and by whom.
        new_ref: Makes a random id for the decision log.
        complete: The file has everybody: whoever is not in it has left.

    Raises:
        RosterError: The file and the directory do not agree; nothing was written.
    """

    async def job(connection: AsyncConnection) -> Imported:
        before = await read_rows(connection)
        if faults := check_against(rows, before):
            raise RosterError(faults)
        return await _write(connection, _Change(rows, known, vouching, before, complete), new_ref)

    return await store.run(job)


def check_against(rows: Sequence[RosterRow], before: DirectoryRows) -> list[Fault]:
    """What stands against a roster in the directory as it is. Pure."""
    return sorted(
        [*_taken(rows, before), *_leaderless(rows, before), *_same_email(rows, before)],
        key=lambda fault: fault.line,
    )


def _taken(rows: Sequence[RosterRow], before: DirectoryRows) -> list[Fault]:
    names = {person.agent_id: person.name for person in before.people}
    owner = {link.ref: link.agent_id for link in before.accounts if link.status is LinkStatus.CONFIRMED}
    # Somebody whose line in this same file gives the account up does not hold it any more.
    kept = {row.agent_id: row.accounts for row in rows}
    return [
        Fault(
            row.line,
            ref.platform,
            f"{ref} is confirmed for {names[owner[ref]]} ({owner[ref]}): take it from them first, with "
            f"atdesk agents unlink {ref} --by NAME",
        )
        for row in rows
        for ref in _refs(row)
        if owner.get(ref, row.agent_id) != row.agent_id and ref.platform not in kept.get(owner[ref], {})
    ]


def _leaderless(rows: Sequence[RosterRow], before: DirectoryRows) -> list[Fault]:
    there = {row.agent_id for row in rows} | {person.agent_id for person in before.people}
    return [
        Fault(row.line, "lead", f"{lead} is neither in this file nor in the directory")
        for row in rows
        for lead in row.leads or ()
        if lead not in there
    ]


def _same_email(rows: Sequence[RosterRow], before: DirectoryRows) -> list[Fault]:
    told_anew = {row.agent_id for row in rows if row.email is not None}
    taken = {
        person.email: person for person in before.people if person.email and person.agent_id not in told_anew
    }
    return [
        Fault(row.line, "email", f"{row.email} is the address of {taken[row.email].name} already")
        for row in rows
        if row.email and row.email in taken
    ]


@dataclass(frozen=True, slots=True)
class _Change:
    rows: Sequence[RosterRow]
    known: Known
    vouching: Vouching
    before: DirectoryRows
    complete: bool

    @property
    def missing(self) -> set[str]:
        """Who is in the directory and not in the file."""
        return {person.agent_id for person in self.before.people} - {row.agent_id for row in self.rows}


async def _write(connection: AsyncConnection, change: _Change, new_ref: Callable[[], str]) -> Imported:
    old = {person.agent_id: person for person in change.before.people}
    await upsert(
        connection, tables.sites, [change.known.sites[name] for name in {r.site for r in change.rows}]
    )
    await upsert(
        connection, tables.people, [_person(row, old.get(row.agent_id), new_ref) for row in change.rows]
    )
    await _write_leads(connection, change.rows)
    await _write_shifts(connection, change)
    links = _links(change)
    gone = _gone(change)
    await remove_accounts(connection, gone)
    await save_accounts(connection, links)
    missing = change.missing
    left = await follow_roster(connection, _leaving(change, missing if change.complete else ()))
    await mark_changed(connection)
    confirmed = {link.ref for link in links if link.status is LinkStatus.CONFIRMED}
    return Imported(
        added=sum(row.agent_id not in old for row in change.rows),
        updated=sum(row.agent_id in old for row in change.rows),
        confirmed=len(confirmed - _confirmed(change.before)),
        proposed=sum(link.status is LinkStatus.PROPOSED for link in links),
        removed=len(gone),
        left=left,
        unmentioned=0 if change.complete else len(missing),
    )


def _leaving(change: _Change, missing: Collection[str]) -> RosterSays:
    zones = {name: site.time_zone for name, site in change.known.sites.items()}
    ends = {row.agent_id: _end(row, zones[row.site]) for row in change.rows}
    return RosterSays(ends, missing, change.vouching.by or "the roster", change.vouching.at)


def _end(row: RosterRow, time_zone: str) -> float | None:
    if row.ends_on is None:
        return None
    return NEVER if row.ends_on == date.max else last_moment(row.ends_on, time_zone)


def _person(row: RosterRow, old: Person | None, new_ref: Callable[[], str]) -> Person:
    base = old or Person(row.agent_id, new_ref(), "", "", "en", "", "")
    return replace(
        base,
        name=row.name,
        team=row.team,
        site_id=row.site,
        email=base.email if row.email is None else row.email,
        language=base.language if row.language is None else row.language,
        jurisdiction=base.jurisdiction if row.jurisdiction is None else row.jurisdiction,
    )


async def _write_leads(connection: AsyncConnection, rows: Sequence[RosterRow]) -> None:
    told = [row for row in rows if row.leads is not None]
    await forget(connection, tables.leads, [row.agent_id for row in told])
    pairs = [{"agent_id": row.agent_id, "lead_id": lead} for row in told for lead in row.leads or ()]
    if pairs:
        await connection.execute(insert(tables.leads), pairs)


async def _write_shifts(connection: AsyncConnection, change: _Change) -> None:
    told = [row for row in change.rows if row.shift is not None]
    await forget(connection, tables.shifts, [row.agent_id for row in told])
    plans = [
        {
            "agent_id": row.agent_id,
            "plan": row.shift,
            "time_zone": change.known.sites[row.site].time_zone,
            "source": "import",
        }
        for row in told
        if row.shift
    ]
    if plans:
        await connection.execute(insert(tables.shifts), plans)


def _links(change: _Change) -> list[Account]:
    standing = {(link.agent_id, link.ref): link for link in change.before.accounts}
    return [
        _link(row.agent_id, ref, standing.get((row.agent_id, ref)), change.vouching)
        for row in change.rows
        for ref in _refs(row)
    ]


def _link(agent_id: str, ref: AccountRef, standing: Account | None, vouching: Vouching) -> Account:
    if standing is not None and standing.status is LinkStatus.CONFIRMED:
        return standing
    if vouching.by is None:
        return standing or Account(agent_id, ref, LinkStatus.PROPOSED, LinkHow.PLATFORM_ID)
    return Account(agent_id, ref, LinkStatus.CONFIRMED, LinkHow.PLATFORM_ID, vouching.by, vouching.at)


def _gone(change: _Change) -> list[Account]:
    told = {row.agent_id: row for row in change.rows}
    return [
        link
        for link in change.before.accounts
        if (row := told.get(link.agent_id)) is not None
        and link.ref.platform in row.accounts
        and link.ref not in row.accounts[link.ref.platform]
    ]


def _confirmed(before: DirectoryRows) -> set[AccountRef]:
    return {link.ref for link in before.accounts if link.status is LinkStatus.CONFIRMED}


def _refs(row: RosterRow) -> list[AccountRef]:
    return [ref for refs in row.accounts.values() for ref in refs]
