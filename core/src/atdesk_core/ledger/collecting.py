"""Reads one agent's own log out of the store, a day at a time: a year of it never is in memory at once."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from atdesk_core.ledger.days import Window, day_finder, windows_in
from atdesk_core.ledger.own import Day, own_log
from atdesk_core.ledger.sentences import Teller
from atdesk_core.store import ALL_SITES, LedgerRow, Store

MARGIN_S = 86_400.0
"""A shift that begins on a day may go on into the next one; no shift is longer."""
MOST_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose log it is.

    Attributes:
        agent_ref: The random id in the rows.
        site: Rows about the whole site are the agent's business too.
        zone: The agent's time zone.
        shifts: The declared shifts that run at some moment between two times.
    """

    agent_ref: str
    site: str
    zone: tzinfo
    shifts: Callable[[float, float], Iterable[Window]] = lambda _start, _end: ()

    @property
    def sites(self) -> tuple[str, ...]:
        """Where rows about nobody may be that concern this agent: the site, and everywhere."""
        return (self.site, ALL_SITES, "")


async def own_rows(store: Store, subject: Subject, start: float, end: float) -> list[LedgerRow]:
    """Every row in `start <= at < end` that concerns this agent, in order of place."""
    own = await store.ledger(agent_ref=subject.agent_ref, start=start, end=end, limit=MOST_ROWS)
    shared = await store.ledger_of_nobody(subject.sites, start=start, end=end, limit=MOST_ROWS)
    return sorted((*own, *shared), key=lambda row: row.seq)


async def day_log(store: Store, subject: Subject, day: date, teller: Teller) -> Day:
    """One day of the agent's own log; without a line when the log holds nothing about it."""
    start = midnight(day, subject.zone) - MARGIN_S
    end = midnight(day + timedelta(days=1), subject.zone) + MARGIN_S
    rows = await own_rows(store, subject, start, end)
    windows = {*subject.shifts(start, end), *windows_in(rows)}
    days = own_log(rows, teller, day_finder(windows, subject.zone))
    return next((one for one in days if one.date == day.isoformat()), Day(day.isoformat(), ()))


async def day_logs(
    store: Store, subject: Subject, first: date, last: date, teller: Teller
) -> AsyncIterator[Day]:
    """Each day that the log holds something about."""
    day = first
    while day <= last:
        found = await day_log(store, subject, day, teller)
        if found.lines:
            yield found
        day += timedelta(days=1)


def midnight(day: date, zone: tzinfo) -> float:
    """When a day begins, seconds since the epoch."""
    return datetime.combine(day, time(), zone).timestamp()
