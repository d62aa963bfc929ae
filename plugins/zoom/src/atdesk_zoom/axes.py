"""The two ways in which Zoom shows whether somebody is there, and how each is read and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from atdesk_sdk import CredentialsBad, GiveUp, OutcomeUnknown, Presence
from atdesk_zoom import agent_status, presence
from atdesk_zoom.agent_status import NOT_READY, REASONS, STATUSES, Catalogue, Entry, folded, named
from atdesk_zoom.config import ZoomConfig
from atdesk_zoom.errors import ReasonsFull
from atdesk_zoom.presence import Shown, Status
from atdesk_zoom.state_calls import StateCalls


class Axis(Protocol):
    """Presence, or Contact Center status.

    Attributes:
        gap_s: Between two changes of one person, seconds.
        reads_back: A change is read back even when its event has come.
        half: `Shown.key` of a change of which a part was dropped without a word; asking again may complete
            it. Empty: a change has no parts.
        problem: Why nothing can be written, with the way out; empty when it can.
    """

    gap_s: float
    reads_back: bool
    half: str
    problem: str

    async def refresh(self) -> None:
        """Read what holds for the whole account."""

    async def read(self, user: str, *, urgent: bool) -> tuple[Shown, Shown | None]:
        """What Zoom shows of a person: on this axis, and what else counts."""

    def cannot(self, now: Shown, to: Presence) -> str:
        """Why a change must not be made, or cannot; empty when it may."""

    def target(self, to: Presence) -> str:
        """`Shown.key` after a change."""

    def is_done(self, shown: Shown, to: Presence) -> bool:
        """Whether what is shown is what a change was to come to."""

    async def put(self, user: str, to: Presence) -> None:
        """Make the change."""


class PresenceAxis:
    """`presence_status`, for accounts without Contact Center."""

    reads_back = False
    half = ""
    problem = ""

    def __init__(self, calls: StateCalls, config: ZoomConfig) -> None:
        self._calls, self._config = calls, config
        self.gap_s = config.presence_gap_s

    async def refresh(self) -> None:
        """See `Axis`: presence needs nothing."""

    async def read(self, user: str, *, urgent: bool) -> tuple[Shown, Shown | None]:
        """See `Axis`."""
        return presence.shown(await self._calls.presence(user, urgent=urgent)), None

    def cannot(self, now: Shown, to: Presence) -> str:
        """See `Axis`."""
        return presence.cannot_set(now, to, away_in_meeting=self._config.away_in_meeting)

    def target(self, to: Presence) -> str:
        """See `Axis`."""
        return str(Status.AWAY if to is Presence.AWAY else Status.AVAILABLE)

    def is_done(self, shown: Shown, to: Presence) -> bool:
        """See `Axis`. Whoever is in a meeting or on a call shows that as soon as the Away is gone."""
        if to is Presence.AWAY:
            return shown.key == Status.AWAY
        return shown.presence in (Presence.AVAILABLE, Presence.MEETING)

    async def put(self, user: str, to: Presence) -> None:
        """See `Axis`."""
        await self._calls.set_presence(user, "Away" if to is Presence.AWAY else "Available")


class StatusAxis:
    """Contact Center agent status. What is written is Not Ready with one of two reasons, and nothing else."""

    gap_s = 0.0
    #: Fields that Zoom does not know are accepted without a word [F-SCHED].
    reads_back = True
    half = f"{NOT_READY}/"

    def __init__(self, calls: StateCalls, config: ZoomConfig) -> None:
        self._calls, self._config = calls, config
        self.catalogue = Catalogue()
        self.problem = ""

    async def refresh(self) -> None:
        """See `Axis`: the account's ids by name, and the two reasons, made once where they are missing."""
        config = self._config
        statuses = await self._calls.entries(STATUSES)
        reasons = await self._calls.entries(REASONS)
        wanted = (config.away_reason, config.back_reason)
        self.problem = "" if named(statuses, NOT_READY) else "the account has no agent status named Not Ready"
        if not all(named(reasons, name) for name in wanted):
            self.problem = self.problem or await self._make(reasons, wanted)
            reasons = await self._calls.entries(REASONS)
        self.catalogue = _catalogue(statuses, reasons, wanted, config.statuses)

    async def _make(self, reasons: list[Entry], wanted: tuple[str, str]) -> str:
        """Make the reasons that are missing. Returns why that failed, with the way out."""
        for name in wanted:
            if named(reasons, name) is not None:
                continue
            by_hand = f"make the Not Ready reason {name!r} by hand in Contact Center's preferences"
            try:
                await self._calls.create_reason(name)
            except ReasonsFull:
                return (
                    f"the account has as many Not Ready reasons as Zoom allows (1105), so {name!r} could not "
                    "be made: delete one there, or name one that exists in away_reason or back_reason"
                )
            except (CredentialsBad, GiveUp, OutcomeUnknown) as problem:
                return f"{problem}; or {by_hand}"
        return ""

    async def read(self, user: str, *, urgent: bool) -> tuple[Shown, Shown | None]:
        """See `Axis`: beside the status, presence says whether a meeting or a call goes on."""
        status = await self._calls.agent_status(user, urgent=urgent)
        beside = presence.shown(await self._calls.presence(user, urgent=urgent))
        return self.catalogue.shown(status), beside

    def cannot(self, now: Shown, to: Presence) -> str:
        """See `Axis`."""
        return agent_status.cannot_set(now, to, self.catalogue)

    def target(self, to: Presence) -> str:
        """See `Axis`."""
        return f"{NOT_READY}/{self.catalogue.reason(to)}"

    def is_done(self, shown: Shown, to: Presence) -> bool:
        """See `Axis`."""
        return shown.key == self.target(to)

    async def put(self, user: str, to: Presence) -> None:
        """See `Axis`. The only status that goes out is Not Ready."""
        catalogue = self.catalogue
        await self._calls.set_agent_status(user, catalogue.not_ready_id, catalogue.reason(to))


def _catalogue(
    statuses: list[Entry], reasons: list[Entry], wanted: tuple[str, str], meanings: Mapping[str, Presence]
) -> Catalogue:
    away, back = (named(reasons, name) for name in wanted)
    return Catalogue(
        names={one.id: folded(one.name) for one in statuses},
        reasons={one.id: one.name for one in reasons},
        meanings={folded(name): presence_ for name, presence_ in meanings.items()},
        away_id=away.id if away else "",
        back_id=back.id if back else "",
    )
