"""Preconditions on record: a reference to a document, when it was given, and when it lapses."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.agreements.errors import AgreementError
from atdesk_core.agreements.revision import mark_changed
from atdesk_core.agreements.scopes import Scope, ScopeKind
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.policy import Precondition
from atdesk_core.store import LedgerEntry, Store, tables
from atdesk_core.store.agreement_tables import preconditions
from atdesk_core.store.apply import append_ledger

# A document's number, not what it says: nothing that could tell a story.
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#-]{0,79}")


@dataclass(frozen=True, slots=True)
class OnRecord:
    """One precondition of a site or of an agent.

    Attributes:
        record_id: Random.
        kind: Which one.
        scope: A site or an agent.
        reference: Id of the document.
        given_on: From when it holds, seconds since the epoch.
        lapses_at: Until when, such as its review date; None: until it is ended.
        recorded_by: The person who answers for the entry.
        recorded_at: When it was entered.
        ended_at: When it was ended by hand; None while it was not.
        lapse_logged_at: When the log was told that its time has run out; None while it was not.
    """

    record_id: str
    kind: Precondition
    scope: Scope
    reference: str
    given_on: float
    lapses_at: float | None
    recorded_by: str
    recorded_at: float
    ended_at: float | None = None
    lapse_logged_at: float | None = None

    def stands(self, at: float) -> bool:
        """Whether it holds at a time."""
        begun = self.given_on <= at and (self.ended_at is None or at < self.ended_at)
        return begun and (self.lapses_at is None or at < self.lapses_at)


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for one agent at one time.

    Attributes:
        met: On record, and holding.
        lapsed: Were on record, and do not hold any more.
        until: When this may be different, seconds since the epoch; None: by a new entry only.
    """

    met: frozenset[Precondition]
    lapsed: frozenset[Precondition]
    until: float | None


def standing(records: Iterable[OnRecord], at: float) -> Standing:
    """What a site's and an agent's records come to at a time. Pure."""
    known = list(records)
    met = frozenset(one.kind for one in known if one.stands(at))
    begun = frozenset(one.kind for one in known if one.given_on <= at)
    moments = [moment for one in known for moment in (one.given_on, one.lapses_at) if moment is not None]
    return Standing(met, begun - met, min((moment for moment in moments if moment > at), default=None))


async def record_precondition(
    store: Store, scope: Scope, kind: Precondition, record: "Entry", at: float
) -> OnRecord:
    """Put a precondition on record; an earlier one of its kind ends with it.

    Args:
        store: Where.
        scope: A site or an agent.
        kind: Which one.
        record: What is entered.
        at: Now, seconds since the epoch.

    Raises:
        AgreementError: The entry is not sound, or nobody has this id.
    """
    _check(scope, kind, record, at)
    kept = OnRecord(
        secrets.token_hex(8), kind, scope, record.reference, record.given_on, record.lapses_at, record.by, at
    )

    async def job(connection: AsyncConnection) -> None:
        ref = await _ref(connection, scope)
        await _end(connection, scope, kind, record.by, at)
        await connection.execute(insert(preconditions).values(_values(kept)))
        await append_ledger(connection, [_row(kept, "recorded", ref, at)])
        await mark_changed(connection)

    await store.run(job)
    return kept


@dataclass(frozen=True, slots=True)
class Entry:
    """What is entered of a precondition: see `OnRecord`."""

    reference: str
    given_on: float
    lapses_at: float | None
    by: str


async def lapse_precondition(store: Store, scope: Scope, kind: Precondition, by: str, at: float) -> OnRecord:
    """End a precondition now: what needs it stops.

    Raises:
        AgreementError: None of this kind stands.
    """

    async def job(connection: AsyncConnection) -> OnRecord:
        ended = await _end(connection, scope, kind, by, at)
        if ended is None:
            raise AgreementError(f"no {kind} of {scope} is on record: there is nothing to end")
        await append_ledger(connection, [_row(ended, "ended", await _ref(connection, scope), at)])
        await mark_changed(connection)
        return ended

    return await store.run(job)


