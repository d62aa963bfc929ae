"""Presence of the account's users: REST with its rules, what meetings do to it, and the event about it."""

from __future__ import annotations

import time
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from atdesk_zoom.simulator.chat import TOO_MANY, error, json_body
from atdesk_zoom.simulator.people import Person
from atdesk_zoom.simulator.stream import Rules
from atdesk_zoom.simulator.webhooks import WebhookSender

#: PUT vocabulary -> event vocabulary [D-USERS]. The two differ, and both differ from GET's prose.
_EVENT_WORD = {
    "In_Calendar_Event": "In_Calendar_Event",
    "In_A_Zoom_Meeting": "In_Meeting",
    "On_A_Call": "On_Phone_Call",
    "Do_No_Disturb": "Do_Not_Disturb",
}
#: What a read says in place of the event's word: by the schema's enum, or by the prose below it [D-USERS].
_READ_WORD = {
    "event": {},
    "enum": {"In_Meeting": "In_A_Zoom_Meeting", "On_Phone_Call": "On_A_Call"},
    "prose": {
        "In_Meeting": "In_A_Meeting",
        "On_Phone_Call": "In_A_Call",
        "In_Calendar_Event": "In_A_Calendar_Event",
    },
}
_SETTABLE = frozenset(
    {
        "Away",
        "Available",
        "In_Calendar_Event",
        "Presenting",
        "In_A_Zoom_Meeting",
        "On_A_Call",
        "Out_of_Office",
        "Busy",
        "Do_Not_Disturb",
        "Do_No_Disturb",
    }
)
#: Documented transitions; others to Away or Available fail [D-USERS].
_FROM = {
    "Away": frozenset({"Available", "Do_Not_Disturb", "Away"}),
    "Available": frozenset({"Away", "Do_Not_Disturb", "Available"}),
}


class Presences:
    """Presence under `/v2/users/{id}/presence_status`.

    Args:
        rules: Timing, faults and open points.
        people: The account's users.
        webhooks: Where the event goes.
    """

    def __init__(self, rules: Rules, people: Mapping[str, Person], webhooks: WebhookSender) -> None:
        self.people = people
        self._rules, self._webhooks = rules, webhooks
        self._meetings: dict[str, int] = {}
        self._before: dict[str, str] = {}

    def person(self, request: Request) -> Person | None:
        """Whom a path means, by id or e-mail."""
        wanted = request.path_params["user"]
        found = self.people.get(wanted)
        return found or next((one for one in self.people.values() if one.email == wanted), None)

    async def get(self, request: Request) -> Response:
        """`{"status"}`, in whichever vocabulary the open point says."""
        person = self.person(request)
        if person is None:
            return error(404, 1001, "User does not exist.")
        word = person.presence if person.signed_in else "Offline"
        return JSONResponse({"status": _READ_WORD[self._rules.open_points.read_words].get(word, word)})

    async def put(self, request: Request) -> Response:
        """204; at most one update per user and minute [D-USERS]."""
        person, wanted = self.person(request), str((await json_body(request)).get("status"))
        if person is None:
            return error(404, 1001, "User does not exist.")
        if wanted not in _SETTABLE:
            return error(400, 300, "Validation failed: status.")
        if self._rules.faults.forbid_presence:
            return error(400, 5411, "No permission to update the presence status.")
        now, gap = time.monotonic(), self._rules.timing.scaled(self._rules.timing.presence_gap)
        if person.set_at is not None and now - person.set_at < gap:
            return error(429, 429, TOO_MANY)
        if self._rules.faults.take("refuse_presence") or not self._may_change(person, wanted):
            return error(400, 5301, "Request to update the presence status failed.")
        person.set_at = now
        self.set(person, self._shown_after(person, wanted), told=self._rules.open_points.presence_echo)
        return Response(status_code=204)

    def _may_change(self, person: Person, wanted: str) -> bool:
        in_meeting = person.presence == "In_Meeting" and self._rules.open_points.away_in_meeting
        allowed = wanted not in _FROM or person.presence in _FROM[wanted] or (wanted == "Away" and in_meeting)
        return person.signed_in and allowed

    def _shown_after(self, person: Person, wanted: str) -> str:
        again = self._meetings.get(person.id, 0) > 0 and self._rules.open_points.meeting_shows_again
        if wanted == "Available" and again:
            return "In_Meeting"
        return _EVENT_WORD.get(wanted, wanted)

    def set(self, person: Person, presence: str, *, told: bool = True) -> None:
        """The presence becomes this, and the event says so, whoever changed it."""
        person.presence = presence
        if told:
            self._tell(person, presence)

    def sign(self, person: Person, *, signed_in: bool) -> None:
        """The user signs in to the client, or out of it."""
        if person.signed_in != signed_in:
            person.signed_in = signed_in
            self._tell(person, person.presence if signed_in else "Offline")

    def in_meeting(self, person_id: str | None, *, entered: bool) -> None:
        """Somebody of the account enters a meeting, or leaves one: Zoom shows that by itself."""
        person = self.people.get(person_id or "")
        if person is None or not person.signed_in:
            return
        count = self._meetings[person.id] = max(0, self._meetings.get(person.id, 0) + (1 if entered else -1))
        if entered and count == 1:
            self._before[person.id] = person.presence
            self.set(person, "In_Meeting")
        elif count == 0 and person.presence == "In_Meeting":
            self.set(person, self._before.pop(person.id, "Available"))

    def _tell(self, person: Person, presence: str) -> None:
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        key = "date-time" if self._rules.open_points.date_with_dash else "date_time"
        object_ = {key: when, "email": person.email, "id": person.id, "presence_status": presence}
        account = self._rules.credentials.account_id
        self._webhooks.post("user.presence_status_updated", {"account_id": account, "object": object_})
