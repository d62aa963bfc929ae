"""The Bot Connector's client: messages out, rosters in, one verdict an answer. By Microsoft's own client."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import httpx
from microsoft_teams.api.activities.message.message import MessageActivityInput
from microsoft_teams.api.clients.conversation.client import ConversationClient
from microsoft_teams.api.clients.conversation.params import CreateConversationParams
from microsoft_teams.api.models.account import Account, TeamsChannelAccount
from microsoft_teams.common.http import Client, ClientOptions
from pydantic import ValidationError

from atdesk_sdk.errors import AdapterError, CredentialsBad, OutcomeUnknown, TryLater
from atdesk_teams.bot_verdicts import OutOfReach, bot_verdict
from atdesk_teams.cards import Card
from atdesk_teams.sign_in import Tokens

CARD_TYPE: Final = "application/vnd.microsoft.card.adaptive"

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
#: What is not the answer that was documented.
_ODD = (KeyError, TypeError, ValueError, ValidationError)
_PAGE: Final = 500
#: A roster that goes on for longer is none that we compare.
_PAGES: Final = 60
_UNAUTHORIZED: Final = 401

Result = TypeVar("Result")


class _Begin(CreateConversationParams):
    """With what Microsoft documents and the library leaves out."""

    bot: Account
    is_group: bool


def message(card: Card, summary: str) -> MessageActivityInput:
    """A message that is one card.

    Args:
        card: Its content.
        summary: What a toast or a phone's lock screen may say of it: never what was found.
    """
    return MessageActivityInput.model_validate(
        {
            "type": "message",
            "summary": summary,
            "attachments": [{"contentType": CARD_TYPE, "content": card}],
            "channelData": {"notification": {"alert": True}},
        }
    )


class ConnectorClient:
    """One bot at the Bot Connector. Where a conversation lives is for its caller to know.

    Args:
        bot_id: Application id of the bot.
        tenant_id: Whose people it talks to.
        tokens: Where its token comes from.
        scope: What the token is asked for.
        http: Sends the requests; closed by whoever made it.
    """

    def __init__(
        self, bot_id: str, tenant_id: str, tokens: Tokens, scope: str, http: httpx.AsyncClient
    ) -> None:
        self._bot = Account(id=f"28:{bot_id}")
        self._tenant_id = tenant_id
        self._tokens, self._scope = tokens, scope
        self._client = Client(ClientOptions(token=self._token), _http=http)
        # The library raises the level of these lines to its own; they are one for each request.
        logging.getLogger("httpx").setLevel(logging.WARNING)

    async def begin_thread(
        self, service_url: str, channel_id: str, activity: MessageActivityInput
    ) -> tuple[str, str]:
        """Post a message to a channel, as a thread of its own.

        Returns:
            The thread's conversation id, and the message's.

        Raises:
            OutcomeUnknown: The answer was lost, or names no message.
            AdapterError: With its verdict.
        """
        wanted = _Begin(
            bot=self._bot,
            is_group=True,
            tenant_id=self._tenant_id,
            channel_data={"channel": {"id": channel_id}, "tenant": {"id": self._tenant_id}},
            activity=activity,
        )
        found = await self._ask("post a card", lambda: self._at(service_url).create(wanted), posts=True)
        if not found.activity_id:
            raise OutcomeUnknown("post a card: the Bot Connector accepted it and named no message")
        return found.id, found.activity_id

    async def begin_chat(self, service_url: str, object_id: str) -> str:
        """The chat with a person, which is the same each time; nothing is written.

        Returns:
            Its conversation id.

        Raises:
            AdapterError: `NotInstalled` where the person has not got the app.
        """
        wanted = _Begin(
            bot=self._bot,
            is_group=False,
            members=[Account(id=object_id)],
            tenant_id=self._tenant_id,
            channel_data={"tenant": {"id": self._tenant_id}},
        )
        found = await self._ask("begin a chat", lambda: self._at(service_url).create(wanted))
        return found.id

    async def post(self, service_url: str, conversation_id: str, activity: MessageActivityInput) -> str:
        """Post a message; returns its id.

        Raises:
            OutcomeUnknown: The answer was lost, or names no message.
            AdapterError: With its verdict.
        """
        conversations = self._at(service_url)
        sent = await self._ask(
            "post a message", lambda: conversations.create_activity(conversation_id, activity), posts=True
        )
        if not sent.id or sent.id.startswith("DO_NOT_USE"):  # the library's word for "no id came"
            raise OutcomeUnknown("post a message: the Bot Connector accepted it and named no message")
        return sent.id

    async def change(
        self, service_url: str, conversation_id: str, message_id: str, activity: MessageActivityInput
    ) -> None:
        """Change a message; everybody sees it. Repeating it does no harm.

        Raises:
            AdapterError: With its verdict.
        """
        conversations = self._at(service_url)
        async with _unless_odd():
            await self._ask(
                "change a card", lambda: conversations.update_activity(conversation_id, message_id, activity)
            )

    async def members(self, service_url: str, conversation_id: str) -> list[TeamsChannelAccount]:
        """Everybody in a channel, by all pages of its roster.

        Raises:
            AdapterError: With its verdict.
        """
        conversations, token = self._at(service_url), None
        found: list[TeamsChannelAccount] = []
        for _ in range(_PAGES):
            after = token

            async def page(after: str | None = after) -> Any:
                return await conversations.get_paged_members(conversation_id, _PAGE, after)

            result = await self._ask("read who is in the channel", page)
            found += result.members
            token = result.continuation_token
            if not token:
                return found
        raise TryLater(f"read who is in the channel: more than {_PAGES} pages of it")

    def _at(self, service_url: str) -> ConversationClient:
        return ConversationClient(service_url.rstrip("/"), self._client)

    async def _token(self) -> str:
        return await self._tokens.token(self._scope)

    async def _ask(self, what: str, send: Callable[[], Awaitable[Result]], *, posts: bool = False) -> Result:
        """One request; once more with a new token when the old one is refused."""
        try:
            return await self._once(what, send, posts=posts)
        except CredentialsBad as refused:
            if not isinstance(refused.__cause__, httpx.HTTPStatusError):
                raise
            await self._tokens.forget()
        return await self._once(what, send, posts=posts)

    async def _once(self, what: str, send: Callable[[], Awaitable[Result]], *, posts: bool) -> Result:
        try:
            return await send()
        except AdapterError:  # no token
            raise
        except httpx.HTTPStatusError as refused:
            answer = refused.response
            raise bot_verdict(
                what, answer.status_code, answer.content, answer.headers.get("retry-after"), posts=posts
            ) from refused
        except _NEVER_SENT as error:
            raise OutOfReach(f"{what}: the Bot Connector is out of reach ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            lost = f"{what}: no whole answer came ({type(error).__name__})"
            raise (OutcomeUnknown(lost) if posts else TryLater(lost)) from None
        except _ODD as error:
            odd = f"{what}: an answer that is not the Bot Connector's; is a proxy in between?"
            raise (OutcomeUnknown(odd) if posts else _Odd(odd)) from error


class _Odd(TryLater):
    """Success, and an answer that cannot be read."""


@asynccontextmanager
async def _unless_odd() -> AsyncIterator[None]:
    """A change that was accepted is done, whatever the answer holds."""
    try:
        yield
    except _Odd:
        return
