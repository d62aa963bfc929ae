"""The protocol without sockets: frames and JSON in, facts out; topics, subscriptions and messages back.

Nothing here raises over what the platform sent: what cannot be read becomes `Ignored`, is counted, and leaves
everybody's state as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from atdesk_genesys import wire
from atdesk_genesys.facts import (
    ConversationFact,
    Fact,
    Leg,
    OutOfOfficeFact,
    PresenceFact,
    RoutingFact,
    Stage,
    SummaryFact,
)
from atdesk_sdk.events import Interaction, Routing
from atdesk_sdk.flags import FlagDigest, FlagView

#: What is subscribed to for each agent, in one combined topic.
AGENT_TOPICS = ("activity", "conversations", "presence")

#: Ask whether the socket lives.
PING = '{"message":"ping"}'

_TOPIC = re.compile(r"v2\.users\.(?P<user>[^.?]+)\.(?P<last>.+)")
_TOPIC_ID = re.compile(r"v2\.users\.(?P<user>[^.?]+)[.?](?P<lasts>.+)")
_RINGING = frozenset({"alerting", "offering"})
_OVER = frozenset(
    {"disconnected", "terminated", "none", "uploading", "converting", "transmitting", "scheduled"}
)
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&@:])")


@dataclass(frozen=True, slots=True)
class Told:
    """Facts about one person."""

    user: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Alive:
    """A heartbeat or a pong: nothing happened, and the socket says so."""


@dataclass(frozen=True, slots=True)
class Closing:
    """The platform closes this socket in about a minute."""


@dataclass(frozen=True, slots=True)
class ChannelLost:
    """The channel or its token is not ours any more; `why` is what the platform called it."""

    why: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A frame that means nothing to us; `why` is for the counter."""

    why: str


Frame = Told | Alive | Closing | ChannelLost | Ignored


def parse_frame(text: str | bytes) -> Frame:
    """Read one frame of the notification socket."""
    try:
        envelope = wire.Envelope.model_validate_json(text)
    except ValidationError:
        return Ignored("no envelope")
    topic = envelope.topic_name
    if topic is None:
        return Ignored("no topic")
    if topic == "channel.metadata":
        return Alive()
    if topic.startswith("v2.system."):
        return _system(topic)
    return _user_event(topic, envelope.event_body)


def _system(topic: str) -> Frame:
    kind = topic.split(".")[2]
    if kind == "socket_closing":
        return Closing()
    if kind in ("no_longer_subscribed", "token_revoked"):
        return ChannelLost(kind)
    return Ignored("unknown system topic")


def _user_event(topic: str, body: Any) -> Frame:
    found = _TOPIC.fullmatch(topic)
    read = _READERS.get(found["last"]) if found else None
    if found is None or read is None:
        return Ignored("unknown topic")
    try:
        return Told(found["user"], read(body, found["user"]))
    except ValidationError:
        return Ignored(f"unreadable {found['last']}")


# -- events -----


def _activity(body: Any, _: str) -> tuple[Fact, ...]:
    activity = wire.ActivityBody.model_validate(body)
    return _gather(activity.presence, activity.routing_status, activity.out_of_office)


def _presence(body: Any, _: str) -> tuple[Fact, ...]:
    return (presence_fact(wire.PresenceBody.model_validate(body), says_pending=True),)


def _routing(body: Any, _: str) -> tuple[Fact, ...]:
    return (_routing_fact(wire.RoutingEventBody.model_validate(body).routing_status),)


def _out_of_office(body: Any, _: str) -> tuple[Fact, ...]:
    return (_out_of_office_fact(wire.OutOfOfficeBody.model_validate(body)),)


def _conversation(body: Any, user: str) -> tuple[Fact, ...]:
    talk = wire.ConversationBody.model_validate(body)
    customers = any(p.purpose in ("customer", "external") for p in talk.participants)
    legs = {p.id: _leg(p, customers) for p in talk.participants if p.user_id == user}
    return (ConversationFact(talk.id, legs),)


_READERS = {
    "activity": _activity,
    "presence": _presence,
    "routingStatus": _routing,
    "outofoffice": _out_of_office,
    "conversations": _conversation,
}


def _gather(
    presence: wire.PresenceBody | None,
    routing: wire.RoutingBody | None,
    out_of_office: wire.OutOfOfficeBody | None,
    *,
    says_pending: bool = False,
) -> tuple[Fact, ...]:
    facts: list[Fact] = []
    if presence is not None:
        facts.append(presence_fact(presence, says_pending=says_pending))
    if routing is not None:
        facts.append(_routing_fact(routing))
    if out_of_office is not None:
        facts.append(_out_of_office_fact(out_of_office))
    return tuple(facts)


def presence_fact(body: wire.PresenceBody, *, says_pending: bool) -> PresenceFact:
    """Turn a presence into a fact.

    Args:
        body: From an event or from REST.
        says_pending: Whether this source says so when a future presence waits; the activity event does not.
    """
    pending = body.future_presence_definition is not None if says_pending else None
    return PresenceFact(body.presence_definition.id, _ms(body.modified_date), body.primary, pending)


