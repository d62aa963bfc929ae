"""What the Bot Connector sends: JSON in, meaning out. Pure; nothing here believes that it is genuine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic.alias_generators import to_camel

from atdesk_teams.conversation_ids import base_of

CARD_ACTION: Final = "adaptiveCard/action"


class NotReadable(ValueError):
    """It is not what the Bot Connector sends. Holds nothing of what was sent."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        """What is null is not there."""
        return (
            {key: one for key, one in given.items() if one is not None} if isinstance(given, dict) else given
        )


class _Account(_Part):
    id: str = ""
    aad_object_id: str = ""

    @field_validator("aad_object_id")
    @classmethod
    def _folded(cls, given: str) -> str:
        """As the directory has it: of a GUID upper and lower case are the same."""
        return given.lower()


class _Conversation(_Part):
    id: str = ""
    conversation_type: str = ""
    tenant_id: str = ""


class _Id(_Part):
    id: str = ""


class _ChannelData(_Part):
    tenant: _Id = _Id()
    team: _Id = _Id()
    channel: _Id = _Id()
    event_type: str = ""


class _Action(_Part):
    verb: str = ""
    data: dict[str, Any] = Field(default_factory=dict)


class _Value(_Part):
    action: _Action = _Action()


class Activity(_Part):
    """The parts of an activity that we read; anything else is ignored."""

    type: str
    id: str = ""
    name: str = ""
    channel_id: str = ""
    service_url: str = ""
    reply_to_id: str = ""
    sender: _Account = Field(default=_Account(), alias="from")
    recipient: _Account = _Account()
    conversation: _Conversation = _Conversation()
    channel_data: _ChannelData = _ChannelData()
    action: str = ""
    members_added: tuple[_Account, ...] = ()
    members_removed: tuple[_Account, ...] = ()
    value: Any = None

    @property
    def tenant(self) -> str:
        """The tenant it says it comes from; empty when it says two different ones."""
        said = {one for one in (self.conversation.tenant_id, self.channel_data.tenant.id) if one}
        return said.pop() if len(said) == 1 else ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed a button.

    Attributes:
        verb: Which.
        data: What goes with it: of the button, and what was chosen in the card's inputs.
        person_id: Entra object id of whoever pressed; empty when the activity does not say.
        conversation_id: Where the card stands.
        message_id: The message with the card.
        activity_id: The same for each time that this press is delivered.
        answered: Whether the answer shows a card or a sentence (an invoke), or nothing at all.
    """

    verb: str
    data: Mapping[str, str] = field(repr=False)
    person_id: str
    conversation_id: str
    message_id: str
    activity_id: str
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Came:
    """The app was installed: in a chat with a person, or in a team.

    Attributes:
        person_id: Entra object id; empty for a team.
        conversation_id: The chat, or the channel that was chosen.
    """

    person_id: str
    conversation_id: str


@dataclass(frozen=True, slots=True)
class Went:
    """It was taken away again."""

    person_id: str
    conversation_id: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """Somebody wrote to the bot. What they wrote is not kept, not even here."""

    person_id: str
    conversation_id: str


@dataclass(frozen=True, slots=True)
class Other:
    """Nothing is done with it."""


Meaning = Pressed | Came | Went | Wrote | Other


def read_activity(body: bytes) -> Activity:
    """Read one.

    Raises:
        NotReadable: It is no JSON object, or no activity.
    """
    try:
        return Activity.model_validate_json(body)
    except ValidationError:
        raise NotReadable("what was sent is no activity") from None


def meaning_of(activity: Activity) -> Meaning:
    """What an activity says.

    Raises:
        NotReadable: A button of no card, or a value that is none.
    """
    if activity.type == "invoke" and activity.name == CARD_ACTION:
        return _invoked(activity)
    if activity.type == "message":
        return _message(activity)
    if activity.type == "installationUpdate":
        return _installation(activity)
    if activity.type == "conversationUpdate":
        return _members(activity)
    return Other()


def _invoked(activity: Activity) -> Pressed:
    try:
        value = _Value.model_validate(activity.value)
    except ValidationError:
        raise NotReadable("a pressed button has no action") from None
    data = _texts(value.action.data)
    # A client that took the fallback may send it in the same way, with the verb among the data.
    verb = value.action.verb or data.get("verb", "")
    return _press(activity, verb, data, answered=True)


def _message(activity: Activity) -> Meaning:
    if isinstance(activity.value, dict) and "verb" in activity.value:
        data = _texts(activity.value)
        return _press(activity, data.get("verb", ""), data, answered=False)
    if activity.conversation.conversation_type == "personal":
        return Wrote(activity.sender.aad_object_id, activity.conversation.id)
    return Other()


def _press(activity: Activity, verb: str, data: Mapping[str, str], *, answered: bool) -> Pressed:
    return Pressed(
        verb=verb,
        data=data,
        person_id=activity.sender.aad_object_id,
        conversation_id=activity.conversation.id,
        message_id=activity.reply_to_id,
        activity_id=activity.id,
        answered=answered,
    )


def _texts(data: Mapping[str, Any]) -> dict[str, str]:
    """All that our buttons and inputs send is text; anything else is left out."""
    return {key: value for key, value in data.items() if isinstance(value, str)}


def _installation(activity: Activity) -> Meaning:
    """An upgrade takes the app away and brings it again: only the second half counts."""
    if activity.action in ("add", "add-upgrade"):
        return _installed(activity, came=True)
    return _installed(activity, came=False) if activity.action == "remove" else Other()


def _installed(activity: Activity, *, came: bool) -> Came | Went:
    kind = Came if came else Went
    if activity.conversation.conversation_type == "personal":
        return kind(activity.sender.aad_object_id, activity.conversation.id)
    return kind("", base_of(activity.conversation.id))


def _members(activity: Activity) -> Meaning:
    """The bot joined or left; of anybody else's coming and going nothing is kept."""
    bot = activity.recipient.id
    if any(one.id == bot for one in activity.members_added):
        return _installed(activity, came=True)
    if any(one.id == bot for one in activity.members_removed):
        return _installed(activity, came=False)
    return Other()
