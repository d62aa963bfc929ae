"""The Zoom adapter: video of meetings, flags as cards, notices to agents, webhooks in."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing
from typing import Any

from atdesk_sdk import (
    AccountRef,
    AccountSeen,
    AdapterError,
    AdapterEvent,
    CouldNotTell,
    FlagDigest,
    FlagView,
    Frame,
    HealthStatus,
    Host,
    LeadActed,
    LookRefused,
    LookRequest,
    MessageRef,
    Notice,
    PauseChanged,
    PausedBy,
    RawRequest,
    RawResponse,
    Route,
    TryLater,
)
from atdesk_sdk.condition import Condition
from atdesk_sdk.memory import remember
from atdesk_sdk.tasks import Tasks
from atdesk_zoom import webhook
from atdesk_zoom.abilities import capabilities
from atdesk_zoom.agent_chat import AgentChat
from atdesk_zoom.cards import digest_content, flag_content, pressed
from atdesk_zoom.client import ZoomClient, chatbot_login, server_login
from atdesk_zoom.config import ZoomConfig
from atdesk_zoom.door import Door
from atdesk_zoom.errors import ProtocolFault
from atdesk_zoom.flow import Flow
from atdesk_zoom.link_settings import LinkSettings, Patience, tls_context
from atdesk_zoom.notices import is_agents
from atdesk_zoom.rewriting import Content, Rewriting
from atdesk_zoom.roster import Roster
from atdesk_zoom.stream import Stream, Surroundings
from atdesk_zoom.words import words_in

logger = logging.getLogger(__name__)

#: Bounds on what is remembered; the oldest falls out.
_MEETINGS, _DELIVERIES, _ADDRESSES, _STREAMS = 2000, 10_000, 10_000, 2000
#: A message that would have to wait longer than this for its chat goes back to the engine.
_FLOW_WAIT_S = 2.0


class ZoomAdapter:
    """One Zoom account.

    Implements `VideoSource`, `FlagSink`, `DigestSink`, `ChannelMembers`, `AgentNotice` and `Ingress`.

    Args:
        config: The table `[[zoom]]`.
        patience: Waits of the RTMS links.

    Attributes:
        counts: What was skipped, dropped or refused, by kind; for the metrics.
    """

    platform = "zoom"

    def __init__(self, config: ZoomConfig, patience: Patience | None = None) -> None:
        self._config, self._patience = config, patience or Patience()
        self.name, self.tenant = config.name, config.tenant
        chatbot = config.chatbot
        self.capabilities = capabilities(private=chatbot.channels_private, language=chatbot.card_language)
        self._say = words_in(chatbot.card_language)
        self.counts: Counter[str] = Counter()
        self._host: Host | None = None
        self._condition: Condition | None = None
        self._client: ZoomClient | None = None
        self._secrets: dict[str, str] = {}
        self._links: LinkSettings | None = None
        self._streams: dict[str, Stream] = {}
        self._rosters: OrderedDict[str, Roster] = OrderedDict()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._jids: OrderedDict[str, str] = OrderedDict()
        self._flow = Flow()
        self._tasks: Tasks | None = None
        self._door: Door | None = None
        rewriting = Rewriting(self._change, self._spawn, self._patience.backoff, self.counts)
        self._chat = AgentChat(self.tenant, self._emit, rewriting, chatbot.card_language, self.counts)

    # ---- life --------------------------------------------------------------------------------------------

    async def start(self, host: Host) -> None:
        """See `Adapter`. Both tokens are fetched, so that wrong credentials show at once."""
        await self.aclose()
        config = self._config
        self._secrets = await asyncio.to_thread(config.secrets)
        tls = await asyncio.to_thread(tls_context, config)
        simulated = config.simulator is not None
        self._links = LinkSettings(
            config.fps, config.max_picture_bytes, config.stream_hosts, simulated, tls, self._patience
        )
        server = server_login(config.server.client_id, self._secrets["server"], config.tenant)
        chatbot = chatbot_login(config.chatbot.client_id, self._secrets["chatbot"])
        self._client = ZoomClient(config.api_url, config.token_url, server, chatbot, proxies=not simulated)
        await self._client.sign_in()
        self._host, self._condition = host, Condition(self.name, host)
        self._tasks = Tasks(self.name, self._condition, host.now, self._patience.rests)
        self._door = Door(self.name, self._condition, self.counts, self._trouble)
        self._condition.over("start")

    async def aclose(self) -> None:
        """See `Adapter`."""
        streams, self._streams = list(self._streams.values()), {}
        for error in await asyncio.gather(*(one.aclose() for one in streams), return_exceptions=True):
            if error is not None:
                logger.error("a stream did not close well: %s", type(error).__name__)
        if self._tasks is not None:
            await self._tasks.aclose()
        if self._door is not None:
            self._door.aclose()
        client, self._client, self._host, self._condition = self._client, None, None, None
        if client is not None:
            await client.aclose()

    # ---- video -------------------------------------------------------------------------------------------

    async def frames(self, request: LookRequest) -> AsyncGenerator[Frame, None]:
        """See `VideoSource`."""
        if self._host is None:
            raise LookRefused(CouldNotTell.ADAPTER_DOWN, "the Zoom adapter is not running")
        stream = self._streams.get(request.key.stream_id)
        if stream is None:
            raise LookRefused(CouldNotTell.NO_SIGNAL, "there is no such stream")
        async with aclosing(stream.frames(request)) as frames:
            async for frame in frames:
                yield frame

    # ---- messages ----------------------------------------------------------------------------------------

    async def post(self, flag: FlagView) -> MessageRef:
        """See `FlagSink`."""
        channel = self._config.chatbot.channel(flag.team)
        return await self._post(channel, flag_content(flag, self._say))

    async def update(self, ref: MessageRef, flag: FlagView) -> None:
        """See `FlagSink`."""
        await self._change(ref.external_id, flag_content(flag, self._say))

    async def post_digest(self, digest: FlagDigest) -> MessageRef:
        """See `DigestSink`."""
        channel = self._config.chatbot.channel(digest.team)
        return await self._post(channel, digest_content(digest, self._say))

    async def update_digest(self, ref: MessageRef, digest: FlagDigest) -> None:
        """See `DigestSink`."""
        await self._change(ref.external_id, digest_content(digest, self._say))

    async def members(self) -> None:
        """See `ChannelMembers`. Zoom does not say: it documents no call by which a chatbot could ask."""
        return

    async def notify(self, notice: Notice) -> MessageRef:
        """See `AgentNotice`: a 1:1 message of the chatbot, with what the agent can say to it."""
        jid = await self._jid(notice.account.external_id)
        ref = await self._post(jid, self._chat.content(notice))
        self._chat.sent(notice, ref.external_id)
        return ref

    async def _change(self, message_id: str, content: Content) -> None:
        await self._running().change_message(message_id, self._message(content))

    async def _post(self, to_jid: str, content: Content) -> MessageRef:
        client, loop = self._running(), asyncio.get_running_loop()
        wait_s = self._flow.wait_s(to_jid, loop.time())
        if wait_s > _FLOW_WAIT_S:
            raise TryLater("this chat has had as many messages as Zoom allows for now", wait_s)
        self._flow.sent(to_jid, loop.time() + wait_s)
        await asyncio.sleep(wait_s)
        message_id = await client.post_message(self._message(content) | {"to_jid": to_jid})
        return MessageRef(self.name, to_jid, message_id)

    def _message(self, content: Content) -> dict[str, Any]:
        bot = self._config.chatbot
        ids = {"robot_jid": bot.robot_jid, "account_id": self.tenant, "user_jid": bot.user_jid}
        return ids | {"content": content}

    async def _jid(self, user_id: str) -> str:
        if user_id not in self._jids:
            remember(self._jids, user_id, await self._running().user_jid(user_id), _ADDRESSES)
        return self._jids[user_id]

    # ---- webhooks ----------------------------------------------------------------------------------------

    def routes(self) -> Sequence[Route]:
        """See `Ingress`: `/events` for the RTMS app, `/bot` for the chatbot, `/server` for the third app."""
        doors = (webhook.EVENTS, webhook.BOT, webhook.SERVER)
        return doors[:2] if self._config.server.webhook_secret is None else doors

    async def handle(self, request: RawRequest) -> RawResponse:
        """See `Ingress`. The answer never waits for the work: Zoom gives 3 s, links take longer [D-WH]."""
        if self._host is None or self._door is None:
            return RawResponse(503)
        secret = self._secrets[webhook.signed_with(request.path)]
        if not self._door.admits(request, secret):
            return RawResponse(401)
        try:
            delivery = webhook.read_delivery(request.body)
        except ProtocolFault as fault:
            self.counts[fault.kind] += 1
            logger.warning("a webhook that Zoom signed cannot be read: %s", fault)
            return RawResponse(400)
        if isinstance(delivery.meaning, webhook.Challenge):
            body = webhook.challenge_body(delivery.meaning, secret)
            return RawResponse(200, body, {"content-type": "application/json"})
        if delivery.key in self._seen:
            self.counts["webhook_repeated"] += 1
            return RawResponse(200)
        self._take(delivery, request.received_at)
        remember(self._seen, delivery.key, None, _DELIVERIES)  # now: what failed may come again
        return RawResponse(200)

    def _take(self, delivery: webhook.Delivery, received_at: float) -> None:
        """Act on an event. None of this waits: what takes long goes to a task."""
        meaning = delivery.meaning
        if isinstance(meaning, webhook.StreamStarted):
            self._stream_started(meaning)
        elif isinstance(meaning, webhook.StreamStopped):
            self._with_stream(meaning.stream_id, lambda stream: stream.stopped(meaning.reason))
        elif isinstance(meaning, webhook.StreamInterrupted):
            self._with_stream(meaning.stream_id, lambda stream: stream.link.interrupted())
        elif isinstance(meaning, webhook.Attendance):
            self._attendance(meaning)
        elif isinstance(meaning, webhook.MeetingEnded):
            self._rosters.pop(meaning.meeting_uuid, None)
        elif isinstance(meaning, webhook.Pressed):
            self._pressed(meaning, delivery.at_s, received_at)
        else:
            self.counts["webhook_unused"] += 1

    def _pressed(self, press: webhook.Pressed, at_s: float, received_at: float) -> None:
        """On a notice by the agent who was told, or on the card of a flag: core knows who is a lead."""
        try:
            if is_agents(press.value):
                self._chat.pressed(press, at_s or received_at, received_at)
                return
            number, action, reason = pressed(press.value)
        except ProtocolFault as fault:
            self.counts[fault.kind] += 1
            return
        account = AccountRef("zoom", self.tenant, press.person_id)
        self._emit(LeadActed(number, action, reason, account, at_s or received_at, received_at))

    # ---- streams -----------------------------------------------------------------------------------------

    def _stream_started(self, started: webhook.StreamStarted) -> None:
        """A new stream, or a new server for one that we have (case 1 of [D-FAIL])."""
        known = self._streams.get(started.stream_id)
        if known is not None:
            known.link.restart(started.server_urls)
            return
        if len(self._streams) >= _STREAMS:
            self.counts["stream_refused"] += 1
            message = f"more than {_STREAMS} streams at once: some are not watched"
            self._trouble(message)
            return
        roster = self._roster(started.meeting_uuid, started.meeting_id)
        self._lift_pause(roster, started.operator_id)
        stream = self._streams[started.stream_id] = Stream(started, roster, self._surroundings())
        stream.start()

    def _lift_pause(self, roster: Roster, operator_id: str) -> None:
        """Who starts the stream again, by hand, in the meeting in which it was stopped, has resumed."""
        if operator_id and operator_id in roster.stopped_for and self._host is not None:
            roster.stopped_for.discard(operator_id)
            self._chat.resumed(operator_id)
            account, now = AccountRef("zoom", self.tenant, operator_id), self._host.now()
            self._emit(PauseChanged(account, False, PausedBy.AGENT, now, now))

    def _surroundings(self) -> Surroundings:
        if self._host is None or self._links is None or self._tasks is None:
            raise RuntimeError("a stream started before the adapter")
        config = self._config
        return Surroundings(
            name=self.name,
            tenant=self.tenant,
            host=self._host,
            links=self._links,
            tasks=self._tasks,
            client_id=config.app.client_id,
            client_secret=self._secrets["app"],
            dwell_s=config.dwell_s,
            inside_domains=config.inside_domains,
            counts=self.counts,
            connected=self._connected,
            ended=self._ended,
            stays_paused=self._chat.is_paused,
        )

    def _with_stream(self, stream_id: str, act: Callable[[Stream], None]) -> None:
        stream = self._streams.get(stream_id)
        if stream is None:
            self.counts["webhook_of_unknown_stream"] += 1
        else:
            act(stream)

    def _ended(self, stream_id: str, message: str) -> None:
        """A stream is over; a task closes its sockets, since its own task may be the one that says so."""
        stream = self._streams.pop(stream_id, None)
        if stream is not None:
            self._spawn(stream.link.aclose())
        if message:
            self._trouble(message)

    def _attendance(self, news: webhook.Attendance) -> None:
        roster = self._roster(news.meeting_uuid, news.meeting_id)
        streams = [one for one in self._streams.values() if one.roster is roster]
        if not news.joined:
            for stream in streams:
                stream.gone(news.user_id)
        roster.take(news)
        for stream in streams:
            stream.refresh()
        self._tell_of_account(news)
        if news.joined and self._may_start(roster, news.person_id):
            self._spawn(self._start_stream(roster, news))

    def _tell_of_account(self, news: webhook.Attendance) -> None:
        """Zoom gives an e-mail for people of its own account only, and has verified it."""
        if news.joined and news.person_id and news.email and self._host is not None:
            now, account = self._host.now(), AccountRef(self.platform, self.tenant, news.person_id)
            self._host.emit(AccountSeen(account, news.email, now, now))

    def _may_start(self, roster: Roster, person_id: str) -> bool:
        """A meeting that has a stream needs none, and one whose stream somebody stopped is left alone."""
        streamed = any(one.roster is roster for one in self._streams.values())
        return person_id in self._config.start_for and person_id not in roster.stopped_for and not streamed

    async def _start_stream(self, roster: Roster, who: webhook.Attendance) -> None:
        """Ask for a stream, and again while Zoom is busy and the stream is still to be asked for."""
        for pause_s in (*self._patience.backoff, None):
            if not self._may_start(roster, who.person_id):
                return
            try:
                client_id = self._config.app.client_id
                await self._running().start_stream(who.meeting_id, who.person_id, client_id)
                return
            except TryLater as problem:
                if pause_s is None:
                    self._trouble(f"a stream could not be asked for: {problem}")
                    return
                await asyncio.sleep(max(pause_s, min(problem.retry_after_s or 0.0, 60.0)))
            except AdapterError as problem:
                self._trouble(f"a stream could not be asked for: {problem}")
                return

    def _roster(self, uuid: str, meeting_id: str) -> Roster:
        roster = self._rosters.get(uuid) or Roster(uuid, meeting_id)
        roster.meeting_id = roster.meeting_id or meeting_id
        remember(self._rosters, uuid, roster, _MEETINGS)
        return roster

    # ---- odds --------------------------------------------------------------------------------------------

    def _running(self) -> ZoomClient:
        if self._client is None:
            raise TryLater("the Zoom adapter is not running")
        return self._client

    def _health(self) -> Condition:
        if self._condition is None:
            raise TryLater("the Zoom adapter is not running")
        return self._condition

    def _emit(self, event: AdapterEvent) -> None:
        if self._host is not None:
            self._host.emit(event)

    def _trouble(self, message: str) -> None:
        """Of streams; what is wrong with the states has a name of its own."""
        if self._condition is not None:
            self._condition.trouble("streams", HealthStatus.DEGRADED, message)

    def _connected(self) -> None:
        if self._condition is not None:
            self._condition.over("streams")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        if self._tasks is not None:
            self._tasks.do(work, "an errand")
        else:
            work.close()
