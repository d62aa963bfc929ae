"""`atdesk shifts import` and `list`."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from atdesk_core.cli.agents import file_text
from atdesk_core.cli.people import act, find_person
from atdesk_core.identity import (
    Directory,
    ShiftWindow,
    Source,
    import_dated,
    load_directory,
    read_dated,
    sign_ins_of,
)
from atdesk_core.store import Store

_DAY_S = 86_400.0


def import_shifts(
    database: str | Path,
    file: Path,
    sources: Mapping[str, str],
    *,
    now: Callable[[], float],
    console: Console,
) -> int:
    """Read dated shifts: all of the file, or nothing.

    Args:
        database: Path or URL.
        file: See `atdesk_core.identity.shifts_dated` for its columns.
        sources: By site id, where its shifts come from.
        now: The clock.
        console: Where to print.

    Returns:
        Exit status.
    """

    async def action(store: Store) -> None:
        text = file_text(file)
        zones = _zones(await load_directory(store), sources)
        done = await import_dated(store, read_dated(text, zones), now())
        console.print(
            f"{done.written} shifts of {done.people} people are on record; {done.removed} that are not in "
            f"the file any more were taken away, {done.past} were over already and left out.",
            soft_wrap=True,
        )

    return act(database, console, action)


def list_shifts(
    database: str | Path, agent_id: str, days: int, *, now: Callable[[], float], console: Console
) -> int:
    """Show the shifts of an agent; returns the exit status."""

    async def action(store: Store) -> None:
        person, directory, at = await find_person(store, agent_id), await load_directory(store), now()
        zone = ZoneInfo(directory.sites[person.site_id].time_zone)
        by_sign_in = directory.sign_in_hours(agent_id) is not None
        if by_sign_in:
            kept = await sign_ins_of(store, agent_id)
            shifts = [ShiftWindow(one.shift_id, one.starts_at, one.over_at) for one in kept]
        else:
            shifts = list(directory.shifts_between(agent_id, at - days * _DAY_S, at + days * _DAY_S))
        source = "signing in, within the hours of the site" if by_sign_in else "an import"
        console.print(f"The shifts of {escape(person.name)} come from {source}.")
        console.print(_table(shifts, at, zone) if shifts else "None is on record: nobody looks.")

    return act(database, console, action)


def _zones(directory: Directory, sources: Mapping[str, str]) -> dict[str, str]:
    """Whose shifts may be imported, with the time zone they are read in."""
    return {
        agent_id: directory.sites[person.site_id].time_zone
        for agent_id, person in directory.people.items()
        if sources.get(person.site_id, Source.IMPORT) == Source.IMPORT and not directory.has_left(agent_id)
    }


def _table(shifts: list[ShiftWindow], at: float, zone: ZoneInfo) -> Table:
    table = Table("shift", "begins", "ends", "now")
    for one in shifts:
        running = "running" if one.starts_at <= at < one.ends_at else "over" if one.ends_at <= at else ""
        times = (f"{datetime.fromtimestamp(when, zone):%a %Y-%m-%d %H:%M %Z}" for when in _span(one))
        table.add_row(one.shift_id, *times, running)
    return table


def _span(shift: ShiftWindow) -> tuple[float, float]:
    return shift.starts_at, shift.ends_at