def _routing_fact(body: wire.RoutingBody) -> RoutingFact:
    try:
        status = Routing(body.status.casefold())
    except ValueError:
        status = Routing.UNKNOWN
    return RoutingFact(status, _ms(body.start_time))


def _out_of_office_fact(body: wire.OutOfOfficeBody) -> OutOfOfficeFact:
    # `.outofoffice` and REST have no time of the change; only the activity event does.
    return OutOfOfficeFact(body.active, _ms(body.modified_date))


def _leg(person: wire.Participant, customers: bool) -> Leg:
    ended = person.end_time is not None
    return Leg(_stage(person, ended), ended, meeting=person.over_video_alone and not customers)


def _stage(person: wire.Participant, ended: bool) -> Stage:
    states = {medium.state.casefold() for medium in person.media}
    # A state that is new to us counts as live: who may be talking is not disturbed.
    if not ended and states - _OVER - _RINGING:
        return Stage.LIVE
    if not ended and states & _RINGING:
        return Stage.RINGING
    pending = any(
        m.after_call_work is not None and m.after_call_work.state == "pending" for m in person.media
    )
    begun = person.start_acw_time is not None and person.end_acw_time is None
    return Stage.AFTER_CALL if begun or pending else Stage.DONE


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


# -- snapshots -----


def user_facts(user: wire.User) -> tuple[Fact, ...]:
    """Turn one entry of `GET /users` into facts; a part that the platform left out gives none."""
    facts = _gather(user.presence, user.routing_status, user.out_of_office, says_pending=True)
    if user.conversation_summary is None:
        return facts
    return (*facts, SummaryFact(_busiest(user.conversation_summary)))


def _busiest(summary: wire.Summary) -> Interaction:
    video = summary.video or wire.MediaCount()
    others = [getattr(summary, name) for name in wire.Summary.model_fields if name != "video"]
    counts = [count for media in others if media for count in (media.contact_center, media.enterprise)]
    counts.append(video.contact_center)
    if any(count.active > 0 for count in counts):
        return Interaction.CUSTOMER_CALL
    if any(count.acw > 0 for count in (*counts, video.enterprise)):
        return Interaction.AFTER_CALL
    return Interaction.MEETING if video.enterprise.active > 0 else Interaction.NONE


# -- back -----


def agent_topic(user: str) -> str:
    """The one combined topic of an agent."""
    return f"v2.users.{user}?{'&'.join(AGENT_TOPICS)}"


def subscription(users: Iterable[str]) -> list[dict[str, str]]:
    """Body of a subscription to these users."""
    return [{"id": agent_topic(user)} for user in users]


def refused_topics(states: Iterable[wire.TopicState]) -> dict[str, frozenset[str]]:
    """What is not told of whom: user id -> last parts of refused topics.

    A combined topic that is refused in part comes back as permitted, beside the single ones that are refused
    (comment in [STREAM] notifications.js); one that is refused as a whole is spelt out here.
    """
    refused: dict[str, frozenset[str]] = {}
    for state in states:
        found = _TOPIC_ID.fullmatch(state.id)
        if found is not None and state.state.casefold() == "rejected":
            lasts = frozenset(found["lasts"].split("&"))
            refused[found["user"]] = refused.get(found["user"], frozenset()) | lasts
    return refused


def presence_change(definition_id: str) -> dict[str, Any]:
    """Body of a presence change. No message: everybody would read it."""
    return {"presenceDefinition": {"id": definition_id}}


#: All that the group chat's messages say in words.
_FLAG_AND_FLAGS: Mapping[str, tuple[str, str]] = {
    "en": ("flag", "flags"),
    "es": ("aviso", "avisos"),
    "fr": ("signalement", "signalements"),
}


def chat_message(flag: FlagView, language: str = "en") -> dict[str, str]:
    """Body for the group chat's webhook [DC:platform/webhooks]: name, time, number, link; no finding.

    Everyone in the chat reads it and nobody can answer on it, so what was found stays behind the link.
    """
    text = _one_line(flag, language)
    return {"message": f"{text}\n{flag.link}" if flag.link else text, "metadata": "atdesk"}


def chat_digest(digest: FlagDigest, language: str = "en") -> dict[str, str]:
    """The same for several flags of one team: a line for each."""
    lines = [f"- {_one_line(flag, language)} {flag.link}".rstrip() for flag in digest.flags]
    many = _FLAG_AND_FLAGS[language][len(lines) != 1]
    text = "\n".join([f"**{escape(digest.team)}**: {len(lines)} {many}", *lines])
    return {"message": text, "metadata": "atdesk"}


def _one_line(flag: FlagView, language: str) -> str:
    name, number = escape(flag.agent_name), escape(flag.number)
    one, _ = _FLAG_AND_FLAGS[language]
    return f"**{name}** - {clock_time(flag.since, flag.time_zone)} - {one} {number}"


def escape(text: str) -> str:
    """Make a name show as it is in Markdown, on one line, and mention nobody."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def clock_time(seconds: float, zone: str) -> str:
    """Write a time as people of that zone read it; a zone nobody knows gives UTC."""
    try:
        return datetime.fromtimestamp(seconds, ZoneInfo(zone)).strftime("%H:%M")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M UTC")
