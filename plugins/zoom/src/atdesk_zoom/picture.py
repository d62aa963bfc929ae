"""One person's state, from events and reads that cross on their way, with a name for each change.

Zoom gives a change no name of its own, and a read has no time. So each change that is seen gets a name here,
and a write of ours has its name before it goes out: what comes back as its echo keeps that name, whatever
else is seen is somebody else's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from atdesk_sdk import AccountRef, AgentState, Interaction
from atdesk_zoom.presence import Shown

#: So long after a write the event about it may come, seconds; Zoom's events have whole seconds.
ECHO_S = 5.0
#: An event that comes later than this may be older than what a read has shown since: it is read again.
LATE_S = 10.0
#: A clock may be ahead of ours by so much; a time from further ahead would hide what comes after it.
_AHEAD_S = 300.0
_BUSIEST = (Interaction.CUSTOMER_CALL, Interaction.AFTER_CALL, Interaction.MEETING)

Fresh = Callable[[Shown], str]
"""Gives a change a name that no other change has."""


@dataclass(slots=True)
class Ours:
    """A write of ours.

    Attributes:
        key: What it makes of the person's state (`Shown.key`).
        revision: Its name.
        begun_at: Engine's clock, right before it went out.
        half: What it makes of it if Zoom drops a part; empty: it has no parts.
        before: What was shown when it was decided.
        ended_at: When it was settled; None while it is under way.
        foreign: What somebody else was told to have chosen while it was under way; empty: nothing.
        echoed: The event about it has come.
    """

    key: str
    revision: str
    begun_at: float
    half: str = ""
    before: str = ""
    ended_at: float | None = None
    foreign: str = ""
    echoed: asyncio.Event = field(default_factory=asyncio.Event)

    def is_echo(self, shown: Shown, moment: float, received_at: float) -> bool:
        """Whether an event is about this write: the same value, at the same time by either clock."""
        until = received_at if self.ended_at is None else self.ended_at
        close = any(self.begun_at - ECHO_S <= at <= until + ECHO_S for at in (moment, received_at))
        return shown.key == self.key and close

    def is_of_before(self, shown: Shown, moment: float) -> bool:
        """Whether an event may tell of what this write was decided on; times have whole seconds."""
        return shown.key == self.before and moment < int(self.begun_at) + 1


@dataclass(slots=True)
class Picture:
    """What is known of one person.

    Attributes:
        shown: The axis that is written; None before the first read or event.
        beside: The other one, of which only what goes on counts; None where there is none.
        revision: Name of the change that led to `shown`.
        since: When that was, seconds since the epoch: Zoom's clock, or ours where Zoom gave no time.
        told_at: Time of the newest event, Zoom's clock.
        changed_at: When `shown` was last changed here, engine's clock.
        untold: It was a read that showed this change; the event about it may still come.
        read_again: What is known is in doubt.
        ours: Our newest write.
    """

    shown: Shown | None = None
    beside: Shown | None = None
    revision: str = ""
    since: float = 0.0
    told_at: float = 0.0
    changed_at: float = 0.0
    untold: bool = False
    read_again: bool = False
    ours: Ours | None = None

    def hear(self, shown: Shown, at_s: float, received_at: float, fresh: Fresh) -> None:
        """Take in an event.

        Args:
            shown: What it says.
            at_s: When, by Zoom's clock; 0 when it does not say.
            received_at: Engine's clock.
            fresh: Names a change.
        """
        moment = min(at_s or received_at, received_at + _AHEAD_S)
        ours = self.ours
        if moment < self.told_at:
            self._hear_old(shown, moment, received_at, fresh)
            return
        same_second, self.told_at = moment == self.told_at, moment
        if ours is not None and ours.is_echo(shown, moment, received_at):
            self._hear_echo(ours, shown, received_at)
        elif received_at - moment > LATE_S or (ours is not None and ours.is_of_before(shown, moment)):
            self.read_again = True
        elif self._was_read(shown, received_at):
            self.untold = False
        else:
            if ours is not None and ours.ended_at is None and shown.key != ours.half:
                ours.foreign = shown.raw
            self._take(shown, fresh(shown), moment, received_at)
            self.read_again = same_second  # which of two came first, their times do not say

    def _was_read(self, shown: Shown, received_at: float) -> bool:
        """Whether an event tells of the change that a read has shown just before."""
        same = self.shown is not None and shown.key == self.shown.key
        return self.untold and same and received_at - self.changed_at <= ECHO_S

    def _hear_old(self, shown: Shown, moment: float, received_at: float, fresh: Fresh) -> None:
        """What is over changes nothing; but whoever acted after us made what stands now their own."""
        ours = self.ours
        if ours is None or self.revision != ours.revision or shown.key in (ours.key, ours.half):
            return
        if moment >= int(ours.begun_at):
            self.rename(fresh(shown), received_at)

    def _hear_echo(self, ours: Ours, shown: Shown, received_at: float) -> None:
        ours.echoed.set()
        if self.revision == ours.revision:
            return
        if ours.ended_at is None and not ours.foreign:
            self._take(shown, ours.revision, ours.begun_at, received_at)
        else:  # somebody chose something else in between: only Zoom knows what stands
            self.read_again = True

    def read(self, shown: Shown, began_at: float, now: float, fresh: Fresh) -> None:
        """Take in a read that was asked for at `began_at`; what was told since is newer."""
        self.read_again = False
        if self.shown is not None and shown.key == self.shown.key:
            self.shown = shown
        elif self.shown is not None and began_at < self.changed_at:
            self.read_again = True
        elif self.ours is not None and self.ours.ended_at is None and shown.key == self.ours.key:
            self._take(shown, self.ours.revision, self.ours.begun_at, now)
        else:
            self._take(shown, fresh(shown), now, now)
            self.untold = True

    def begin(self, ours: Ours) -> Ours:
        """A write of ours goes out; its echo may come before its answer."""
        self.ours = ours
        return ours

    def rename(self, revision: str, now: float) -> None:
        """What stands is ours, or is not ours after all."""
        self.revision, self.changed_at = revision, now

    def state(self, account: AccountRef, source: str) -> AgentState | None:
        """The whole state; None as long as nothing is known."""
        if self.shown is None:
            return None
        beside = self.beside.interaction if self.beside is not None else Interaction.NONE
        return AgentState(
            account=account,
            presence=self.shown.presence,
            routing=self.shown.routing,
            interaction=next(
                (one for one in _BUSIEST if one in (self.shown.interaction, beside)), Interaction.NONE
            ),
            since=self.since,
            source=source,
            revision=self.revision,
            out_of_office=self.shown.out_of_office or (self.beside is not None and self.beside.out_of_office),
        )

    def _take(self, shown: Shown, revision: str, since: float, now: float) -> None:
        self.shown, self.revision, self.since, self.changed_at = shown, revision, since, now
        self.untold = False
