"""`atdesk pause`: for people of the support who act for an agent who asked for it."""

from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from atdesk_core.cli.asking import ask_and_tell
from atdesk_core.cli.people import act, find_person
from atdesk_core.reviewing import Asked, RequestKind
from atdesk_core.store import Store

SUPPORT = "support"


def pause_agent(
    database: str | Path,
    agent_id: str,
    kind: RequestKind,
    *,
    code: str | None,
    flag_number: str | None,
    now: Callable[[], float],
    console: Console,
) -> int:
    """Pause an agent, lift that, or turn an absence into a break.

    Args:
        database: Path or URL.
        agent_id: Who asked for it.
        kind: `pause`, `resume` or `break`.
        code: A category of the site's policy; dropped where the policy takes none.
        flag_number: For a break: of which flag; None for what stands now.
        now: The clock.
        console: Where to print.

    Returns:
        Exit status.
    """

    async def action(store: Store) -> None:
        person = await find_person(store, agent_id)
        by = person.agent_ref if kind is RequestKind.BREAK else SUPPORT
        request = Asked(kind, by, now(), person.agent_id, flag_number, code)
        await ask_and_tell(store, request, console)

    return act(database, console, action)
