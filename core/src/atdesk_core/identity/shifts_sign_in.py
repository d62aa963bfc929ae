"""Shifts by sign-in: from the authority's first presence within the hours to Offline. Pure.

A disconnect shorter than five minutes is the same shift, with the same budget; nobody is looked at while it
lasts. At the end of the hours a shift is over, whatever the authority shows.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from atdesk_core.identity.shifts import ShiftPlan, ShiftWindow
from atdesk_sdk import Presence

RECONNECT_S: Final = 300.0
"""Whoever is offline for less is on the same shift afterwards."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The last shift of one agent that began by signing in.

    Attributes:
        shift_id: Local begin, with seconds and offset: unique for one agent.
        starts_at: Seconds since the epoch.
        ends_at: End of the hours.
        offline_since: Offline now, and since when; after five minutes the shift is over, and ended then.
    """

    shift_id: str
    starts_at: float
    ends_at: float
    offline_since: float | None = None

    @property
    def over_at(self) -> float:
        """When it ended, or will end at the latest, as far as is known."""
        return self.ends_at if self.offline_since is None else self.offline_since

    def window_at(self, at: float) -> ShiftWindow | None:
        """The shift while it runs: not before, not while offline, not after."""
        if self.offline_since is not None or not self.starts_at <= at < self.ends_at:
            return None
        return ShiftWindow(self.shift_id, self.starts_at, self.ends_at)


def hear(last: SignedIn | None, presence: Presence, at: float, hours: ShiftPlan) -> SignedIn | None:
    """What the authority's presence makes of the last shift.

    Args:
        last: The last one; None before the first.
        presence: Now. `unknown` neither begins nor ends anything.
        at: Engine's clock.
        hours: Of the site.

    Returns:
        The same shift, as it stands now; or a new one, which never begins before the end of the last.
    """
    if presence is Presence.UNKNOWN or (last is None and presence is Presence.OFFLINE):
        return last
    if last is None or not _goes_on(last, at):
        return last if presence is Presence.OFFLINE else _begun(last, at, hours)
    if presence is not Presence.OFFLINE:
        return replace(last, offline_since=None)
    return replace(last, offline_since=at) if last.window_at(at) is not None else last


def _goes_on(last: SignedIn, at: float) -> bool:
    """It runs, or may be taken up again."""
    return at < last.ends_at and (last.offline_since is None or at - last.offline_since < RECONNECT_S)


def _begun(last: SignedIn | None, at: float, hours: ShiftPlan) -> SignedIn | None:
    window = hours.window_at(at)
    if window is None:
        return last
    local = datetime.fromtimestamp(at, ZoneInfo(hours.time_zone))
    return SignedIn(local.isoformat(timespec="seconds"), at, window.ends_at)
