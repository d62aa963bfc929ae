"""Nothing in the log names a person: so a name can be erased, and the chain stays whole."""

import time
from pathlib import Path

from sqlalchemy import delete

from atdesk_core.identity import load_directory
from atdesk_core.ledger import verify
from atdesk_core.runtime.service import Service
from atdesk_core.store import LedgerRow, tables
from atdesk_sdk import Capabilities, CouldNotTell, LeadAction, Presence
from atdesk_sdk.testing import LeadPresses, PauseSet, ScriptedPlatform, StateBecomes
from tests.core.runtime.office import Office, account, until

PRIVATE = Capabilities(flag_buttons=True, flag_edit=True, flag_private=True)
# Ids as platforms have them, names and addresses that no other word contains.
AGENTS = ("zoe-3f2c7e0a", "yan-77ab1c9d")


async def a_busy_run(office: Office, service: Service) -> None:
    """Absence, a state write, a flag, an answer with a text in it, a pause, other states, a hidden camera."""
    zoe, yan = AGENTS
    office.show("agent", yan)
    office.show("nobody", zoe)
    await until(lambda: bool(office.platform.flags))
    number = next(iter(office.platform.flags.values())).number
    lee = account("lee")
    office.platform.happen(LeadPresses(number, LeadAction.DISMISS, lee, "zoe went for water with Yan"))
    office.platform.happen(LeadPresses("of zoe", LeadAction.DISMISS, lee))
    await until(lambda: any(record.kind.value == "lead_action" for _, record in office.records))
    office.platform.happen(PauseSet(account(yan), paused=True, reason_text="Zoe is ill"))
    office.platform.happen(StateBecomes(account(zoe), Presence.MEAL))
    office.hide(CouldNotTell.CAMERA_OFF, zoe)
    await until(lambda: any(record.kind.value == "pause" for _, record in office.records))
    await service.room.flushed()


async def test_no_row_of_a_busy_run_names_anybody_and_erasing_somebody_breaks_nothing(tmp_path: Path) -> None:
    platform = ScriptedPlatform([account(one) for one in (*AGENTS, "lee")], time.time)
    office = Office(tmp_path, platform, AGENTS, capabilities=PRIVATE)
    async with office.open() as service:
        await a_busy_run(office, service)
        rows = await service.store.ledger_page(0)
        directory = await load_directory(service.store)
        words = {part for person in directory.people.values() for part in person.name.split()}
        names = words - {"Agent", "Lead"}  # what the office calls everybody; no names
        mails = {person.email for person in directory.people.values() if person.email}
        ids = {str(ref) for ref in platform.states} | {*directory.people}
        kinds = {row.kind for row in rows}
        assert {"look_opened", "finding", "notice", "state_write", "flag", "lead_action", "pause"} <= kinds
        for row in rows:
            assert not named_in(row, names | mails | ids), row
        await _forget(service)
        checked = await verify(service.store)
        assert (checked.rows >= len(rows), checked.faults) == (True, ())


def named_in(row: LedgerRow, names: set[str]) -> set[str]:
    content = f"{row.site} {row.agent_ref} {row.kind} {row.data}".lower()
    return {name for name in names if name.lower() in content}


async def _forget(service: Service) -> None:
    """What erasing the directory's row amounts to; the log is not touched by it."""

    async def job(connection: object) -> None:
        execute = connection.execute  # type: ignore[attr-defined]  # the writing connection
        for table in (tables.consents, tables.leads, tables.accounts, tables.shifts, tables.people):
            await execute(delete(table))

    await service.store.run(job)
