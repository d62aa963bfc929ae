"""The bot as it runs: its token, what it writes where and how fast, and who reads its channels."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Awaitable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, Final, TypeVar

import httpx

from atdesk_sdk.errors import AdapterError, CredentialsBad, TryLater
from atdesk_sdk.events import AccountRef, AdapterEvent
from atdesk_sdk.flags import MessageRef
from atdesk_sdk.health import HealthStatus
from atdesk_sdk.strangers import Strangers
from atdesk_teams.activities import Came, Went
from atdesk_teams.bot_verdicts import NotInstalled, NotThere, OutOfReach
from atdesk_teams.cards import Card
from atdesk_teams.config import PLATFORM, TeamsConfig
from atdesk_teams.connector import ConnectorClient, message
from atdesk_teams.conversation_ids import base_of
from atdesk_teams.conversations import Conversations, Talk
from atdesk_teams.flow import Flow
from atdesk_teams.parts import Ground
from atdesk_teams.proof import Proof
from atdesk_teams.rewriting import Rewriting
from atdesk_teams.sign_in import SignIn, credential_of

log = logging.getLogger(__name__)

#: A message that would have to wait longer than this for its conversation goes back to the engine.
_FLOW_WAIT_S: Final = 2.5
#: So long the end waits for what is under way.
_CLOSE_S: Final = 1.0
_NO_REACH: Final = "the Bot Connector is out of reach: cards and notices wait until it is back"

Result = TypeVar("Result")


class Bot:
    """A `Part`: everything that the bot writes goes through here.

    Args:
        config: The table.
        counts: For the metrics.
    """

    def __init__(self, config: TeamsConfig, counts: Counter[str]) -> None:
        self._config, self._counts = config, counts
        self.bot_id = config.bot_id or config.client_id
        self._ground: Ground | None = None
        self._flow = Flow()
        self._rewriting = Rewriting(self.change, self.later, counts)
        self._tasks: set[asyncio.Task[None]] = set()

    # ---- life --------------------------------------------------------------------------------------------

    async def start(self, ground: Ground) -> None:
        """See `Part`. What Microsoft refuses now is said, and tried again with the first message."""
        async with AsyncExitStack() as opened:
            await self._open(ground, opened)
            self._opened = opened.pop_all()
        self._ground = ground
        self.later(self._warm())

    async def _open(self, ground: Ground, opened: AsyncExitStack) -> None:
        """Open all it needs; what fails half way leaves nothing open."""
        config = self._config
        tls = await asyncio.to_thread(_trusted, config)
        self._sign_in = await asyncio.to_thread(bot_sign_in, config)
        opened.callback(self._sign_in.close)
        path = config.state_dir / f"{config.name}-conversations.db"
        self._talks = Conversations(path, config.connector, ground.condition)
        opened.push_async_callback(self._talks.aclose)
        await self._talks.open(ground.host.now())
        # A connection of its own for each request: one that Teams has closed meanwhile would leave it open
        # whether a message went out. There are few of them, a second at most, and they are not urgent.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.AsyncClient(timeout=config.request_s, verify=tls or True, limits=limits)
        opened.push_async_callback(self._http.aclose)
        self._client = ConnectorClient(
            self.bot_id, config.tenant, self._sign_in, config.bot_scope, self._http
        )
        self.proof = Proof(config, self.bot_id, tls)
        loop = asyncio.get_running_loop()
        self._strangers = Strangers(config.name, ground.condition, loop.time, loop.call_later)
        opened.callback(self._strangers.aclose)

    async def aclose(self) -> None:
        """See `Part`."""
        if self._ground is None:
            return
        self._ground = None
        tasks = tuple(self._tasks)
        if tasks:  # what asks for keys and tokens is in threads, which cannot be cancelled
            await asyncio.wait(tasks, timeout=_CLOSE_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._rewriting.forget()
        await self._opened.aclose()

    @property
    def is_running(self) -> bool:
        """Between `start` and `aclose`."""
        return self._ground is not None

    @property
    def talks(self) -> Conversations:
        """Where it may write."""
        return self._talks

    def emit(self, event: AdapterEvent) -> None:
        """Hand an event to the engine."""
        if self._ground is not None:
            self._ground.host.emit(event)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this in a task of the bot's own. An error that nothing foresaw is said and counted.

        After the end it is not begun: an activity may still be at work then.
        """
        if self._ground is None:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work, name="teams bot")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._counts["task_failed"] += 1
            log.error("%s: a task of the bot failed: %s", self._config.name, type(error).__name__)

    async def _warm(self) -> None:
        """The keys before the first activity, the token before the first message."""
        try:
            await self._minded("bot", self._sign_in.token(self._config.bot_scope))
            await self.proof.warm()
        except AdapterError:
            return

    # ---- out ---------------------------------------------------------------------------------------------

    async def post(self, channel_id: str, card: Card, summary: str) -> MessageRef:
        """Post a card to a channel.

        Raises:
            AdapterError: With its verdict; `OutcomeUnknown` when the answer was lost.
        """
        self._running()
        await self._paced(channel_id)
        where = self._talks.service_of(channel_id)
        posting = self._client.begin_thread(where, channel_id, message(card, summary))
        thread, message_id = await self._minded("channel", self._held(channel_id, posting))
        return MessageRef(self._config.name, thread, message_id)

    async def change(self, ref: MessageRef, card: Card, summary: str) -> None:
        """Put this card in place of a message of ours; everybody sees it.

        Raises:
            AdapterError: With its verdict.
        """
        self._running()
        conversation = base_of(ref.channel)
        await self._paced(conversation)
        where = self._talks.service_of(ref.channel)
        changing = self._client.change(where, ref.channel, ref.external_id, message(card, summary))
        await self._minded("bot", self._held(conversation, changing))

    def change_later(self, ref: MessageRef, card: Card, summary: str) -> None:
        """The same without waiting; the newest card of a message wins. See `Rewriting`."""
        if self.is_running:
            self._rewriting.show(ref, card, summary)

    async def tell(self, object_id: str, card: Card, summary: str) -> MessageRef:
        """Write to one person alone.

        Raises:
            AdapterError: With its verdict; `OutcomeUnknown` when the answer was lost.
        """
        self._running()
        object_id = object_id.lower()  # as it comes in, and as chats are kept
        known = self._talks.person(object_id)
        talk = known or await self._begin_chat(object_id)
        try:
            return await self._say(talk, card, summary)
        except NotThere:
            await self._talks.forget_person(object_id)
            if known is None:
                raise
        return await self._say(await self._begin_chat(object_id), card, summary)

    def tell_later(self, object_id: str, card: Card, summary: str) -> None:
        """The same, without waiting; a failure is counted and nothing else."""
        self.later(self._tell_if_possible(object_id, card, summary))

    async def readers(self) -> frozenset[AccountRef]:
        """Everybody in the channels that flags go to.

        Raises:
            AdapterError: With its verdict.
        """
        self._running()
        channels = {self._config.channel_id, *self._config.team_channels.values()} - {None}
        found: set[AccountRef] = set()
        for channel_id in sorted(str(one) for one in channels):
            asking = self._client.members(self._talks.service_of(channel_id), channel_id)
            members = await self._minded("channel", asking)
            # Who has no id in Entra is somebody all the same, and nobody's account.
            ids = {(one.aad_object_id or "").lower() or one.id for one in members}
            found |= {AccountRef(PLATFORM, self._config.tenant, one) for one in ids}
        return frozenset(found)

    async def _begin_chat(self, object_id: str) -> Talk:
        where = self._talks.service_of("")
        chat = await self._minded("bot", self._client.begin_chat(where, object_id))
        talk = Talk(chat, where)
        await self._talks.keep_person(object_id, talk)
        return talk

    async def _say(self, talk: Talk, card: Card, summary: str) -> MessageRef:
        await self._paced(talk.conversation_id)
        posting = self._client.post(talk.service_url, talk.conversation_id, message(card, summary))
        message_id = await self._minded("bot", self._held(talk.conversation_id, posting))
        return MessageRef(self._config.name, talk.conversation_id, message_id)

    async def _tell_if_possible(self, object_id: str, card: Card, summary: str) -> None:
        try:
            await self.tell(object_id, card, summary)
        except AdapterError:
            self._counts["greeting_not_sent"] += 1

    async def _paced(self, conversation: str) -> None:
        clock = asyncio.get_running_loop().time
        wait_s = self._flow.wait_s(conversation, clock())
        if wait_s > _FLOW_WAIT_S:
            raise TryLater("this conversation has had as many messages as Teams allows for now", wait_s)
        self._flow.sent(conversation, clock() + wait_s)
        await asyncio.sleep(wait_s)

    async def _held(self, conversation: str, work: Awaitable[Result]) -> Result:
        """Do it; where Teams says how long to wait, nothing more goes there meanwhile."""
        try:
            return await work
        except TryLater as busy:
            if busy.retry_after_s:
                until = asyncio.get_running_loop().time() + busy.retry_after_s
                self._flow.hold(conversation, until)
            raise

    async def _minded(self, what: str, work: Awaitable[Result]) -> Result:
        """Do it, and say how the bot is: a trouble once, and its end once."""
        try:
            result = await work
        except AdapterError as problem:
            self._note(what, problem)
            raise
        for name in ("bot sign-in", "bot reach", *(("bot channel",) if what == "channel" else ())):
            self._well(name)
        return result

    def _note(self, what: str, problem: AdapterError) -> None:
        if isinstance(problem, CredentialsBad):
            self._trouble("bot sign-in", problem)
        elif isinstance(problem, OutOfReach):
            self._trouble("bot reach", OutOfReach(_NO_REACH))
        elif what == "channel" and isinstance(problem, NotInstalled | NotThere):
            self._trouble("bot channel", problem)

    def _trouble(self, name: str, problem: AdapterError) -> None:
        if self._ground is not None:
            self._ground.condition.trouble(name, HealthStatus.DEGRADED, str(problem))

    def _well(self, name: str) -> None:
        if self._ground is not None:
            self._ground.condition.over(name)

    def _running(self) -> None:
        if self._ground is None:
            raise TryLater("the Teams bot is not running")

    # ---- in ----------------------------------------------------------------------------------------------

    def refused(self, kind: str, message: str) -> None:
        """Something came in that is not taken: counted, said once, and shown until an hour without any."""
        self._counts[kind] += 1
        self._strangers.came(kind, message)

    async def came(self, came: Came, service_url: str) -> None:
        """The app was installed: where it may write from now on is kept."""
        if came.person_id:
            await self._talks.keep_person(came.person_id, Talk(came.conversation_id, service_url))
            return
        await self._talks.keep_channel(base_of(came.conversation_id), service_url)
        self._well("bot channel")

    async def went(self, went: Went) -> None:
        """It was taken away."""
        if went.person_id:
            await self._talks.forget_person(went.person_id)
            return
        await self._talks.forget_channel(base_of(went.conversation_id))
        gone = NotInstalled("the app was taken out of the team: flags have nowhere to go; add it there again")
        self._trouble("bot channel", gone)


def bot_sign_in(config: TeamsConfig) -> SignIn:
    """The bot's own app, or the table's where they are one; reads files and keyrings.

    Raises:
        ConfigError: The secret or the certificate is not there, or cannot be read.
    """
    secret = config.bot_secret or config.client_secret
    certificate = config.certificate if config.bot_secret is None else None
    credential, proof = credential_of(secret, certificate)
    credential()  # what is not there shows now
    authority = str(config.bot_authority or config.authority).rstrip("/")
    return SignIn(
        config.bot_id or config.client_id,
        credential,
        f"{authority}/{config.bot_tenant or config.tenant}",
        ca_file=config.ca_file,
        proof=proof,
        timeout_s=config.request_s,
    )


def _trusted(config: TeamsConfig) -> ssl.SSLContext | None:
    return ssl.create_default_context(cafile=str(config.ca_file)) if config.ca_file is not None else None
