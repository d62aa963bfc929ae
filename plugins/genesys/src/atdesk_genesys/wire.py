"""The JSON of Genesys Cloud, as models: only what we read; everything else is ignored.

Field names from the official models [PY]; where a body was captured the reference says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Wire(BaseModel):
    """Base: camelCase outside, unknown keys ignored (a newer platform is no error)."""

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True)


class DefinitionRef(Wire):
    """Which presence definition. `systemPresence` is not read: ids are what counts."""

    id: str = Field(min_length=1)


class MeBody(Wire):
    """A person by id: whose token it is (UserMe), or a member of a group (User)."""

    id: str = Field(min_length=1)


class Members(Wire):
    """One page of a group's members (UserEntityListing)."""

    entities: Sequence[MeBody] = ()
    page_count: int = 1


class PresenceBody(Wire):
    """A presence, in `.presence`, in `.activity` and in REST alike."""

    presence_definition: DefinitionRef
    modified_date: AwareDatetime | None = None
    primary: bool | None = None
    future_presence_definition: DefinitionRef | None = None


class RoutingBody(Wire):
    """A routing status."""

    status: str
    start_time: AwareDatetime | None = None


class OutOfOfficeBody(Wire):
    """Out of office, in the events and in REST."""

    active: bool = False
    modified_date: AwareDatetime | None = None
    start_date: AwareDatetime | None = None


class ActivityBody(Wire):
    """Body of `.activity`."""

    routing_status: RoutingBody | None = None
    presence: PresenceBody | None = None
    out_of_office: OutOfOfficeBody | None = None


class RoutingEventBody(Wire):
    """Body of `.routingStatus`."""

    routing_status: RoutingBody


class AfterCallWork(Wire):
    """After-call work of one medium [captured]."""

    state: str = ""


class Medium(Wire):
    """One entry of `calls[]`, `videos[]` and so on."""

    state: str = ""
    after_call_work: AfterCallWork | None = None


class Participant(Wire):
    """One participant of a conversation."""

    id: str
    purpose: str = ""
    user_id: str | None = None
    end_time: datetime | None = None
    start_acw_time: datetime | None = None
    end_acw_time: datetime | None = None
    calls: Sequence[Medium] = ()
    callbacks: Sequence[Medium] = ()
    chats: Sequence[Medium] = ()
    cobrowsesessions: Sequence[Medium] = ()
    emails: Sequence[Medium] = ()
    messages: Sequence[Medium] = ()
    social_expressions: Sequence[Medium] = ()
    videos: Sequence[Medium] = ()

    @property
    def media(self) -> list[Medium]:
        """Everything this participant talks over."""
        lists = (self.calls, self.callbacks, self.chats, self.cobrowsesessions, self.emails, self.messages)
        return [medium for part in (*lists, self.social_expressions, self.videos) for medium in part]

    @property
    def over_video_alone(self) -> bool:
        """Whether video is the only medium."""
        return bool(self.videos) and len(self.media) == len(self.videos)


class ConversationBody(Wire):
    """Body of `.conversations`: always the whole conversation."""

    id: str
    participants: Sequence[Participant] = ()


class Count(Wire):
    """How many conversations of one kind."""

    active: int = 0
    acw: int = 0


class MediaCount(Wire):
    """Of the contact centre, and between people."""

    contact_center: Count = Count()
    enterprise: Count = Count()


class Summary(Wire):
    """`conversationSummary` of a user."""

    call: MediaCount | None = None
    callback: MediaCount | None = None
    email: MediaCount | None = None
    message: MediaCount | None = None
    chat: MediaCount | None = None
    social_expression: MediaCount | None = None
    video: MediaCount | None = None


class User(Wire):
    """One entry of `GET /users`; every expanded part may be missing [PYDOC]."""

    id: str
    presence: PresenceBody | None = None
    routing_status: RoutingBody | None = None
    conversation_summary: Summary | None = None
    out_of_office: OutOfOfficeBody | None = None


class Users(Wire):
    """A page of users."""

    entities: Sequence[User] = ()


class ChannelBody(Wire):
    """A notification channel."""

    id: str
    connect_uri: str
    expires: AwareDatetime | None = None


class TopicState(Wire):
    """What became of one topic."""

    id: str
    state: str = "Permitted"
    rejection_reason: str = ""


class TopicStates(Wire):
    """Answer to a subscription."""

    entities: Sequence[TopicState] = ()


class TokenBody(Wire):
    """Answer of `/oauth/token`. Its names are snake case; the life may be missing."""

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=None)

    access_token: str = Field(min_length=1)
    expires_in: float = 86_400.0


class Page(Wire):
    """One page of either list of definitions."""

    entities: Sequence[Any] = ()
    page_count: int = 1


class Envelope(Wire):
    """A frame of the socket. Answers to a subscription over the socket have no topic."""

    topic_name: str | None = None
    event_body: Mapping[str, Any] | None = None
