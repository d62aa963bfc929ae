"""One notification channel kept alive: lease, socket, watchdog, renewal before the end, snapshot after."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from atdesk_genesys import protocol, wire
from atdesk_genesys.budget import Lane
from atdesk_genesys.client import Call, GenesysClient, Token
from atdesk_genesys.config import GenesysConfig
from atdesk_genesys.errors import ChannelGone
from atdesk_genesys.link import HELD, End, Lease, Link, Patience
from atdesk_sdk.errors import AdapterError, CredentialsBad, TryLater

log = logging.getLogger(__name__)

#: websockets writes the address, which is a secret, at DEBUG.
_quiet = logging.getLogger(f"{__name__}.socket")
_quiet.setLevel(logging.WARNING)


class Listener(Protocol):
    """Who a feed works for."""

    def told(self, frame: protocol.Told) -> None:
        """Take in facts about a person."""

    def ignored_frame(self, why: str) -> None:
        """Count a frame that meant nothing."""

    async def snapshot(self, users: Collection[str], lane: Lane) -> None:
        """Read these people afresh."""

    def refused(self, feed: Feed, topics: Mapping[str, frozenset[str]]) -> None:
        """Note what the platform will not tell of each of these users; nothing, mostly."""

    def condition(self, feed: Feed, problem: AdapterError | None) -> None:
        """Note that the feed works (None), or why it does not."""


class Feed:
    """Keeps one channel for some users, for ever.

    Args:
        client: The organisation.
        config: Its table.
        listener: Who hears what comes.
        clock: Monotonic seconds, the loop's own.
        now: The engine's clock, seconds since the epoch; only the channel's end is compared with it.
        chance: Jitter.
        patience: Times of getting it back.
    """

    def __init__(
        self,
        client: GenesysClient,
        config: GenesysConfig,
        listener: Listener,
        *,
        clock: Callable[[], float],
        now: Callable[[], float],
        chance: random.Random,
        patience: Patience,
    ) -> None:
        self.users: frozenset[str] = frozenset()
        self._subscribed: frozenset[str] = frozenset()
        self._client = client
        self._config = config
        self._listener = listener
        self._clock = clock
        self._now = now
        self._chance = chance
        self._patience = patience
        self._lease: Lease | None = None
        self._link: Link | None = None
        self._old: Link | None = None
        self._failures = 0
        self._resets: deque[float] = deque(maxlen=patience.resets)

    @property
    def live(self) -> bool:
        """Whether events come in right now."""
        return self._link is not None and not self._link.over.done()

    async def follow(self, users: Collection[str]) -> None:
        """Follow exactly these users; what cannot be subscribed now is when the socket is back."""
        self.users = frozenset(users)
        link = self._link
        if link is None or not self.live:
            return
        try:
            await self._subscribe(link.lease.id, link.lease.token)
        except AdapterError as problem:
            log.info("the topics could not be changed, the channel is opened again: %s", problem)
            link.end(End.LOST if isinstance(problem, ChannelGone) else End.CLOSED)

    async def run(self) -> None:
        """Run until cancelled; after what nobody foresaw it can be run again."""
        try:
            while True:
                try:
                    await self._once()
                except AdapterError as problem:
                    self._listener.condition(self, problem)
                    if isinstance(problem, ChannelGone):
                        self._lease = None
                    await self._pause(problem)
        finally:
            await self._close_all()

    async def _once(self) -> None:
        """Open a link, retire the one before it, and wait until it is over or due for renewal."""
        if self._lease is None:
            self._lease = await self._new_lease()
        while self._subscribed != self.users:
            await self._subscribe(self._lease.id, self._lease.token)
        self._link = link = await self._open(self._lease)
        self._listener.condition(self, None)
        await self._retire()
        why = await self._over(link)
        if link.broke is not None:
            raise link.broke
        log.info("the notification socket is to be replaced: %s", why.name.lower())
        if self._clock() - link.opened_s > self._patience.settled_s:
            self._failures = 0
        await self._prepare(link, why)

    async def _prepare(self, link: Link, why: End) -> None:
        if why in (End.RENEW, End.CLOSING):
            # Goes on reading until the next one stands.
            self._old = link
        else:
            await link.aclose()
        if why is End.RENEW:
            await self._client.token(instead_of=link.lease.token)
            self._lease = None
        elif why is End.LOST:
            self._lease = None
            await self._client.token(instead_of=link.lease.token)
            await self._stand_back()
        elif why is not End.CLOSING:
            await asyncio.sleep(self._next_pause())

    # -- channel -----

    async def _new_lease(self) -> Lease:
        channel, token = await self._new_channel()
        await self._subscribe(channel.id, token)
        now = self._clock()
        life = token.expires_s - now
        channel_life = life if channel.expires is None else channel.expires.timestamp() - self._now()
        # With clocks that differ by more than its life the channel's end says nothing.
        life = min(life, channel_life) if channel_life > 0 else life
        return Lease(channel.id, channel.connect_uri, token, now + max(1.0, life) * self._config.renew_at)

    async def _new_channel(self) -> tuple[wire.ChannelBody, Token]:
        """Make a channel, and say which token it belongs to; with a new one where the old one is refused."""
        token = await self._client.token()
        call = Call("make a channel", "POST", "/notifications/channels", Lane.SNAPSHOT, token=token)
        try:
            return await self._client.change(call, wire.ChannelBody), token
        except CredentialsBad:
            token = await self._client.token(instead_of=token)
            return await self._client.change(replace(call, token=token), wire.ChannelBody), token

    async def _subscribe(self, channel: str, token: Token) -> None:
        call = Call(
            "subscribe",
            "PUT",
            f"/notifications/channels/{channel}/subscriptions",
            Lane.SNAPSHOT,
            params={"ignoreErrors": "true"},
            json=protocol.subscription(sorted(self.users)),
            token=token,
        )
        wanted = self.users
        refused = protocol.refused_topics((await self._client.change(call, wire.TopicStates)).entities)
        self._subscribed = wanted
        self._listener.refused(self, {user: refused.get(user, frozenset()) for user in wanted})

    async def _unsubscribe(self, lease: Lease) -> None:
        path = f"/notifications/channels/{lease.id}/subscriptions"
        call = Call("unsubscribe", "DELETE", path, Lane.POLL, token=lease.token)
        try:
            await self._client.change(call, wire.TopicStates)
        except AdapterError as problem:
            # The channel dies by itself within a day; nothing hangs on it.
            log.info("an old channel could not be emptied: %s", problem)

    # -- socket -----

    async def _open(self, lease: Lease) -> Link:
        """Open the socket, then read everybody while events are held back, then let them through."""
        socket = await self._dial(lease)
        link = Link(lease, socket, self._clock(), asyncio.get_running_loop().create_future())
        link.reader = asyncio.create_task(self._read(link), name="genesys socket")
        try:
            await self._read_all(link)
        except BaseException:
            await link.aclose()
            raise
        held, link.held = link.held, None
        for frame in held or ():
            self._listener.told(frame)
        return link

    async def _read_all(self, link: Link) -> None:
        """Read everybody, those too who came while it was read, and all again if events had to be dropped."""
        lease, read = link.lease, frozenset[str]()
        while read != self.users:
            if self._subscribed != self.users:
                await self._subscribe(lease.id, lease.token)
            wanted = self.users
            await self._listener.snapshot(wanted - read, Lane.SNAPSHOT)
            read = wanted if not link.lost else frozenset()
            link.lost = 0

    async def _dial(self, lease: Lease) -> ClientConnection:
        try:
            return await connect(
                lease.uri,
                open_timeout=self._config.request_s,
                ping_interval=None,  # the platform's own heartbeat and ping are watched instead
                close_timeout=1,
                max_size=4 * 2**20,
                logger=_quiet,
            )
        except InvalidStatus as refused:
            status = refused.response.status_code
            kind = ChannelGone if status in (401, 403, 404) else TryLater
            raise kind(f"open the socket: Genesys answered {status}") from None
        except (OSError, InvalidHandshake, InvalidURI) as error:
            raise TryLater(f"open the socket: out of reach ({type(error).__name__})") from None

    async def _read(self, link: Link) -> None:
        try:
            while True:
                text = await self._next(link)
                if text is None:
                    link.end(End.SILENT)
                    return
                self._handle(link, protocol.parse_frame(text))
        except ConnectionClosed:
            link.end(End.CLOSED)
        except Exception as unforeseen:  # raised by whoever waits for the end of the link
            link.broke = unforeseen
            link.end(End.BROKEN)

    async def _next(self, link: Link) -> str | bytes | None:
        """Wait for a frame; after a long silence ask once whether the socket lives. None: it does not."""
        try:
            async with asyncio.timeout(self._config.silence_s):
                return await link.socket.recv()
        except TimeoutError:
            await link.socket.send(protocol.PING)
        try:
            async with asyncio.timeout(self._config.ping_s):
                return await link.socket.recv()
        except TimeoutError:
            return None

    def _handle(self, link: Link, frame: protocol.Frame) -> None:
        if isinstance(frame, protocol.Told):
            if link.held is None:
                self._listener.told(frame)
                return
            link.lost += len(link.held) == HELD
            link.held.append(frame)
        elif isinstance(frame, protocol.Closing):
            link.end(End.CLOSING)
        elif isinstance(frame, protocol.ChannelLost):
            link.end(End.LOST)
        elif isinstance(frame, protocol.Ignored):
            self._listener.ignored_frame(frame.why)

    async def _over(self, link: Link) -> End:
        try:
            async with asyncio.timeout_at(link.lease.renew_s):
                return await asyncio.shield(link.over)
        except TimeoutError:
            return End.RENEW

    # -- getting it back -----

    async def _retire(self) -> None:
        old, self._old = self._old, None
        if old is None:
            return
        await old.aclose()
        if self._lease is not None and old.lease.id != self._lease.id:
            await self._unsubscribe(old.lease)

    async def _pause(self, problem: AdapterError) -> None:
        asked = problem.retry_after_s if isinstance(problem, TryLater) else None
        if isinstance(problem, CredentialsBad):
            asked = self._patience.longest_s
        await asyncio.sleep(self._next_pause() if asked is None else asked)

    def _next_pause(self) -> float:
        pause: float = min(self._patience.longest_s, self._patience.first_s * 2**self._failures)
        self._failures = min(self._failures + 1, 16)
        return pause * self._chance.uniform(0.5, 1.0)

    async def _stand_back(self) -> None:
        now = self._clock()
        self._resets.append(now)
        if len(self._resets) < self._patience.resets or now - self._resets[0] > self._patience.resets_s:
            await asyncio.sleep(self._next_pause())
            return
        self._resets.clear()
        raise TryLater(
            "Genesys takes the channel away again and again; does another process use the same OAuth client?",
            self._patience.stand_back_s,
        )

    async def _close_all(self) -> None:
        for link in (self._old, self._link):
            if link is not None:
                await link.aclose()
