"""The simulated platform as one object: people, tokens, channels, faults and the journal, joined."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from atdesk_genesys.simulator import wire
from atdesk_genesys.simulator.access import RateLimiter, Tokens
from atdesk_genesys.simulator.channels import USER_TOPICS, Channel, Channels
from atdesk_genesys.simulator.faults import Faults
from atdesk_genesys.simulator.journal import Journal
from atdesk_genesys.simulator.organization import PEOPLE, Limits
from atdesk_genesys.simulator.sign_in import PageClient, SignIn
from atdesk_genesys.simulator.world import World


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Message:
    """A message that reached the group chat through the generic webhook."""

    at_s: float
    text: str
    metadata: str | None


class Platform:
    """Everything the simulator knows. The HTTP side and the control plane are thin over it.

    Args:
        limits: Limits and timers, already scaled.
        people: `(id, name)` of each user.
        seed: Of made-up ids and small lags.
        client_id: The one client that exists.
        client_secret: Its secret; made up when None.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        people: Sequence[tuple[str, str]] = PEOPLE,
        seed: int = 0,
        client_id: str = "atdesk-simulated-client",
        client_secret: str | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.faults = Faults()
        self.journal = Journal()
        self.world = World(self._event, self._after, limits=self.limits, seed=seed, people=people)
        self.client_id = client_id
        self.client_secret = client_secret or secrets.token_urlsafe(24)
        self.tokens = Tokens({client_id: self.client_secret}, time.monotonic)
        self.sign_in = SignIn(
            PageClient("atdesk-simulated-page"), self.tokens, time.monotonic, self.limits.code_life_s
        )
        self.limiter = RateLimiter(self.limits.requests, self.limits.window_s, time.monotonic)
        self.channels = Channels(
            self.limits, self.world.questions, self.faults, _wall_clock, self.refuse_topic
        )
        self.webhook_id = str(uuid4())
        self.messages: list[Message] = []

    # -- what the socket says unasked -----

    def announce_closing(self) -> None:
        """Say `v2.system.socket_closing` on every socket and close it a minute later: maintenance."""
        for channel in list(self.channels.all.values()):
            if channel.link is not None:
                link = channel.link
                link.send(
                    {"topicName": "v2.system.socket_closing", "eventBody": {"message": "Socket closing"}}
                )
                self._after(self.limits.closing_s, lambda link=link: link.close(1001))  # type: ignore[misc]

    def close_sockets(self, code: int = 1001, *, abort: bool = False) -> None:
        """Close every socket now; `abort` breaks the connections without a close frame."""
        for channel in self.channels.all.values():
            if channel.link is not None:
                channel.link.close(code, abort=abort)

    def no_longer_subscribed(self, reason: str = "another_channel_subscribed") -> None:
        """Tell every socket that its channel lost its subscriptions, and take them away."""
        for channel in self.channels.all.values():
            self._system(channel, "no_longer_subscribed", reason)
            channel.topics = {}

    def revoke_tokens(self) -> None:
        """Revoke every token: REST answers 401 from now on, sockets hear `token_revoked`."""
        self.tokens.expire_all()
        for channel in self.channels.all.values():
            self._system(channel, "token_revoked", "user_tokens_revoked")

    def expire_tokens(self) -> None:
        """Let every token run out. Nobody is told."""
        self.tokens.expire_all()

    def expire_codes(self) -> None:
        """Let every authorization code run out."""
        self.sign_in.expire_codes()

    def expire_people(self) -> None:
        """Let every token that stands for a person run out: they have to sign in again."""
        self.tokens.expire_people()

    def expire_channels(self) -> None:
        """End every channel, as after 24 hours."""
        for channel in list(self.channels.all.values()):
            self.channels.remove(channel, 1000)

    def say(self, frame: Mapping[str, Any]) -> None:
        """Put any frame on every socket: what a newer platform might send one day."""
        for channel in self.channels.all.values():
            if channel.link is not None:
                channel.link.send(frame)

    def refuse_topic(self, topic: str) -> str | None:
        """Say why a single topic is refused, or None. Unknown names and users are invalid topics."""
        version, users, *rest = [*topic.split(".", 3), "", ""][:4]
        user, last = rest
        if (version, users) != ("v2", "users") or last not in USER_TOPICS or user not in self.world.agents:
            return "notification.invalid.topic"
        return "notification.unauthorized.topic" if last in self.world.settings.refused_topics else None

    def take_message(self, message: Message) -> None:
        """Show a message in the group chat."""
        self.messages.append(message)

    @staticmethod
    def monotonic() -> float:
        """The clock of the journal."""
        return time.monotonic()

    def _event(self, user: str, last: str, body: Mapping[str, Any]) -> None:
        topic = f"v2.users.{user}.{last}"
        self.channels.deliver(topic, wire.envelope(topic, body, str(uuid4())))

    def _system(self, channel: Channel, kind: str, reason: str) -> None:
        if channel.link is not None:
            body = wire.system_message(kind, reason, channel.id, channel.token.client_id, str(uuid4()))
            channel.link.send(
                wire.envelope(f"v2.system.{kind}.{channel.token.client_id}", body, str(uuid4()))
            )

    @staticmethod
    def _after(seconds: float, run: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds, run)
