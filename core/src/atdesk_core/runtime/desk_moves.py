"""An agent moves a desk check of their own: by the command and by the agent's page alike."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from atdesk_core.desk_checks import DeskCheck, DeskCheckError, Shift, may_move, move
from atdesk_core.identity import Directory, Person
from atdesk_core.policy.safeguards import DeskCheckRule
from atdesk_core.runtime.desk_answers import desk_row
from atdesk_core.store import Store

_YEARS: Final = range(2000, 3000)
"""Beyond them a calendar has no day before, or after, in which a shift could begin."""


def moment_in(text: str, zone: ZoneInfo) -> float:
    """A time as people write it, where they work; seconds since the epoch.

    Raises:
        DeskCheckError: It is none.
    """
    try:
        said: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        said = None
    if said is None or said.year not in _YEARS:
        raise DeskCheckError(f"{text!r} is no time: write it as 2026-11-23T14:30")
    return (said if said.tzinfo else said.replace(tzinfo=zone)).timestamp()


def shift_then(directory: Directory, agent_id: str, at: float) -> Shift | None:
    """The shift that runs then; for who is on shift by signing in, the hours of the site."""
    hours = directory.sign_in_hours(agent_id)
    window = hours.window_at(at) if hours else directory.shift_at(agent_id, at)
    return Shift(window.starts_at, window.ends_at) if window else None


async def put_move(
    store: Store,
    check: DeskCheck,
    agent: Person,
    to: float,
    now: float,
    rule: DeskCheckRule,
    directory: Directory,
) -> None:
    """Move it, once, with the row of the log; the service announces it anew.

    Args:
        store: Where.
        check: As it was read.
        agent: Whose desk.
        to: When it is to be, seconds since the epoch.
        now: Seconds since the epoch.
        rule: Of the agent's policy.
        directory: Shifts.

    Raises:
        DeskCheckError: The policy does not let them, or it changed meanwhile.
    """
    may_move(check, to, now, rule, shift_then(directory, agent.agent_id, to))
    row = desk_row(agent, check.check_id, now, {"what": "moved", "at": to})
    await move(store, check, to, [row])
