"""`atdesk draws verify`, `export` and `nonce`: random looks that anybody can check."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from atdesk_core.cli.people import act, find_person
from atdesk_core.identity import FileKeyRing
from atdesk_core.identity.shifts_draws import NonceError, set_nonce, unused_seeds
from atdesk_core.looking import DrawFileError, DrawRecord, check, nonce_of, read_draws, write_draws
from atdesk_core.runtime.drawn import DrawsUnknownError, record_of
from atdesk_core.runtime.draws import bound_row, seal, sealed_row
from atdesk_core.store import Store


def verify_file(file: Path, console: Console) -> int:
    """Check a file of one shift, without a database. Returns the exit status: 0 when all holds."""
    try:
        record = read_draws(file.read_text(encoding="utf-8"))
    except OSError as error:
        console.print(f"[red]{escape(str(file))} cannot be read: {error.strerror}[/]", soft_wrap=True)
        return 2
    except (DrawFileError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, DrawFileError) else "it is not UTF-8"
        console.print(f"[red]{escape(str(file))} cannot be checked: {escape(reason)}[/]", soft_wrap=True)
        return 2
    return _tell(record, console)


def verify_shift(database: str | Path, agent_id: str, shift_id: str, console: Console) -> int:
    """Check one shift from the decision log. Returns the exit status: 0 when all holds."""
    outcomes: list[int] = []

    async def action(store: Store) -> None:
        outcomes.append(_tell(await _record(store, agent_id, shift_id), console))

    return _guarded(database, action, console) or outcomes[0]


def export_shift(database: str | Path, agent_id: str, shift_id: str, out: Path, console: Console) -> int:
    """Write the file of one shift, for a works council. Returns the exit status."""

    async def action(store: Store) -> None:
        text = write_draws(await _record(store, agent_id, shift_id))
        await asyncio.to_thread(out.write_text, text, encoding="utf-8")
        console.print(
            f"Written to {escape(str(out))}. It is checked anywhere: atdesk draws verify {escape(str(out))}",
            soft_wrap=True,
        )

    return _guarded(database, action, console)


def say_nonce(
    database: str | Path,
    key_file: Path,
    agent_id: str,
    said: str,
    *,
    now: Callable[[], float],
    console: Console,
) -> int:
    """Take what an agent says as the nonce of the shifts that are not committed to yet.

    Returns:
        Exit status.
    """

    async def action(store: Store) -> None:
        person, at, nonce = await find_person(store, agent_id), now(), nonce_of(said)
        ring = await FileKeyRing.for_store(key_file, store)
        async with store.reading() as connection:
            waiting = (await unused_seeds(connection, [agent_id])).get(agent_id)
        seed = waiting or (await seal(ring, agent_id, at))[0]
        rows = {
            "sealed": sealed_row(seed, person.site_id, person.agent_ref),
            "bound": bound_row(seed, nonce, person.site_id, person.agent_ref, at),
        }
        met = await set_nonce(store, seed, nonce, at, rows)
        console.print(
            f"Taken, as {nonce}. It counts from the next shift whose random looks are not fixed yet, and is "
            f"mixed with the secret that was sealed before you said it: {met}. Keep both.",
            soft_wrap=True,
        )

    return _guarded(database, action, console)


async def _record(store: Store, agent_id: str, shift_id: str) -> DrawRecord:
    person = await find_person(store, agent_id)
    return await record_of(store, person.agent_ref, shift_id)


def _guarded(database: str | Path, action: Callable[[Store], Awaitable[None]], console: Console) -> int:
    try:
        return act(database, console, action)
    except (DrawsUnknownError, NonceError) as error:
        console.print(f"[red]{escape(str(error))}[/]", soft_wrap=True)
        return 1


def _tell(record: DrawRecord, console: Console) -> int:
    outcome = check(record)
    plan = record.plan
    console.print(
        f"Shift {escape(plan.shift_id)}: {len(record.looks)} random looks opened, {plan.count} at most. "
        f"Committed to in row {record.committed.seq} of the log, revealed in row {record.revealed.seq}."
    )
    for at in outcome.draws:
        console.print(f"  drawn for {datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC")
    console.print(f"Nonce: {outcome.nonce}.", soft_wrap=True)
    for fault in outcome.faults:
        console.print(f"[red]Does not hold:[/] {escape(fault)}", soft_wrap=True)
    if outcome.faults:
        return 1
    console.print(
        "Holds: the seal was there before, each draw follows, no other random look was opened, the cap "
        "held. That the rows stand in an unbroken log is checked by: atdesk ledger verify",
        soft_wrap=True,
    )
    return 0