async def read_preconditions(connection: AsyncConnection) -> list[OnRecord]:
    """Every record, the latest of a kind last. A kind that this version does not know meets nothing."""
    rows = await connection.execute(select(preconditions).order_by(preconditions.c.recorded_at))
    return [_on_record(row) for row in rows if row.kind in tuple(Precondition)]


async def lapse_rows(connection: AsyncConnection, ended: Sequence[OnRecord], at: float) -> list[LedgerEntry]:
    """Rows of the decision log for records whose time has run out."""
    return [_row(one, "lapsed", await _ref(connection, one.scope), at) for one in ended]


async def _end(
    connection: AsyncConnection, scope: Scope, kind: Precondition, by: str, at: float
) -> OnRecord | None:
    """End the record of a kind that was not ended yet, if there is one."""
    table = preconditions
    of_scope = table.c.site if scope.kind is ScopeKind.SITE else table.c.agent_id
    this = (of_scope == scope.name, table.c.kind == kind, table.c.ended_at.is_(None))
    found = (await connection.execute(select(table).where(*this))).first()
    if found is None:
        return None
    await connection.execute(update(table).where(*this).values(ended_at=at, ended_by=by))
    return replace(_on_record(found), ended_at=at)


async def _ref(connection: AsyncConnection, scope: Scope) -> str | None:
    """The random id of the agent of a scope; None for a site."""
    if scope.kind is not ScopeKind.AGENT:
        return None
    people = tables.people.c
    ref: str | None = await connection.scalar(select(people.agent_ref).where(people.agent_id == scope.name))
    if ref is None:
        raise AgreementError(f"nobody in the directory has the id {scope.name}: see atdesk agents list")
    return ref


def _check(scope: Scope, kind: Precondition, record: Entry, at: float) -> None:
    if scope.kind not in (ScopeKind.SITE, ScopeKind.AGENT):
        raise AgreementError(f"a precondition is one of a site or of an agent, not of {scope}")
    if kind is Precondition.CO_SIGNATURE:
        raise AgreementError("a co-signature is given with the council's key: atdesk policy co-sign SCOPE")
    if kind is Precondition.WRITTEN_RELEASE and scope.kind is not ScopeKind.AGENT:
        raise AgreementError("a written release is one person's: write agent:ID instead of the site")
    if not _REFERENCE.fullmatch(record.reference):
        raise AgreementError(
            f"{record.reference!r} is no reference: give the id of the document, such as DPIA-2026-04 "
            "(letters, digits and ._:/#-, at most 80 of them, no spaces)"
        )
    if not record.by.strip():
        raise AgreementError("a named person answers for the entry: --by NAME")
    if record.given_on > at:
        raise AgreementError("the date on which it was given lies ahead: record it on that day")
    if record.lapses_at is not None and record.lapses_at <= record.given_on:
        raise AgreementError("the review date has to be later than the date on which it was given")


def _row(one: OnRecord, what: str, agent_ref: str | None, at: float) -> LedgerEntry:
    data: dict[str, Any] = {
        "what": what,
        "which": one.kind.value,
        "record_id": one.record_id,
        "reference": hashlib.sha256(one.reference.encode()).hexdigest()[:32],
        "until": one.lapses_at,
    }
    site = one.scope.name if one.scope.kind is ScopeKind.SITE else ""
    return entry(LedgerKind.PRECONDITION, at, site, agent_ref, data)


def _values(one: OnRecord) -> dict[str, object]:
    is_site = one.scope.kind is ScopeKind.SITE
    return {
        "record_id": one.record_id,
        "kind": one.kind,
        "site": one.scope.name if is_site else None,
        "agent_id": None if is_site else one.scope.name,
        "reference": one.reference,
        "given_on": one.given_on,
        "lapses_at": one.lapses_at,
        "recorded_by": one.recorded_by,
        "recorded_at": one.recorded_at,
    }


def _on_record(row: Any) -> OnRecord:
    scope = Scope(ScopeKind.SITE, row.site) if row.site is not None else Scope(ScopeKind.AGENT, row.agent_id)
    return OnRecord(
        row.record_id,
        Precondition(row.kind),
        scope,
        row.reference,
        row.given_on,
        row.lapses_at,
        row.recorded_by,
        row.recorded_at,
        row.ended_at,
        row.lapse_logged_at,
    )
