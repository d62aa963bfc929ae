"""Asking the running service for something, and telling what became of it."""

import asyncio
from typing import Final

from rich.console import Console
from rich.markup import escape

from atdesk_core.reviewing import Asked, ask, outcome_of
from atdesk_core.store import Store

WAIT_S: Final = 5.0
POLL_S: Final = 0.1

OUTCOMES: Final = {
    "done": "Done.",
    "second_person_needed": "Noted. It takes a second person to uphold this finding: somebody else has to "
    "decide as well, and until then the flag is not used.",
    "no_break": "That changed nothing: no absence of this shift is open. The agent can dispute the flag: "
    "atdesk flags dispute NUMBER --by AGENT.",
    "nobody_known": "Nobody in the directory has that id: see atdesk agents list.",
    "failed": "The service could not do it, and its log says what kind of fault it was. Ask again.",
    "not_open": "No such flag is open: see atdesk flags list --all.",
    "no_such_flag": "There is no such flag: see atdesk flags list --all.",
    "no_lead": "Only somebody who leads this agent may answer, and for a second confirmation anybody who "
    "leads somebody at the site: see atdesk agents list.",
    "no_reviewer": "Only somebody who leads somebody at the site, and not the agent, may decide this.",
    "too_quick": "The same person confirmed another flag a moment ago. Each flag is looked at by itself: "
    "open this one, and confirm it then.",
    "confirmed_already": "It is confirmed already.",
    "same_person": "The same person has said so already: it takes somebody else.",
    "reason_missing": "It takes a reason: give one of the codes with --reason.",
    "not_theirs": "Only the agent whom a flag is about can dispute it.",
    "too_late": "The time to dispute it is over (review.dispute_days of the policy).",
    "disputed_already": "It is disputed already, and waits for a second reviewer.",
    "decided_already": "It was decided already.",
    "not_counted": "It was a break and is not counted: there is nothing to dispute.",
    "not_disputed": "Nobody disputes it: there is nothing to decide.",
}
GOOD: Final = frozenset({"done", "second_person_needed"})


class RefusedError(Exception):
    """What was asked for was not done."""


async def ask_and_tell(store: Store, request: Asked, console: Console) -> None:
    """Ask, wait a moment for the service, and say what became of it.

    Raises:
        RefusedError: The service refused it.
    """
    place = await ask(store, request)
    outcome = await _outcome(store, place)
    if outcome is None:
        console.print(
            "The service has not taken it up yet. It is kept, and done as soon as the service runs.",
            soft_wrap=True,
        )
        return
    text = OUTCOMES.get(outcome, outcome.replace("_", " "))
    if outcome not in GOOD:
        raise RefusedError(text)
    console.print(escape(text), soft_wrap=True)


async def _outcome(store: Store, place: int) -> str | None:
    """The service is another process: its answer has no event of its own in this one."""
    for _ in range(int(WAIT_S / POLL_S)):
        outcome = await outcome_of(store, place)
        if outcome is not None:
            return outcome
        await asyncio.sleep(POLL_S)
    return None
