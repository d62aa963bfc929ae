"""Webhooks about how agents are: presence and Contact Center status. Pure.

That our own change comes back as an event is not documented, nor is the body of the Contact Center event;
both are read for what they have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from atdesk_zoom.agent_status import AgentStatus, read_status
from atdesk_zoom.errors import ProtocolFault


@dataclass(frozen=True, slots=True)
class PresenceTold:
    """`user.presence_status_updated` [D-USERS].

    Attributes:
        text: As Zoom wrote it.
        at_s: When, by Zoom's clock, seconds since the epoch; 0 when it does not say.
    """

    person_id: str
    text: str
    at_s: float


@dataclass(frozen=True, slots=True)
class StatusTold:
    """`contact_center.user_status_changed` [T-APEX]."""

    person_id: str
    status: AgentStatus
    at_s: float


@dataclass(frozen=True, slots=True)
class CameOrWent:
    """`contact_center.user_login` or `_logout`: the status that goes with it is read."""

    person_id: str


StateNews = PresenceTold | StatusTold | CameOrWent


def _object(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = payload.get("object")
    return inner if isinstance(inner, dict) else payload


def _person(body: Mapping[str, Any], *keys: str) -> str:
    for key in keys:
        if isinstance(body.get(key), str) and body[key]:
            return str(body[key])
    raise ProtocolFault("webhook", f"a webhook about an agent's state has no {keys[0]}")


def _moment(body: Mapping[str, Any]) -> float:
    """The sample spells it `date-time`, the schema `date_time`."""
    text = body.get("date_time") or body.get("date-time")
    if not isinstance(text, str):
        return 0.0
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _presence(payload: Mapping[str, Any]) -> PresenceTold:
    body = _object(payload)
    text = body.get("presence_status")
    if not isinstance(text, str) or not text:
        raise ProtocolFault("webhook", "a webhook about a presence has no presence_status")
    return PresenceTold(_person(body, "id"), text, _moment(body))


def _status(payload: Mapping[str, Any]) -> StatusTold:
    body = _object(payload)
    status = read_status(body, "current_")
    if status is None:
        raise ProtocolFault("webhook", "a webhook about an agent's status names none")
    return StatusTold(_person(body, "user_id", "id"), status, _moment(body))


def _came_or_went(payload: Mapping[str, Any]) -> CameOrWent:
    return CameOrWent(_person(_object(payload), "user_id", "id"))


READERS: Mapping[str, Callable[[Mapping[str, Any]], StateNews]] = {
    "user.presence_status_updated": _presence,
    "contact_center.user_status_changed": _status,
    "contact_center.user_login": _came_or_went,
    "contact_center.user_logout": _came_or_went,
}
