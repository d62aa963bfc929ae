"""Conversations as the simulator keeps them: every event holds the whole, ended offers included."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Participant:
    """One leg of a conversation. The same agent may have several, of which all but one have ended."""

    id: str
    purpose: str
    user_id: str | None
    state: str
    connected: datetime | None = None
    end_time: datetime | None = None
    disconnect_type: str | None = None
    acw_start: datetime | None = None
    acw_end: datetime | None = None

    def answered(self, moment: datetime) -> None:
        """Connect this leg."""
        self.state = "connected"
        self.connected = moment

    def ended(self, moment: datetime, why: str) -> None:
        """End this leg; `why` is a `disconnectType`."""
        self.state = "disconnected"
        self.end_time = moment
        self.disconnect_type = why

    @property
    def in_after_call_work(self) -> bool:
        """Whether after-call work has begun and not ended."""
        return self.acw_start is not None and self.acw_end is None


@dataclass(slots=True)
class Conversation:
    """A call or a video conversation."""

    id: str
    acd: bool
    media: str
    acw: bool
    participants: list[Participant] = field(default_factory=list)

    def ringing(self) -> Participant:
        """Give the leg that rings now.

        Raises:
            ValueError: None does.
        """
        for person in reversed(self.participants):
            if person.state == "alerting" and person.end_time is None:
                return person
        raise ValueError(f"nobody is being rung in conversation {self.id}")

    def user_ids(self) -> list[str]:
        """Give every user who is or was in it, once each."""
        return list(dict.fromkeys(p.user_id for p in self.participants if p.user_id is not None))

    def active(self, user: str) -> bool:
        """Tell whether this user talks in it now."""
        return any(
            p.user_id == user and p.state == "connected" and p.end_time is None for p in self.participants
        )

    def wrapping_up(self, user: str) -> bool:
        """Tell whether this user's after-call work is open."""
        return any(p.user_id == user and p.in_after_call_work for p in self.participants)


def live_media(talks: Iterable[Conversation], user: str) -> tuple[bool, bool]:
    """Tell whether the user is busy with (a queue's conversation, any other one)."""
    busy = [t for t in talks if t.active(user) or t.wrapping_up(user)]
    return any(t.acd for t in busy), any(not t.acd for t in busy)
