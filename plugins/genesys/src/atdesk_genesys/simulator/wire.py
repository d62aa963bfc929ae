"""Bodies as Genesys Cloud writes them: fields of the official models [PY], times in ISO 8601, UTC, ms.

Casing is on purpose: events say `ON_QUEUE`, a user's REST presence says `On Queue`, and
`/presence/definitions` says `OnQueue`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from atdesk_genesys.simulator.conversations import Conversation, Participant
from atdesk_genesys.simulator.organization import Definition, OpenQuestions

if TYPE_CHECKING:
    from atdesk_genesys.simulator.world import Agent

Body = dict[str, Any]

#: The organisation, as `expand=organization` shows it (Organization).
ORGANIZATION: Body = {
    "id": "c0ffee00-0000-4000-8000-000000000001",
    "name": "Simulated organisation",
    "thirdPartyOrgName": "simulated",
    "state": "active",
    "version": 1,
    "selfUri": "/api/v2/organizations/c0ffee00-0000-4000-8000-000000000001",
}


def stamp(moment: datetime) -> str:
    """Write a time the way the platform does: `2026-01-05T10:00:00.123Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def envelope(topic: str, body: Mapping[str, Any], correlation: str) -> Body:
    """Wrap an event's body. `version` is a schema number, not a sequence."""
    return {"topicName": topic, "version": "2", "eventBody": body, "metadata": {"CorrelationId": correlation}}


# -- events -----


def activity_event(person: Agent) -> Body:
    """Body of `v2.users.{id}.activity` (AgentActivityChangedTopicAgentActivity)."""
    presence: Body = {"presenceDefinition": _event_definition(person.definition)}
    if person.message:
        presence["presenceMessage"] = person.message
    presence["modifiedDate"] = stamp(person.modified)
    return {
        "id": person.id,
        "routingStatus": _routing(person),
        "presence": presence,
        "outOfOffice": {"active": person.out_of_office, "modifiedDate": stamp(person.out_of_office_since)},
        "activeQueueIds": ["4750048b-1994-41d4-8410-a5760c49a6cd"],
        "dateActiveQueuesChanged": "2026-01-05T04:15:44.913Z",
    }


def presence_event(person: Agent) -> Body:
    """Body of `v2.users.{id}.presence` (PresenceEventUserPresence). The user's id is in the topic alone."""
    body: Body = {
        "source": "PURECLOUD",
        "presenceDefinition": _event_definition(person.definition),
        "primary": person.primary,
        "message": person.message,
        "modifiedDate": stamp(person.modified),
    }
    if person.future is not None:
        body["futurePresenceDefinition"] = _event_definition(person.future)
    return body


def routing_event(person: Agent) -> Body:
    """Body of `v2.users.{id}.routingStatus` (UserRoutingStatusUserRoutingStatus)."""
    return {"id": person.id, "routingStatus": _routing(person)}


def out_of_office_event(person: Agent) -> Body:
    """Body of `v2.users.{id}.outofoffice` (OutOfOfficeEventOutOfOffice)."""
    body: Body = {"user": {"id": person.id}, "active": person.out_of_office, "indefinite": False}
    return body | ({"startDate": stamp(person.out_of_office_since)} if person.out_of_office else {})


def conversation_event(talk: Conversation) -> Body:
    """Body of `v2.users.{id}.conversations` (ConversationEventTopicConversation): always the whole."""
    people = [_participant(talk, person) for person in talk.participants]
    return {"id": talk.id, "recordingState": "none", "participants": people}


def media_event(talk: Conversation) -> Body:
    """Body of `.conversations.calls` or `.videos`: flatter, the state stands on the participant."""
    return {"id": talk.id, "participants": [_flat_participant(talk, person) for person in talk.participants]}


def conversation_summary(person: Agent) -> Body:
    """Counts per medium, in the event (`.conversationsummary`) and in `GET /users?expand=` alike."""
    return {"userId": person.id, "call": _counts(person, "call"), "video": _counts(person, "video")}


def system_message(kind: str, reason: str, channel: str, client: str, correlation: str) -> Body:
    """Body of `v2.system.*` (SystemMessageSystemMessage)."""
    return {
        "channelId": channel,
        "systemTopicType": kind,
        "correlationId": correlation,
        "organizationId": ORGANIZATION["id"],
        "oauthClientId": client,
        "reason": reason,
        "message": f"{kind}: {reason}",
        "data": {},
    }


def _routing(person: Agent) -> Body:
    return {"status": person.routing, "startTime": stamp(person.routing_since)}


def _event_definition(definition: Definition) -> Body:
    return {"id": definition.id, "systemPresence": definition.upper}


def _counts(person: Agent, media: str) -> Body:
    def count(acd: bool) -> Body:
        talks = [t for t in person.conversations if t.media == media and t.acd is acd]
        active = sum(t.active(person.id) for t in talks)
        return {"active": active, "acw": sum(t.wrapping_up(person.id) for t in talks)}

    return {"contactCenter": count(True), "enterprise": count(False)}


def _participant(talk: Conversation, person: Participant) -> Body:
    body: Body = {
        "id": person.id,
        "purpose": person.purpose,
        "wrapupRequired": talk.acw and bool(person.user_id),
    }
    body |= (
        {"attributes": {}}
        if person.user_id is None
        else {"userId": person.user_id, "alertingTimeoutMs": 30000}
    )
    body |= _times(person)
    if talk.media == "call":
        return body | {"calls": [_call(talk, person)]}
    return body | {"videos": [_video(talk, person)]}


def _times(person: Participant) -> Body:
    named = {
        "connectedTime": person.connected,
        "endTime": person.end_time,
        "startAcwTime": person.acw_start,
        "endAcwTime": person.acw_end,
    }
    return {key: stamp(moment) for key, moment in named.items() if moment is not None}


def _media(talk: Conversation, person: Participant) -> Body:
    body: Body = {
        "id": person.id,
        "state": person.state,
        "initialState": "alerting" if person.user_id else "offering",
    }
    if person.connected is not None:
        body["connectedTime"] = stamp(person.connected)
    if person.end_time is not None:
        body |= {"disconnectedTime": stamp(person.end_time), "disconnectType": person.disconnect_type}
    if talk.acw and person.user_id is not None:
        body |= {"afterCallWorkRequired": True, "afterCallWork": _after_call_work(person)}
    return body


def _after_call_work(person: Participant) -> Body:
    if person.acw_start is None:
        return {"state": "unknown"}
    body: Body = {"state": "complete" if person.acw_end else "pending", "startTime": stamp(person.acw_start)}
    return body | ({"endTime": stamp(person.acw_end)} if person.acw_end else {})


def _call(talk: Conversation, person: Participant) -> Body:
    plain = {"direction": "inbound", "held": False, "muted": False, "confined": False, "provider": "Edge"}
    return _media(talk, person) | plain


def _video(talk: Conversation, person: Participant) -> Body:
    plain = {
        "context": talk.id,
        "audioMuted": False,
        "videoMuted": False,
        "sharingScreen": False,
        "peerCount": 1,
    }
    return _media(talk, person) | plain


def _flat_participant(talk: Conversation, person: Participant) -> Body:
    body: Body = {"id": person.id, "purpose": person.purpose, "state": person.state} | _times(person)
    if talk.media == "call":
        body |= {"direction": "inbound", "held": False, "muted": False}
    return body | ({"user": {"id": person.user_id}} if person.user_id else {})


# -- REST -----


def rest_presence(person: Agent, questions: OpenQuestions) -> Body:
    """Body of `GET` and `PATCH /users/{id}/presences/purecloud` (UserPresence)."""
    body: Body = {
        "id": person.id,
        "source": "PURECLOUD",
        "primary": person.primary,
        "presenceDefinition": _rest_definition(person.definition, questions),
        "message": person.message,
        "modifiedDate": stamp(person.modified),
        "selfUri": f"/api/v2/users/{person.id}/presences/PURECLOUD",
    }
    if person.future is not None:
        body["futurePresenceDefinition"] = _rest_definition(person.future, questions)
    return body


def bulk_presence(person: Agent, questions: OpenQuestions) -> Body:
    """One entry of `GET /users/presences/purecloud/bulk` (UcUserPresence, without `primary`)."""
    body = rest_presence(person, questions)
    for absent in ("primary", "futurePresenceDefinition"):
        body.pop(absent, None)
    return body | {"userId": person.id}


def rest_user(person: Agent, expand: set[str], questions: OpenQuestions) -> Body:
    """One entry of `GET /users` (User) with the parts asked for."""
    body: Body = {"id": person.id, "name": person.name, "email": person.email, "username": person.email}
    body |= {"state": "active", "version": 1, "selfUri": f"/api/v2/users/{person.id}"}
    parts: Body = {
        "presence": rest_presence(person, questions),
        "routingStatus": rest_routing(person),
        "conversationSummary": conversation_summary(person),
        "outOfOffice": {"id": person.id, "active": person.out_of_office, "indefinite": False},
    }
    return body | {name: part for name, part in parts.items() if name in expand}


def rest_routing(person: Agent) -> Body:
    """Body of `GET /users/{id}/routingstatus` (RoutingStatus)."""
    return {"userId": person.id} | _routing(person)


def old_definition(definition: Definition) -> Body:
    """One entry of the deprecated `/presencedefinitions` (display form, `primary`)."""
    return {
        "id": definition.id,
        "languageLabels": {"en_US": definition.label},
        "systemPresence": definition.system,
        "deactivated": definition.deactivated,
        "primary": definition.primary,
        "selfUri": f"/api/v2/presencedefinitions/{definition.id}",
    }


def new_definition(definition: Definition, questions: OpenQuestions) -> Body:
    """One entry of `/presence/definitions` (Pascal form, `type`)."""
    return {
        "id": definition.id,
        "name": definition.label,
        "type": "System" if definition.primary else "User",
        "languageLabels": {"en_US": definition.label},
        "systemPresence": definition.pascal,
        "divisionId": questions.division_id,
        "deactivated": definition.deactivated,
        "selfUri": f"/api/v2/presence/definitions/{definition.id}",
    }


def error(status: int, code: str, message: str, correlation: str) -> Body:
    """An error body (ErrorBody)."""
    return {
        "message": message,
        "code": code,
        "status": status,
        "messageParams": {},
        "contextId": correlation,
        "details": [],
        "errors": [],
    }


def _rest_definition(definition: Definition, questions: OpenQuestions) -> Body:
    on_queue = definition.system == "On Queue"
    return {
        "id": definition.id,
        "systemPresence": questions.rest_on_queue if on_queue else definition.system,
        "selfUri": f"/api/v2/presencedefinitions/{definition.id}",
    }
