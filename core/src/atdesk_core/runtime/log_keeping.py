"""Cuts the decision log once a day: there is one chain, so one time that is right for every place holds."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from atdesk_core.agreements import Agreements, Place
from atdesk_core.identity import Directory
from atdesk_core.ledger.retention import DAY_S, BrokenLogError, ClockDoubtedError, cut
from atdesk_core.policy.levels import Level
from atdesk_core.store import Store, StoreError
from atdesk_core.store.ageing import age_out

log = logging.getLogger(__name__)

FIRST_S = 60.0
"""After a start, what is owed to platforms goes first."""
EVERY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long the rows of some people are kept, in days.

    Attributes:
        least: At least, by their policy; where it is not known, by the presets of their places.
        most: At most, likewise.
        cap: What the presets of their places allow at the most, whatever any policy says.
    """

    least: int
    most: int
    cap: int


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long the log is kept, for everybody in one database.

    Attributes:
        days: So long.
        least: The longest time that somebody's policy asks for at least, days.
        most: The shortest that somebody's policy allows at the most, days.
    """

    days: int
    least: int
    most: int

    @property
    def meets(self) -> bool:
        """Whether every policy gets what it asks for."""
        return self.least <= self.days <= self.most

    @property
    def says(self) -> str:
        """In words, with the way out where policies do not meet."""
        if self.meets:
            return f"rows are kept for {self.days} days"
        return (
            f"one policy has the log kept for {self.least} days at least, another for {self.most} at most, "
            f"and there is one log: it is kept for {self.days}. Make retention.ledger_days and "
            "retention.ledger_days_least meet, or keep these sites in separate databases"
        )


class LogKeeper:
    """One task of the service's own.

    Args:
        store: Open.
        bounds: Of everybody, as they are now.
        now: Engine's clock.
    """

    def __init__(
        self, store: Store, bounds: Callable[[], Collection[Bounds]], now: Callable[[], float]
    ) -> None:
        self._store = store
        self._bounds = bounds
        self._now = now
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Go on by itself."""
        self._task = asyncio.create_task(self._forever(), name="atdesk-log-keeper")

    async def aclose(self) -> None:
        """Stop. Closing twice is fine."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def keep(self) -> int:
        """Cut what has reached its time; gives the number of rows. While there is no site, nothing is cut.

        What else is kept about people by their id (flags, desk checks, what was sent) goes with it.
        """
        keeping = kept_for(self._bounds())
        if keeping is None:
            return 0
        if not keeping.meets:
            log.warning("the decision log: %s", keeping.says)
        try:
            now = self._now()
            rows = await cut(self._store, keeping.days, now)
            await self._store.run(lambda connection: age_out(connection, now - keeping.days * DAY_S))
        except (BrokenLogError, ClockDoubtedError, StoreError) as error:
            log.error("the decision log was not cut: %s", error)
            return 0
        if rows:
            log.info(
                "%d rows of the decision log had reached their time (%d days) and were cut",
                rows,
                keeping.days,
            )
        return rows

    async def _forever(self) -> None:
        await asyncio.sleep(FIRST_S)
        while True:
            try:
                await self.keep()
            except Exception:
                log.exception("the decision log could not be cut; it is tried again tomorrow")
            await asyncio.sleep(EVERY_S)


def kept_for(bounds: Collection[Bounds]) -> Keeping | None:
    """How long one log for all of these is kept; None for nobody. Pure.

    The shortest upper bound of all, so that no row outlives its own. Where another policy asks for longer
    at least, that holds, as it does inside one policy; but never beyond what the place of anybody allows.
    """
    if not bounds:
        return None
    most = min(one.most for one in bounds)
    least = max(one.least for one in bounds)
    return Keeping(min(max(most, least), *(one.cap for one in bounds)), least, most)


def bounds_of(agreements: Agreements, directory: Directory) -> frozenset[Bounds]:
    """Of every person and every site, those included that the configuration has no more. Pure."""
    places = {Place.of(person) for person in directory.people.values()}
    places |= {Place(site, "", "") for site in directory.sites}
    return frozenset(_bounds(agreements, directory, place) for place in places)


def _bounds(agreements: Agreements, directory: Directory, place: Place) -> Bounds:
    site = directory.sites.get(place.site)
    caps = agreements.caps(place, (site.jurisdiction,) if site else ())
    cap, policy = min(_days(caps, "ledger_days")), agreements.applied(place).policy
    if policy is None:
        return Bounds(max(_days(caps, "ledger_days_least")), cap, cap)
    return Bounds(policy.retention.ledger_days_least, policy.retention.ledger_days, cap)


def _days(caps: Iterable[Level], setting: str) -> list[int]:
    values = (level.values[f"retention.{setting}"] for level in caps)
    return [value for value in values if isinstance(value, int)]
