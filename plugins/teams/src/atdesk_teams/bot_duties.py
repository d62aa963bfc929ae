"""What the bot adds to the adapter: flags in a channel, notices to agents, and what they press."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from atdesk_sdk.adapter import RawRequest, RawResponse, Route
from atdesk_sdk.errors import GiveUp
from atdesk_sdk.events import AccountRef
from atdesk_sdk.flags import FlagDigest, FlagView, MessageRef, Notice
from atdesk_teams.agent_chat import AgentChat
from atdesk_teams.bot import Bot
from atdesk_teams.cards import digest_card
from atdesk_teams.config import TeamsConfig
from atdesk_teams.connection import TeamsAdapter
from atdesk_teams.flag_desk import FlagDesk
from atdesk_teams.ingress import MESSAGES, Reception
from atdesk_teams.words import words_in


class WithBot(TeamsAdapter):
    """Adds `FlagSink`, `DigestSink`, `ChannelMembers`, `AgentNotice` and `Ingress`.

    There is no `MessageLookup`: a bot may not read what stands in a channel, its own messages included, so a
    post whose answer was lost cannot be found again.

    Args:
        config: The table.

    Attributes:
        counts: What was repeated, refused or left unused, by kind; for the metrics.
    """

    def __init__(self, config: TeamsConfig, **more: Any) -> None:
        super().__init__(config, **more)
        self.counts: Counter[str] = Counter()
        self._say = words_in(config.card_language)
        self._bot = Bot(config, self.counts)
        self._desk = FlagDesk(self.tenant, self._bot.emit, self._say, self.counts)
        self._chat = AgentChat(self.tenant, self._bot.emit, config.card_language, self.counts)
        self._reception = Reception(config, self._bot, self._desk, self._chat, self._say, self.counts)
        self.parts.append(self._bot)

    # ---- flags -------------------------------------------------------------------------------------------

    async def post(self, flag: FlagView) -> MessageRef:
        """See `atdesk_sdk.FlagSink`."""
        return await self._bot.post(
            self._channel(flag.team), self._desk.card(flag), self._say("summary.flag")
        )

    async def update(self, ref: MessageRef, flag: FlagView) -> None:
        """See `atdesk_sdk.FlagSink`."""
        await self._bot.change(ref, self._desk.card(flag), self._say("summary.flag"))

    async def post_digest(self, digest: FlagDigest) -> MessageRef:
        """See `atdesk_sdk.DigestSink`."""
        card = digest_card(digest, self._say)
        return await self._bot.post(self._channel(digest.team), card, self._say("summary.flag"))

    async def update_digest(self, ref: MessageRef, digest: FlagDigest) -> None:
        """See `atdesk_sdk.DigestSink`."""
        await self._bot.change(ref, digest_card(digest, self._say), self._say("summary.flag"))

    async def members(self) -> Collection[AccountRef]:
        """See `atdesk_sdk.ChannelMembers`: by every page of the rosters."""
        return await self._bot.readers()

    # ---- agents ------------------------------------------------------------------------------------------

    async def notify(self, notice: Notice) -> MessageRef:
        """See `atdesk_sdk.AgentNotice`: the agent's own chat with the bot, which their phone shows as well.

        A toast on the desk's screen says that there is a message, and never what it is about.
        """
        message = self._chat.message(notice)
        ref = await self._bot.tell(notice.account.external_id, message.card, message.summary)
        self._chat.sent(notice, ref.external_id)
        return ref

    # ---- in ----------------------------------------------------------------------------------------------

    def routes(self) -> Sequence[Route]:
        """See `atdesk_sdk.Ingress`: the bot's messaging endpoint."""
        return (MESSAGES,)

    async def handle(self, request: RawRequest) -> RawResponse:
        """See `atdesk_sdk.Ingress`."""
        return await self._reception.handle(request)

    def _channel(self, team: str) -> str:
        channel = self.config.channel(team)
        if channel is None:
            raise GiveUp("no channel is configured for flags: give channel_id")
        return channel
