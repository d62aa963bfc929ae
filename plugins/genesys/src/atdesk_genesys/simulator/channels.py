"""Notification channels: who owns them, what they are subscribed to, and the one socket each may have."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from atdesk_genesys.simulator.access import Token
from atdesk_genesys.simulator.faults import Faults
from atdesk_genesys.simulator.organization import Limits, OpenQuestions

#: Last parts of topics of a user that can be subscribed to here.
USER_TOPICS = frozenset(
    {
        "activity",
        "presence",
        "routingStatus",
        "conversations",
        "conversations.calls",
        "conversations.videos",
        "conversationsummary",
        "outofoffice",
        "station",
    }
)


class Refused(Exception):
    """A call the platform refuses: status, code and a message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def expand_topic(topic: str) -> list[str]:
    """Spell a combined topic out: `p?a&b` is `p.a` and `p.b`."""
    prefix, mark, parts = topic.partition("?")
    return [f"{prefix}.{part}" for part in parts.split("&")] if mark else [topic]


@dataclass(eq=False, slots=True)
class Link:
    """The open socket of a channel: what waits to be sent (beyond its bound the oldest go), how to close."""

    frames: asyncio.Queue[Mapping[str, Any]] = field(default_factory=lambda: asyncio.Queue(10_000))
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    code: int = 1000
    abort: bool = False
    lost: int = 0

    def send(self, frame: Mapping[str, Any]) -> None:
        """Queue a frame."""
        if self.frames.full():
            self.frames.get_nowait()
            self.lost += 1
        self.frames.put_nowait(frame)

    def close(self, code: int = 1000, *, abort: bool = False) -> None:
        """Close with a code, or break the connection without a word."""
        self.code, self.abort = code, abort
        self.ended.set()


@dataclass(eq=False, slots=True)
class Channel:
    """One notification channel."""

    id: str
    token: Token
    expires: datetime
    used: int
    topics: dict[str, list[str]] = field(default_factory=dict)
    link: Link | None = None

    def hears(self, topic: str) -> bool:
        """Tell whether this single topic is subscribed."""
        return any(topic in singles for singles in self.topics.values())


class Channels:
    """All channels, with the platform's limits: 20 a client, 1000 topics each, one socket, 24 hours."""

    def __init__(
        self,
        limits: Limits,
        questions: OpenQuestions,
        faults: Faults,
        now: Callable[[], datetime],
        may_have: Callable[[str], str | None],
    ) -> None:
        """Take the rules, the clock, and a check that says why a single topic is not permitted (or None)."""
        self._limits = limits
        self._questions = questions
        self._faults = faults
        self._now = now
        self._may_have = may_have
        self._uses = 0
        self.all: dict[str, Channel] = {}

    def create(self, token: Token) -> Channel:
        """Make a channel; the 21st removes the least recently used, those without a socket first."""
        mine = [c for c in self.all.values() if c.token.client_id == token.client_id]
        if len(mine) >= self._limits.channels:
            oldest = min(mine, key=lambda c: (c.link is not None, c.used))
            self.remove(oldest, 1000)
        channel = Channel(f"streaming-0-{secrets.token_hex(13)}", token, self._expiry(), self._use())
        self.all[channel.id] = channel
        return channel

    def find(self, channel_id: str) -> Channel | None:
        """Give a channel that still lives."""
        channel = self.all.get(channel_id)
        if channel is not None and channel.expires <= self._now():
            self.remove(channel, 1000)
            return None
        return channel

    def owned(self, channel_id: str, token: Token) -> Channel:
        """Give a channel of this token.

        Raises:
            Refused: 404: it is gone, or belongs to another token.
        """
        channel = self.find(channel_id)
        if channel is None or not self._owns(channel, token):
            raise Refused(404, "entity.not.found", f"The channel {channel_id} was not found.")
        channel.used = self._use()
        return channel

    def subscribe(
        self, channel: Channel, topics: Iterable[str], *, replace: bool, ignore_errors: bool
    ) -> list[dict[str, Any]]:
        """Subscribe to topics and extend the channel's life.

        Returns:
            The entities of the answer: permitted ones, and refused ones where errors are ignored.

        Raises:
            Refused: 400 for an unknown topic or too many, 403 for one that is not permitted.
        """
        wanted: dict[str, list[str]] = {} if replace else dict(channel.topics)
        entities: list[dict[str, Any]] = []
        for topic in topics:
            permitted, refused = self._sort(expand_topic(topic), ignore_errors)
            if permitted:
                wanted[topic] = permitted
                entities.append(
                    {"id": topic, "state": "Permitted", "selfUri": f"/api/v2/notifications/{topic}"}
                )
            entities.extend(refused)
        if self._counted(wanted) > self._limits.topics:
            raise Refused(
                400, "notification.subscription.too.many.subscriptions", "Too many topics on the channel."
            )
        channel.topics = wanted
        channel.expires = self._expiry()
        return entities

    def attach(self, channel: Channel) -> Link:
        """Give the channel a new socket; a socket it had is dropped."""
        if channel.link is not None:
            channel.link.close(1000)
        channel.link = Link()
        channel.used = self._use()
        return channel.link

    def deliver(self, topic: str, frame: Mapping[str, Any]) -> None:
        """Send an event to every socket whose channel is subscribed; nothing is kept for closed ones."""
        for channel in self.all.values():
            if channel.link is not None and channel.hears(topic):
                for out in self._faults.socket.through(frame):
                    channel.link.send(out)

    def remove(self, channel: Channel, code: int) -> None:
        """End a channel and its socket."""
        self.all.pop(channel.id, None)
        if channel.link is not None:
            channel.link.close(code)

    def _owns(self, channel: Channel, token: Token) -> bool:
        if self._questions.renewed_token_keeps_channel:
            return channel.token.client_id == token.client_id
        return channel.token.value == token.value

    def _sort(self, singles: list[str], ignore_errors: bool) -> tuple[list[str], list[dict[str, Any]]]:
        permitted: list[str] = []
        refused: list[dict[str, Any]] = []
        for single in singles:
            why = self._may_have(single)
            if why is None:
                permitted.append(single)
            elif not ignore_errors:
                raise Refused(
                    400 if why == "notification.invalid.topic" else 403, why, f"Topic {single}: {why}"
                )
            else:
                refused.append({"id": single, "state": "Rejected", "rejectionReason": why})
        return permitted, refused

    def _counted(self, topics: Mapping[str, list[str]]) -> int:
        if self._questions.combined_counts_once:
            return len(topics)
        return sum(len(singles) for singles in topics.values())

    def _expiry(self) -> datetime:
        return self._now() + timedelta(seconds=self._limits.channel_life_s)

    def _use(self) -> int:
        self._uses += 1
        return self._uses
