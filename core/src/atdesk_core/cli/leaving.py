"""`atdesk left`: somebody has left, or is back. `atdesk agents forget`: the directory knows them no more."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from atdesk_core.cli.people import about, act, find_person
from atdesk_core.identity.forgetting import ForgettingError, forget_person
from atdesk_core.identity.leaving import ERASED_WITHIN_S, Departure, LeavingError, Why, come_back, leave
from atdesk_core.ledger import LedgerKind
from atdesk_core.runtime.leaving import back_row
from atdesk_core.store import Store


def left(database: str | Path, agent_id: str, by: str, *, now: Callable[[], float], console: Console) -> int:
    """Put on record that somebody has left.

    Args:
        database: Path or URL.
        agent_id: Who has left.
        by: Name of the human who says so.
        now: The clock.
        console: Where to print.

    Returns:
        Exit status.
    """

    async def action(store: Store) -> None:
        person, at = await find_person(store, agent_id), now()
        if not await leave(store, Departure(agent_id, at, Why.DECLARED, by)):
            console.print(f"{escape(person.name)} has left already.")
            return
        until = datetime.fromtimestamp(at + ERASED_WITHIN_S, UTC)
        console.print(
            f"{escape(person.name)} has left: nobody looks at them from now on. Template and keys go by "
            f"{until:%Y-%m-%d %H:%M} UTC, while the service runs, unless a dispute waits for an answer. "
            f"If it is not so: atdesk left {escape(agent_id)} --back --by NAME",
            soft_wrap=True,
        )

    return _told(database, action, console)


def back(database: str | Path, agent_id: str, *, now: Callable[[], float], console: Console) -> int:
    """Take back that somebody has left; as `left`. Returns the exit status."""

    async def action(store: Store) -> None:
        person, at = await find_person(store, agent_id), now()
        was = await come_back(store, agent_id, [back_row(person, Why.DECLARED, at)])
        kept = (
            "Nothing was erased."
            if was.erased_at is None
            else "Template and keys were erased meanwhile: consent and enrolment have to be made anew."
        )
        console.print(f"{escape(person.name)} is back. {kept}", soft_wrap=True)

    return _told(database, action, console)


def forget(
    database: str | Path, agent_id: str, by: str, *, now: Callable[[], float], console: Console
) -> int:
    """Take somebody who has left out of the directory for good; as `left`. Returns the exit status."""

    async def action(store: Store) -> None:
        if not by.strip():
            raise ForgettingError("--by: say who orders it")
        person, at = await find_person(store, agent_id), now()
        row = about(person, LedgerKind.ERASURE, at, what="forgotten")
        await forget_person(store, agent_id, at, [row])
        console.print(
            f"{escape(agent_id)} is forgotten: name, address, accounts, shifts, consents, flags and desk "
            "checks are gone. The decision log keeps its rows, until they reach their time, under "
            f"{person.agent_ref}; nothing says any more whose that was. Take the person out of the roster "
            "file, too.",
            soft_wrap=True,
        )

    return _told(database, action, console)


def _told(database: str | Path, action: Callable[[Store], Awaitable[None]], console: Console) -> int:
    try:
        return act(database, console, action)
    except (ForgettingError, LeavingError) as error:
        console.print(f"[red]{escape(str(error))}[/]", soft_wrap=True)
        return 1
