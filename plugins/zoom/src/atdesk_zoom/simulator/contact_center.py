"""Contact Center: the account's statuses and reasons, each agent's own, engagements, REST, and events.

Ids are the account's own, so they are drawn anew each time: nothing can rely on them. What a body looks like
where Zoom's pages are silent is a switch (`open_points`).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from atdesk_zoom.simulator.chat import error, json_body
from atdesk_zoom.simulator.people import Person
from atdesk_zoom.simulator.stream import Rules
from atdesk_zoom.simulator.webhooks import WebhookSender

_STATUSES, _REASONS = "agent_status", "queue_opt_out_and_not_ready_status"
_NAMES = ("Offline", "Ready", "Not Ready", "Occupied")
#: Most users in one bulk change [T-ONE].
_BULK = 20


@dataclass(slots=True)
class Agent:
    """One agent's status: ids of the account."""

    status_id: str
    reason_id: str = ""


class ContactCenter:
    """The endpoints under `/v2/contact_center`, and what agents do in their client.

    Args:
        rules: Faults and open points.
        people: The account's users; each is an agent, and Ready at the start.
        webhooks: Where events go.
    """

    def __init__(self, rules: Rules, people: Mapping[str, Person], webhooks: WebhookSender) -> None:
        self._rules, self._people, self._webhooks = rules, people, webhooks
        first = secrets.randbelow(900) + 100
        self.statuses = {str(first + number): name for number, name in enumerate(_NAMES)}
        self.reasons = {str(first + 50): "Break", str(first + 51): "Meal"}
        self.agents = {one: Agent(self.id_of("Ready")) for one in people}

    def id_of(self, name: str) -> str:
        """Id of a status, or of a reason.

        Raises:
            KeyError: There is none of that name.
        """
        return {known: id_ for id_, known in (self.statuses | self.reasons).items()}[name]

    def shown(self, user_id: str) -> str:
        """What a supervisor reads: `Ready`, or `Not Ready: Break`."""
        agent = self.agents[user_id]
        reason = self.reasons.get(agent.reason_id, "")
        return f"{self.statuses[agent.status_id]}: {reason}" if reason else self.statuses[agent.status_id]

    # ---- what agents do ----------------------------------------------------------------------------------

    def choose(self, user_id: str, status: str, reason: str = "") -> None:
        """An agent chooses a status in their client; Offline is a sign-out."""
        agent, offline = self.agents[user_id], self.id_of("Offline")
        was, is_ = agent.status_id == offline, status == "Offline"
        if was != is_:
            self._tell("contact_center.user_logout" if is_ else "contact_center.user_login", user_id, {})
        self._change(user_id, Agent(self.id_of(status), self.id_of(reason) if reason else ""))

    def engage(self, user_id: str, *, on: bool) -> None:
        """An engagement begins (Zoom shows Occupied), or ends."""
        self._change(user_id, Agent(self.id_of("Occupied" if on else "Ready")))

    def _change(self, user_id: str, new: Agent, *, told: bool = True) -> None:
        old, self.agents[user_id] = self.agents[user_id], new
        if told:
            parts = {"previous_": self._fields(old), "current_": self._fields(new)}
            body = {f"{when}{key}": value for when, fields in parts.items() for key, value in fields.items()}
            self._tell("contact_center.user_status_changed", user_id, body)

    def _tell(self, event: str, user_id: str, more: Mapping[str, Any]) -> None:
        person = self._people[user_id]
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        who = {"user_id": user_id, "display_name": person.name, "user_email": person.email, "date_time": when}
        account = self._rules.credentials.account_id
        self._webhooks.post(event, {"account_id": account, "object": who | dict(more)})

    def _fields(self, agent: Agent) -> dict[str, str]:
        return {
            "status_id": agent.status_id,
            "status_name": self.statuses[agent.status_id],
            "sub_status_id": agent.reason_id,
            "sub_status_name": self.reasons.get(agent.reason_id, ""),
        }

    # ---- REST --------------------------------------------------------------------------------------------

    async def list_statuses(self, request: Request) -> Response:
        """`GET system_statuses` in pages [T-ONE]."""
        asked = request.query_params
        category = asked.get("status_category", _STATUSES)
        known = list((self.statuses if category == _STATUSES else self.reasons).items())
        start, size = int(asked.get("next_page_token") or 0), int(asked.get("page_size", 30))
        page = [self._listed(id_, name, category) for id_, name in known[start : start + size]]
        token = str(start + size) if start + size < len(known) else ""
        return JSONResponse({"statuses": page, "total_records": len(known), "next_page_token": token})

    def _listed(self, id_: str, name: str, category: str) -> dict[str, Any]:
        kind = {"status_type": "default", "status_category": category, "enable": True}
        return {"status_id": id_, "status_name": name, **kind, "status_assigned_queues": []}

    async def create_status(self, request: Request) -> Response:
        """`POST system_statuses` -> 201, or 1105 [T-ONE]."""
        body = await json_body(request)
        name = str(body.get("status_name") or "")
        if not name or body.get("status_category") != _REASONS or name in self.reasons.values():
            return error(400, 300, "Validation failed: status_name.")
        if len(self.reasons) >= self._rules.faults.reasons_at_most:
            return error(400, 1105, "The maximum number of custom statuses has been reached.")
        id_ = str(max(map(int, self.statuses | self.reasons)) + 1)
        self.reasons[id_] = name
        return JSONResponse(self._listed(id_, name, _REASONS), status_code=201)

    async def get_user(self, request: Request) -> Response:
        """`GET users/{id}` with the status; the fields' names are an open point."""
        user_id = self._find(request.path_params["user"])
        if user_id is None:
            return error(404, 1001, "User does not exist.")
        start = self._rules.open_points.agent_fields
        fields = {f"{start}{key}": value for key, value in self._fields(self.agents[user_id]).items()}
        return JSONResponse({"user_id": user_id, "user_email": self._people[user_id].email, **fields})

    async def set_status(self, request: Request) -> Response:
        """`PATCH users/{id}/status` -> 204 [T-ONE]. Fields that it does not know change nothing [F-SCHED]."""
        user_id, body = self._find(request.path_params["user"]), await json_body(request)
        if user_id is None:
            return error(404, 1001, "User does not exist.")
        refused = self._set(user_id, body)
        return error(400, 300, refused) if refused else Response(status_code=204)

    async def set_statuses(self, request: Request) -> Response:
        """`PATCH users/status` -> 204 for at most 20; `user_id` wins over `user_email` [T-ONE]."""
        users = (await json_body(request)).get("users")
        if not isinstance(users, list) or not 1 <= len(users) <= _BULK:
            return error(400, 301, f"Validation failed: between 1 and {_BULK} users.")
        found = [self._find(str(one.get("user_id") or one.get("user_email") or "")) for one in users]
        if None in found:
            return error(404, 1012, "A user does not exist.")
        for user_id, one in zip(found, users, strict=True):
            refused = self._set(str(user_id), one)
            if refused:
                return error(400, 301, refused)
        return Response(status_code=204)

    def _set(self, user_id: str, body: Mapping[str, Any]) -> str:
        """Change one agent's status. Returns why that is refused, or nothing."""
        status_id, reason_id = str(body.get("status_id") or ""), str(body.get("sub_status_id") or "")
        now = self.statuses[self.agents[user_id].status_id]
        if status_id not in self.statuses or self.statuses[status_id] == "Occupied":
            return "Validation failed: status_id."
        if reason_id and self.statuses[status_id] != "Not Ready":
            return "The status must be Not Ready when updating substatus."
        if reason_id and reason_id not in self.reasons:
            return "Validation failed: sub_status_id."
        if now == "Occupied" and not self._rules.open_points.occupied_can_be_set:
            return "The user is in an engagement."
        dropped = bool(reason_id) and self._rules.faults.take("drop_reasons")
        told = self._rules.open_points.status_echo
        self._change(user_id, Agent(status_id, "" if dropped else reason_id), told=told)
        return ""

    def _find(self, wanted: str) -> str | None:
        if wanted in self.agents:
            return wanted
        return next((one.id for one in self._people.values() if one.email == wanted), None)
