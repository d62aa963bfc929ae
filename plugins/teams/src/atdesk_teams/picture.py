"""What is known of one person's presence, put together from readings that may come late or out of order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from atdesk_sdk.events import AccountRef, AgentState, Presence, Routing
from atdesk_teams.presence import Shown, meaning

#: A version stamp that stays behind for this long is believed after all: the platform counts anew.
_STALE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Own:
    """An Away of ours that may stand.

    Attributes:
        set_at: When it was first set, engine's clock; names it, however often it is renewed.
        settled: Whether Teams has shown it: from then on, something else shown means somebody replaced it.
    """

    set_at: float
    settled: bool

    @property
    def revision(self) -> str:
        """What its echo is known by, over restarts too."""
        return f"ours@{self.set_at * 1000:.0f}"


@dataclass(slots=True)
class Picture:
    """One person.

    Attributes:
        shown: The newest reading; None before the first, and after the person could not be read any more.
        since: When what is shown was first seen, engine's clock. Graph gives no time.
        began_at: When the newest reading was asked for; an answer to an older question is late.
        own: The Away of ours that may stand.
        dropped: Readings that were older than what is known.
    """

    shown: Shown | None = None
    since: float = 0.0
    began_at: float = float("-inf")
    own: Own | None = None
    dropped: int = 0
    _stale_since: float | None = None
    _version: str = ""

    def take(self, shown: Shown, began_at: float, now: float) -> bool:
        """Take in a reading.

        Args:
            shown: What it says.
            began_at: When it was asked for, engine's clock.
            now: When it came, engine's clock.

        Returns:
            Whether anything is different now.
        """
        if began_at < self.began_at or self._is_stale(shown, now):
            self.dropped += 1
            return False
        self.began_at = began_at
        if self.own is not None and shown.is_away:
            self.own = replace(self.own, settled=True)
        if shown == self.shown:
            return False
        known, self.shown = self.shown, shown
        if known is None or known.words != shown.words:
            self.since = now
        if known is None or not shown.sequence or known.words != shown.words:
            self._version = f"{self.since * 1000:.0f}"
        if shown.sequence:
            self._version = shown.sequence
        return True

    def lost(self, now: float) -> bool:
        """Note that the person cannot be read: nothing is known of them. Returns whether that is new."""
        was_known, self.shown = self.shown is not None, None
        self.since = now if was_known else self.since
        return was_known

    @property
    def is_ours(self) -> bool:
        """Whether the Away that is shown is the one that we set."""
        return self.own is not None and self.shown is not None and self.shown.is_away

    @property
    def revision(self) -> str:
        """Names what is shown: an Away of ours by when it was set, everything else by its version."""
        if self.is_ours and self.own is not None:
            return self.own.revision
        words = "/".join(self.shown.words) if self.shown else "lost"
        return f"{words}@{self._version}"

    def state(self, account: AccountRef, source: str) -> AgentState | None:
        """Give the whole state, or None before the first reading."""
        if self.shown is None:
            return None
        means = meaning(self.shown.availability, self.shown.activity)
        return AgentState(
            account=account,
            presence=means.presence,
            routing=Routing.UNKNOWN,
            interaction=means.interaction,
            since=self.since,
            source=source,
            revision=self.revision,
            out_of_office=self.shown.out_of_office or means.out_of_office,
        )

    def _is_stale(self, shown: Shown, now: float) -> bool:
        known = self.shown.sequence if self.shown else ""
        if not known or not shown.sequence or shown.sequence >= known:
            self._stale_since = None
            return False
        if self._stale_since is None:
            self._stale_since = now
        return now - self._stale_since < _STALE_S


def unreadable(state: AgentState, now: float) -> AgentState:
    """What is said of somebody who cannot be read any more: nothing, and never that they are away."""
    return replace(
        state, presence=Presence.UNKNOWN, since=now, source="lost", revision=f"lost@{now * 1000:.0f}"
    )
