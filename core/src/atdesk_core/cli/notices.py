"""`atdesk notices silence` and `hear`."""

from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from atdesk_core.cli.people import about, act, find_person
from atdesk_core.identity import parse_hint, silence, unsilence
from atdesk_core.ledger import LedgerKind
from atdesk_core.store import Store


def silence_hint(
    database: str | Path, agent_id: str, hint: str, *, now: Callable[[], float], console: Console
) -> int:
    """Switch a hint off for an agent, until it is switched on again.

    Args:
        database: Path or URL.
        agent_id: Who does not want it.
        hint: As typed, such as `more_light`.
        now: The clock.
        console: Where to print.

    Returns:
        Exit status.
    """

    async def action(store: Store) -> None:
        kind, person, at = parse_hint(hint), await find_person(store, agent_id), now()
        row = about(person, LedgerKind.PREFERENCE, at, what="silenced", hint=kind.value)
        changed = await silence(store, agent_id, kind, at, [row])
        when = "off from now on" if changed else "off already"
        console.print(
            f"The hint {kind.value} is {when} for {escape(person.name)}. To switch it on again: "
            f"atdesk notices hear {escape(agent_id)} {kind.value}",
            soft_wrap=True,
        )

    return act(database, console, action)


def hear_hint(
    database: str | Path, agent_id: str, hint: str, *, now: Callable[[], float], console: Console
) -> int:
    """Switch a hint on again for an agent; as `silence_hint`. Returns the exit status."""

    async def action(store: Store) -> None:
        kind, person, at = parse_hint(hint), await find_person(store, agent_id), now()
        row = about(person, LedgerKind.PREFERENCE, at, what="heard", hint=kind.value)
        changed = await unsilence(store, agent_id, kind, [row])
        when = "on again from now on" if changed else "on already"
        console.print(f"The hint {kind.value} is {when} for {escape(person.name)}.", soft_wrap=True)

    return act(database, console, action)
