"""Activities as Teams sends them to a bot: who did what where. Pure; nothing is sent from here."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from atdesk_teams.simulator.conversations import Conversations, Message, base_of
from atdesk_teams.simulator.tenant import User

#: What an installation does.
Act = Literal["add", "remove"]


def stamp(seconds: float) -> str:
    """A time as activities carry it.

    Args:
        seconds: Since the epoch.
    """
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Activities:
    """Builds what reaches the bot.

    Attributes:
        conversations: Where it happens.
        service_url: Gives where the bot is to answer.
    """

    conversations: Conversations
    service_url: Callable[[], str]

    def pressed(
        self, message: Message, who: User, action: Mapping[str, Any], data: Mapping[str, Any], at: float
    ) -> dict[str, Any]:
        """Somebody pressed an `Action.Execute` of a card.

        Args:
            message: The message with the card.
            who: The person.
            action: The button's JSON, as it is in the card.
            data: What goes with it: the button's own data and the inputs.
            at: When, in seconds since the epoch.
        """
        sent = {key: action[key] for key in ("type", "id", "title", "verb") if key in action}
        return self._base("invoke", who, message.conversation_id, at) | {
            "name": "adaptiveCard/action",
            "replyToId": message.id,
            "value": {"action": sent | {"data": dict(data)}},
        }

    def submitted(self, message: Message, who: User, data: Mapping[str, Any], at: float) -> dict[str, Any]:
        """Somebody pressed an `Action.Submit`: the fallback of an `Action.Execute` in an old client."""
        return self._base("message", who, message.conversation_id, at) | {
            "replyToId": message.id,
            "value": dict(data),
        }

    def said(self, who: User, conversation_id: str, text: str, at: float) -> dict[str, Any]:
        """Somebody wrote to the bot."""
        return self._base("message", who, conversation_id, at) | {
            "text": text,
            "textFormat": "plain",
            "locale": "en-US",
        }

    def installation(self, who: User, conversation_id: str, act: Act, at: float) -> dict[str, Any]:
        """`installationUpdate`: the app came to a team or a person, or went."""
        base = self._base("installationUpdate", who, conversation_id, at)
        base["channelData"]["settings"] = _selected(conversation_id)
        return base | {"action": act, "locale": "en-US"}

    def membership(self, who: User, conversation_id: str, act: Act, at: float) -> dict[str, Any]:
        """`conversationUpdate`: the bot became, or is no more, a member."""
        base = self._base("conversationUpdate", who, conversation_id, at)
        account = [{"id": self.conversations.bot_account["id"]}]
        base["channelData"].pop("source")
        if not self.conversations.is_in_team(conversation_id):
            both = [*account, {"id": who.mri, "aadObjectId": who.id}]
            return base | {"membersAdded" if act == "add" else "membersRemoved": both}
        base["channelData"]["eventType"] = "teamMemberAdded" if act == "add" else "teamMemberRemoved"
        base["channelData"]["settings"] = _selected(conversation_id)
        return base | {"membersAdded" if act == "add" else "membersRemoved": account}

    def _base(self, kind: str, who: User, conversation_id: str, at: float) -> dict[str, Any]:
        return {
            "type": kind,
            "id": f"f:{uuid.uuid4()}",
            "timestamp": stamp(at),
            "channelId": "msteams",
            "serviceUrl": self.service_url(),
            "from": {"id": who.mri, "name": who.name, "aadObjectId": who.id},
            "recipient": self.conversations.bot_account,
            "conversation": self._conversation(conversation_id),
            "channelData": self._channel_data(conversation_id),
        }

    def _conversation(self, conversation_id: str) -> dict[str, Any]:
        tenant_id = self.conversations.tenant.tenant_id
        found: dict[str, Any] = {"id": conversation_id, "tenantId": tenant_id}
        channel = self.conversations.tenant.team.channel(base_of(conversation_id))
        if channel is None:
            return found | {"conversationType": "personal"}
        return found | {"conversationType": "channel", "isGroup": True, "name": channel.name}

    def _channel_data(self, conversation_id: str) -> dict[str, Any]:
        tenant, base = self.conversations.tenant, base_of(conversation_id)
        data: dict[str, Any] = {"tenant": {"id": tenant.tenant_id}, "source": {"name": "message"}}
        if self.conversations.is_in_team(base):
            team = tenant.team
            data["channel"] = {"id": base}
            data["team"] = {"id": team.id, "name": team.name, "aadGroupId": team.group_id}
        return data


def _selected(conversation_id: str) -> dict[str, Any]:
    return {"selectedChannel": {"id": conversation_id}}
