"""The Bot Connector: a bot begins conversations, posts, changes and deletes messages, and reads rosters.

Pure: no HTTP, no clock of its own. What Teams would refuse is raised as `Refused`. Nothing here recognises a
message that was sent before: who sends twice has posted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from atdesk_sdk.simulating.switches import Switches
from atdesk_teams.simulator import connector_errors as errors
from atdesk_teams.simulator.card_rules import BOT_MESSAGE_BYTES, activity_problem, utf16_bytes
from atdesk_teams.simulator.connector_errors import Refused
from atdesk_teams.simulator.connector_limits import ConnectorLimits, Kind, Pace
from atdesk_teams.simulator.conversations import Conversations, Message, base_of, in_thread, thread_of
from atdesk_teams.simulator.tenant import User

_PAGE: Final = 200
_MOST_PAGE: Final = 500
_BAD_BEGINNING: Final = "Incorrect conversation creation parameters"


@dataclass(slots=True)
class ConnectorOpenPoints(Switches):
    """What Microsoft's pages leave open, or say in two ways: a bot must live with either.

    Attributes:
        members_by_object_id: A conversation may be begun with an Entra object id, not only a `29:` id.
        roster_object_id: The field of a roster that holds the Entra id: `aadObjectId`, in older pages
            `objectId`.
        splits: Text and attachment in one activity become two messages, and the answer names none.
        smallest_page: The least members a page of the roster holds, whatever was asked for.
    """

    members_by_object_id: bool = True
    roster_object_id: str = "aadObjectId"
    splits: bool = True
    smallest_page: int = 50


class Connector:
    """One bot's conversations, as it reaches them over its `serviceUrl`.

    Args:
        conversations: What there is.
        now: The simulator's clock, in seconds since the epoch.
        limits: How fast the bot may go.
        open_points: What the documentation leaves open.
    """

    def __init__(
        self,
        conversations: Conversations,
        now: Callable[[], float],
        limits: ConnectorLimits | None = None,
        open_points: ConnectorOpenPoints | None = None,
    ) -> None:
        self.conversations = conversations
        self.limits = limits or ConnectorLimits()
        self.open_points = open_points or ConnectorOpenPoints()
        self._now, self._pace, self._last_id = now, Pace(self.limits, now), 0

    # -- writing -----

    def begin(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Begin a thread in a channel, or find the chat with a person; the first message may come along.

        Raises:
            Refused: As Teams refuses it.
        """
        channel = _within(body, "channelData", "channel").get("id")
        activity = body.get("activity")
        if channel is not None:
            return self._begin_thread(str(channel), activity)
        chat = self._chat_with(body)
        self._admit("create", chat)
        sent = self.post(chat, activity) if isinstance(activity, Mapping) else {}
        return {"id": chat} | ({"activityId": sent["id"]} if "id" in sent else {})

    def post(
        self, conversation_id: str, activity: Mapping[str, Any], *, for_one: bool = False
    ) -> dict[str, Any]:
        """Post a message; the answer holds its `id`, unless Teams splits it in two.

        Args:
            conversation_id: A channel, a thread in it, or a personal chat.
            activity: What to post; `replyToId` puts it under that message of a channel.
            for_one: Only the activity's recipient sees it.

        Raises:
            Refused: As Teams refuses it.
        """
        self._reachable(conversation_id)
        self._admit("send", conversation_id)
        _check(activity)
        if activity["type"] == "typing":
            return {}
        where = self._under(conversation_id, str(activity.get("replyToId") or ""))
        recipient = str(_within(activity, "recipient").get("id") or "")
        if for_one and not recipient:
            raise Refused(400, "Bad argument", "A targeted message needs its recipient.")
        made = [self._stand(where, part, recipient if for_one else "") for part in self._split(activity)]
        return {"id": made[0].id} if len(made) == 1 else {}

    def change(self, conversation_id: str, message_id: str, activity: Mapping[str, Any]) -> dict[str, Any]:
        """Put another content in the place of a message; everybody sees it.

        Raises:
            Refused: As Teams refuses it.
        """
        message = self._mine(conversation_id, message_id)
        _check(activity)
        message.activity, message.versions = dict(activity), message.versions + 1
        message.views.clear()
        return {"id": message.id}

    def delete(self, conversation_id: str, message_id: str) -> None:
        """Take a message away.

        Raises:
            Refused: As Teams refuses it.
        """
        del self.conversations.messages[self._mine(conversation_id, message_id).id]

    # -- reading -----

    def members(self, conversation_id: str) -> list[dict[str, Any]]:
        """The whole roster.

        Raises:
            Refused: As Teams refuses it.
        """
        return [self._shown(one) for one in self._roster(conversation_id)]

    def page(self, conversation_id: str, size: int | None, after: str) -> dict[str, Any]:
        """One page of the roster; without `continuationToken` it is the last.

        Args:
            conversation_id: A team, a channel or a chat.
            size: Members wanted; Teams keeps it between 50 and 500.
            after: The token of the page before; empty for the first.

        Raises:
            Refused: As Teams refuses it.
        """
        everybody = self._roster(conversation_id)
        try:
            start = int(bytes.fromhex(after).decode()) if after else 0
        except ValueError:
            raise errors.malformed("The continuation token is not valid.") from None
        end = start + min(max(size or _PAGE, self.open_points.smallest_page), _MOST_PAGE)
        shown = {"members": [self._shown(one) for one in everybody[start:end]]}
        return shown | ({"continuationToken": str(end).encode().hex()} if end < len(everybody) else {})

    def member(self, conversation_id: str, wanted: str) -> dict[str, Any]:
        """One member, by `29:` id or object id.

        Raises:
            Refused: As Teams refuses it.
        """
        for one in self._roster(conversation_id):
            if wanted in (one.id, one.mri):
                return self._shown(one)
        raise Refused(404, "MemberNotFoundInConversation", "Member not found in conversation.")

    def team(self, team_id: str) -> dict[str, Any]:
        """The team's details.

        Raises:
            Refused: There is no such team, or the bot is not in it.
        """
        self._in_team(team_id)
        team = self.conversations.tenant.team
        return {
            "id": team.id,
            "name": team.name,
            "aadGroupId": team.group_id,
            "tenantId": self.conversations.tenant.tenant_id,
            "channelCount": len(team.channels),
            "memberCount": len(team.members),
        }

    def channels(self, team_id: str) -> dict[str, Any]:
        """The team's channels; the general one, with the team's id, has no name here.

        Raises:
            Refused: There is no such team, or the bot is not in it.
        """
        self._in_team(team_id)
        listed = self.conversations.tenant.team.channels
        return {
            "conversations": [
                {"id": one.id} | ({} if one.id == team_id else {"name": one.name}) for one in listed
            ]
        }

    # -- what stands between -----

    def _begin_thread(self, channel: str, activity: Any) -> dict[str, Any]:
        self._reachable(channel)
        self._admit("create", channel)
        if thread_of(channel) or not isinstance(activity, Mapping):
            raise errors.malformed(_BAD_BEGINNING)
        _check(activity)
        message = self._stand(channel, activity)
        return {"id": message.conversation_id, "activityId": message.id}

    def _chat_with(self, body: Mapping[str, Any]) -> str:
        members = body.get("members") or []
        tenant_id = body.get("tenantId") or _within(body, "channelData", "tenant").get("id")
        if len(members) != 1 or not tenant_id:
            raise errors.malformed(_BAD_BEGINNING)
        talks, person = self.conversations, self._named(str(members[0].get("id")))
        if tenant_id != talks.tenant.tenant_id or person is None:
            raise Refused(404, "NotFound", "The user was not found in the tenant.")
        if not talks.has_app(person):
            raise errors.not_installed()
        return talks.chat(person.id)

    def _named(self, wanted: str) -> User | None:
        try:
            found = self.conversations.tenant.user(wanted)
        except KeyError:
            return None
        by_object_id = self.open_points.members_by_object_id and wanted == found.id
        return found if by_object_id or wanted == found.mri else None

    def _reachable(self, conversation_id: str) -> None:
        talks = self.conversations
        if not talks.exists(conversation_id):
            raise errors.no_conversation()
        partner = talks.partner(conversation_id)
        if partner is None and not talks.in_team:
            raise errors.not_in_roster()
        if partner is not None and not talks.may_write_to(partner):
            raise errors.blocked()

    def _under(self, conversation_id: str, reply_to: str) -> str:
        """The conversation a post lands in: under `replyToId` in a channel, else where it says."""
        asked = thread_of(conversation_id) or reply_to
        if not self.conversations.is_in_team(conversation_id) or not asked:
            return conversation_id
        root = self.conversations.message(base_of(conversation_id), asked)
        if root is None:
            raise errors.no_activity()
        return root.conversation_id

    def _split(self, activity: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        if not (self.open_points.splits and activity.get("text") and activity.get("attachments")):
            return [activity]
        text = {key: value for key, value in activity.items() if key != "attachments"}
        return [text, {key: value for key, value in activity.items() if key != "text"}]

    def _stand(self, where: str, activity: Mapping[str, Any], for_one: str = "") -> Message:
        self._last_id = max(int(self._now() * 1000), self._last_id + 1)
        name = str(self._last_id)
        begins = self.conversations.is_in_team(where) and not thread_of(where)
        message = Message(name, in_thread(where, name) if begins else where, dict(activity), for_one=for_one)
        self.conversations.messages[name] = message
        return message

    def _mine(self, conversation_id: str, message_id: str) -> Message:
        self._reachable(conversation_id)
        self._admit("send", conversation_id)
        message = self.conversations.message(conversation_id, message_id)
        if message is None:
            raise errors.no_activity()
        return message

    def _roster(self, conversation_id: str) -> list[User]:
        talks = self.conversations
        if not talks.exists(conversation_id):
            raise errors.no_conversation()
        partner = talks.partner(conversation_id)
        if not (talks.in_team if partner is None else talks.has_app(partner)):
            raise errors.not_in_roster()
        self._admit("read", conversation_id)
        return talks.members(conversation_id)

    def _in_team(self, team_id: str) -> None:
        if team_id != self.conversations.tenant.team.id:
            raise Refused(404, "NotFound", "The team was not found.")
        self._reachable(team_id)
        self._admit("read", team_id)

    def _admit(self, kind: Kind, conversation_id: str) -> None:
        wait_s = self._pace.admit(kind, base_of(conversation_id))
        if wait_s > 0:
            raise errors.too_fast(wait_s if self.limits.retry_after else None)

    def _shown(self, person: User) -> dict[str, Any]:
        given, _, surname = person.name.partition(" ")
        return {
            "id": person.mri,
            "name": person.name,
            self.open_points.roster_object_id: person.id,
            "givenName": given,
            "surname": surname,
            "tenantId": self.conversations.tenant.tenant_id,
            "userRole": "user",
        }


def _within(body: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The object under `keys`; an empty one where something else stands there."""
    for key in keys:
        inner = body.get(key)
        body = inner if isinstance(inner, Mapping) else {}
    return body


def _check(activity: Mapping[str, Any]) -> None:
    if not activity.get("type"):
        raise errors.malformed("Activity type is missing.")
    if utf16_bytes(activity) > BOT_MESSAGE_BYTES:
        raise Refused(413, "MessageSizeTooBig", "Message size too large.")
    problem = activity_problem(activity)
    if problem:
        raise errors.malformed(f"The Adaptive Card cannot be shown: {problem}.")
