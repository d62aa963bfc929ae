"""Who answers for an agent now: the lead, and the cover while that lead is off shift, and only then."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity.directory import Directory
from atdesk_core.identity.people import Person
from atdesk_core.identity.records import mark_changed
from atdesk_core.store import LedgerEntry, Store
from atdesk_core.store.apply import append_ledger, upsert_values
from atdesk_core.store.flag_tables import lead_covers

OnShift = Callable[[str], bool]
"""Whether a shift of this person runs now."""


class Standing(StrEnum):
    """As what somebody may answer for an agent."""

    LEAD = "lead"
    COVER = "cover"


class CoverError(Exception):
    """This cover cannot be set. The message says why."""


def standing_of(directory: Directory, person_id: str, agent_id: str, on_shift: OnShift) -> Standing | None:
    """As what a person may answer for an agent now; None when not at all.

    A lead always may, on shift or not. A cover may while the lead whom they cover for is known to be off
    shift. Of a lead without declared shifts nobody knows that, so the cover stays out. Nobody answers for
    themselves.
    """
    if person_id == agent_id or directory.has_left(person_id):
        return None
    leads = directory.lead_ids(agent_id)
    if person_id in leads:
        return Standing.LEAD
    covered = (lead for lead in leads if person_id in directory.cover_ids(lead))
    return Standing.COVER if any(_is_off(directory, lead, on_shift) for lead in covered) else None


def asked_of(directory: Directory, agent_id: str, on_shift: OnShift) -> tuple[str, ...]:
    """Whom a flag of this agent asks now: leads on shift; for each who is off shift, the cover.

    Returns:
        Ids, each once. All the leads when that would be nobody: somebody has to be named.
    """
    leads = directory.lead_ids(agent_id)
    asked: list[str] = []
    for lead in leads:
        off = _is_off(directory, lead, on_shift)
        asked += [one for one in directory.cover_ids(lead) if one != agent_id] if off else [lead]
    return tuple(dict.fromkeys(asked)) or leads


def _is_off(directory: Directory, lead_id: str, on_shift: OnShift) -> bool:
    """Somebody who has left is off shift for good."""
    return directory.has_left(lead_id) or (directory.has_shifts(lead_id) and not on_shift(lead_id))


async def set_cover(
    store: Store, lead: Person, cover: Person, rows: Sequence[LedgerEntry], *, covers: bool = True
) -> bool:
    """Put on record, or take back, that somebody answers while a lead is off shift.

    Args:
        store: Where to.
        lead: Whose flags.
        cover: Who answers them.
        rows: For the decision log, in the same transaction.
        covers: False takes it back.

    Returns:
        False when there was nothing to take back.

    Raises:
        CoverError: Nobody covers for themselves.
    """
    if lead.agent_id == cover.agent_id:
        raise CoverError(f"{lead.agent_id} cannot cover for themselves")
    pair = {"lead_id": lead.agent_id, "cover_id": cover.agent_id}

    async def job(connection: AsyncConnection) -> bool:
        if covers:
            await upsert_values(connection, lead_covers, [pair])
        else:
            table = lead_covers.c
            this = (table.lead_id == lead.agent_id, table.cover_id == cover.agent_id)
            if not (await connection.execute(delete(lead_covers).where(*this))).rowcount:
                return False
        await append_ledger(connection, rows)
        await mark_changed(connection)
        return True

    return await store.run(job)
