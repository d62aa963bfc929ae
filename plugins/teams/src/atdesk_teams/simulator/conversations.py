"""What a bot can talk in: the channels of the team, and one chat with each person. Pure state.

Names on the wire: a person is `29:...`, the bot is `28:{app id}`, a channel `19:...@thread.tacv2`, a
thread in it `{channel};messageid={id}`, a personal chat `a:...`.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from atdesk_teams.simulator.tenant import Team, User

#: How the bot is shown.
BOT_NAME: Final = "atdesk"
_THREAD: Final = ";messageid="


class Tenant(Protocol):
    """What is asked of the tenant; `World` has it."""

    tenant_id: str

    @property
    def users(self) -> list[User]:
        """Everybody; who was deleted is not in it."""

    @property
    def team(self) -> Team:
        """The team that gets the flags."""

    def user(self, wanted: str) -> User:
        """Find a user by object id, name, or `29:` id; KeyError when nobody is called so."""

    def has(self, user_id: str) -> bool:
        """Whether somebody has this object id."""


def chat_id(bot_id: str, object_id: str) -> str:
    """The conversation of one bot with one person."""
    digest = hashlib.sha256(f"{bot_id}\n{object_id}".encode()).digest()
    return "a:1" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def base_of(conversation_id: str) -> str:
    """The channel of a thread; every other conversation is itself."""
    return conversation_id.split(_THREAD, 1)[0]


def thread_of(conversation_id: str) -> str:
    """The id of the message a thread hangs on; empty for a conversation as a whole."""
    return conversation_id.partition(_THREAD)[2]


def in_thread(channel_id: str, message_id: str) -> str:
    """The conversation id of the thread under a message."""
    return f"{channel_id}{_THREAD}{message_id}"


@dataclass(slots=True)
class Message:
    """A message of the bot's that stands in a conversation.

    Attributes:
        conversation_id: Where it stands; in a channel with the thread it is in or begins.
        activity: As it was last sent.
        versions: How often it was sent or changed.
        views: The card that one person sees instead, by object id: what the bot answered to their press.
        for_one: The `29:` id of the only person who sees it; empty when all do.
    """

    id: str
    conversation_id: str
    activity: dict[str, Any]
    versions: int = 1
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    for_one: str = ""

    def as_json(self) -> dict[str, Any]:
        """The message for the control plane."""
        return {
            "id": self.id,
            "conversation_id": self.conversation_id,
            "activity": self.activity,
            "versions": self.versions,
            "for_one": self.for_one,
        }


class Conversations:
    """All conversations of one bot, and the messages that stand in them.

    Args:
        bot_id: The app's client id.
        tenant: Whose people and team they are.

    Attributes:
        in_team: Whether the bot is added to the team.
        installed: Object ids of those who have the app for themselves.
        blocked: Object ids of those who blocked the bot.
        gone: Conversations that are no more.
        messages: By id.
    """

    def __init__(self, bot_id: str, tenant: Tenant) -> None:
        self.bot_id, self.tenant = bot_id, tenant
        self.in_team = False
        self.installed: set[str] = set()
        self.blocked: set[str] = set()
        self.gone: set[str] = set()
        self.messages: dict[str, Message] = {}
        self._partners: dict[str, str] = {}

    @property
    def bot_account(self) -> dict[str, Any]:
        """The bot as an activity names it."""
        return {"id": f"28:{self.bot_id}", "name": BOT_NAME}

    def chat(self, object_id: str) -> str:
        """The conversation with a person."""
        made = chat_id(self.bot_id, object_id)
        self._partners[made] = object_id
        return made

    def partner(self, conversation_id: str) -> User | None:
        """The person of a personal chat."""
        if not conversation_id.startswith("a:"):
            return None
        if conversation_id not in self._partners:
            for one in self.tenant.users:
                self.chat(one.id)
        found = self._partners.get(conversation_id, "")
        return self.tenant.user(found) if self.tenant.has(found) else None

    def has_app(self, person: User) -> bool:
        """Whether somebody has the bot: for themselves, or as a member of the team."""
        teams = self.in_team and any(one.user_id == person.id for one in self.tenant.team.members)
        return teams or person.id in self.installed

    def may_write_to(self, person: User) -> bool:
        """Whether the bot may write to somebody alone."""
        return self.has_app(person) and person.id not in self.blocked

    def is_in_team(self, conversation_id: str) -> bool:
        """Whether it is the team, one of its channels, or a thread in one."""
        team = self.tenant.team
        return base_of(conversation_id) == team.id or team.channel(base_of(conversation_id)) is not None

    def exists(self, conversation_id: str) -> bool:
        """Whether there is such a conversation now."""
        base = base_of(conversation_id)
        if base in self.gone or conversation_id in self.gone:
            return False
        return self.is_in_team(base) or self.partner(base) is not None

    def members(self, conversation_id: str) -> list[User]:
        """Who is in it; deleted users are not."""
        partner = self.partner(conversation_id)
        team = [one.user_id for one in self.tenant.team.members]
        listed = [partner.id] if partner is not None else team
        return [self.tenant.user(one) for one in listed if self.tenant.has(one)]

    def message(self, conversation_id: str, message_id: str) -> Message | None:
        """A message by its conversation (the channel will do for one in a thread) and its id."""
        found = self.messages.get(message_id)
        if found is None or base_of(found.conversation_id) != base_of(conversation_id):
            return None
        thread = thread_of(conversation_id)
        return found if thread in ("", thread_of(found.conversation_id)) else None

    def standing(self, conversation_id: str = "") -> list[Message]:
        """The messages of a conversation and of the threads in it, oldest first; without one, all."""
        base = base_of(conversation_id)
        return [one for one in self.messages.values() if not base or base_of(one.conversation_id) == base]
