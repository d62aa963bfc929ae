"""Flags in the team leads' group chat: one way, into a chat that others may read, several in one message."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from atdesk_genesys import protocol
from atdesk_genesys.connection import GenesysAdapter
from atdesk_genesys.reading import read_members
from atdesk_sdk.config import resolve_secret
from atdesk_sdk.events import AccountRef
from atdesk_sdk.flags import FlagDigest, FlagView, MessageRef


class GenesysWithGroupChat(GenesysAdapter):
    """The same, and a `FlagSink`: one-way messages into the team leads' group chat, several in one."""

    async def post(self, flag: FlagView) -> MessageRef:
        """See `atdesk_sdk.FlagSink`. The platform gives no id: the flag's number stands for the message."""
        return await self._say_in_chat(
            protocol.chat_message(flag, self.config.group_chat_language), flag.number
        )

    async def post_digest(self, digest: FlagDigest) -> MessageRef:
        """See `atdesk_sdk.DigestSink`. A flag stands in one message, so the first one's number names it."""
        message = protocol.chat_digest(digest, self.config.group_chat_language)
        return await self._say_in_chat(message, f"digest-{digest.flags[0].number}")

    async def members(self) -> Collection[AccountRef] | None:
        """See `atdesk_sdk.ChannelMembers`: of the configured group; the webhook tells nothing of it."""
        if self.config.group_chat_group is None:
            return None
        users = await self._minded(read_members(self._client, self.config.group_chat_group))
        return frozenset(AccountRef(self.platform, self.tenant, user) for user in users)

    async def _say_in_chat(self, message: Mapping[str, str], name: str) -> MessageRef:
        url = resolve_secret(self.config.group_chat_webhook or "")
        await self._minded(self._client.post_message(url, message))
        return MessageRef(self.name, "group_chat", name)

    async def update(self, ref: MessageRef, flag: FlagView) -> None:
        """See `atdesk_sdk.FlagSink`. What was posted cannot be changed."""

    async def update_digest(self, ref: MessageRef, digest: FlagDigest) -> None:
        """See `atdesk_sdk.DigestSink`. What was posted cannot be changed."""
