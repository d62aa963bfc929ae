"""REST under `/v2`: states, users, RTMS start and stop, chatbot messages; limits and faults before each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from atdesk_zoom.simulator.chat import TOO_MANY, Chat, error, json_body
from atdesk_zoom.simulator.contact_center import ContactCenter
from atdesk_zoom.simulator.journal import Journal
from atdesk_zoom.simulator.people import Person
from atdesk_zoom.simulator.presence import Presences
from atdesk_zoom.simulator.room import Room
from atdesk_zoom.simulator.sign_in import SignIn
from atdesk_zoom.simulator.stream import Rules
from atdesk_zoom.simulator.tokens import Kind, Tokens
from atdesk_zoom.vocabulary import StopReason

Endpoint = Callable[[Request], Awaitable[Response]]


class LostAnswer(Response):
    """The request was carried out; the connection breaks before the answer is whole.

    An answer of 204 has no body that could be missing, so none is ever said to be one.
    """

    def __init__(self) -> None:
        super().__init__(status_code=200)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Promise a body and send none of it: the server then closes the connection."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"512")]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


class Rest:
    """The endpoints, over the rooms and people of one account."""

    def __init__(
        self,
        rules: Rules,
        tokens: Tokens,
        sign_in: SignIn,
        chat: Chat,
        rooms: Mapping[str, Room],
        presences: Presences,
        center: ContactCenter,
        journal: Journal,
    ) -> None:
        self._rules, self._tokens, self._sign_in, self._chat = rules, tokens, sign_in, chat
        self._rooms = rooms
        self._presences, self._center, self._journal = presences, center, journal

    def routes(self) -> list[Route]:
        """The Starlette routes."""
        cards = "/v2/im/chat/messages"
        presence = "/v2/users/{user}/presence_status"
        rtms = "/v2/live_meetings/{meeting}/rtms_app/status"
        return [
            Route("/oauth/token", self._tokens.grant, methods=["POST"]),
            Route("/oauth/authorize", self._sign_in.authorize, methods=["GET"]),
            Route(cards, self._guarded(self._post_card, "chatbot"), methods=["POST"]),
            Route(cards + "/{card}", self._guarded(self._change_card, "chatbot"), methods=["PUT", "DELETE"]),
            Route("/v2/users/me", self._guarded(self._get_me, "user"), methods=["GET"]),
            Route("/v2/users/{user}", self._guarded(self._get_user), methods=["GET"]),
            self._scoped("GET", presence, self._presences.get, "user:read:presence_status:admin"),
            self._scoped("PUT", presence, self._presences.put, "user:update:presence_status:admin"),
            Route(rtms, self._guarded(self._rtms_status), methods=["PATCH"]),
            *self._center_routes(),
        ]

    def _center_routes(self) -> list[Route]:
        center, base = self._center, "/v2/contact_center"
        statuses, users, scope = f"{base}/system_statuses", f"{base}/users", "contact_center"
        return [
            self._scoped("GET", statuses, center.list_statuses, f"{scope}:read:list_system_statues:admin"),
            self._scoped("POST", statuses, center.create_status, f"{scope}:write:system_status:admin"),
            self._scoped("PATCH", f"{users}/status", center.set_statuses, f"{scope}:write:batch_users:admin"),
            self._scoped("GET", users + "/{user}", center.get_user, f"{scope}:read:user:admin"),
            self._scoped("PATCH", users + "/{user}/status", center.set_status, f"{scope}:update:user:admin"),
        ]

    def _scoped(self, method: str, path: str, endpoint: Endpoint, scope: str) -> Route:
        """A route that the app needs a scope for: a missing one is answered with 400 and 4711."""

        async def scoped(request: Request) -> Response:
            if scope in self._rules.faults.missing_scopes:
                return error(400, 4711, f"Invalid access token, does not contain scopes:[{scope}].")
            return await endpoint(request)

        return Route(path, self._guarded(scoped), methods=[method])

    def _guarded(self, endpoint: Endpoint, kind: Kind = "s2s") -> Endpoint:
        async def guarded(request: Request) -> Response:
            response = await self._admit(request, endpoint, kind)
            what = f"{request.method} {request.url.path.removeprefix('/v2')}"
            note = "answer lost" if isinstance(response, LostAnswer) else str(response.status_code)
            self._journal.add("in", "rest", what, await json_body(request), note)
            return response

        return guarded

    async def _admit(self, request: Request, endpoint: Endpoint, kind: Kind) -> Response:
        faults = self._rules.faults
        if faults.take("too_many"):
            refused = error(429, 429, TOO_MANY)
            if faults.retry_after_s:
                refused.headers["Retry-After"] = str(max(1, round(faults.retry_after_s)))
            return refused
        if faults.take("unavailable"):
            return error(503, 503, "Service unavailable.")
        if not self._tokens.good(request, kind):
            return error(401, 7010 if kind == "chatbot" else 124, "Invalid access token.")
        response = await endpoint(request)
        good = response.status_code < 400
        if good and request.method != "GET" and faults.take("lose_answers"):
            return LostAnswer()
        return response

    # ---- chat --------------------------------------------------------------------------------------------

    async def _post_card(self, request: Request) -> Response:
        return self._chat.post(await json_body(request))

    async def _change_card(self, request: Request) -> Response:
        card = request.path_params["card"]
        if request.method == "DELETE":
            return self._chat.delete(card)
        return self._chat.change(card, await json_body(request))

    # ---- users -------------------------------------------------------------------------------------------

    async def _get_user(self, request: Request) -> Response:
        person = self._presences.person(request)
        if person is None:
            return error(404, 1001, "User does not exist.")
        return JSONResponse(_profile(person))

    async def _get_me(self, request: Request) -> Response:
        """Who a person's token stands for; the account is the tenant [Z-RIVET]."""
        person = self._presences.people[self._tokens.person(request)]
        first, _, last = person.name.rpartition(" ")
        more = {"account_id": self._rules.credentials.account_id, "first_name": first, "last_name": last}
        return JSONResponse(_profile(person) | more | {"type": 2, "status": "active", "timezone": "UTC"})

    # ---- RTMS --------------------------------------------------------------------------------------------

    async def _rtms_status(self, request: Request) -> Response:
        """`PATCH /live_meetings/{id}/rtms_app/status` -> 204, done afterwards [T-ONE][S-MANUAL]."""
        number, body = request.path_params["meeting"], await json_body(request)
        room = next((one for one in self._rooms.values() if one.meeting.number == number), None)
        if room is None:
            return error(404, 3001, "Meeting does not exist.")
        settings = body.get("settings") or {}
        if settings.get("client_id") != self._rules.credentials.client_id:
            return error(400, 300, "Validation failed: client_id.")
        user = settings.get("participant_user_id") or room.meeting.host_id
        if not self._rules.open_points.developer_pack:
            return error(400, 2310, "RTMS is not enabled for this account.")
        if user != room.meeting.host_id and user not in _members(room):
            return error(400, 2308, "This user may not start RTMS.")
        return await self._act(room, str(body.get("action")), user)

    async def _act(self, room: Room, action: str, user: str) -> Response:
        if action == "start":
            room.start_stream(user)
        elif action in ("pause", "resume") and room.streams:
            await room.stream.pause(on=action == "pause")
        elif action == "stop" and room.streams:
            await room.stream.stop(StopReason.USER_TRIGGERED)
        else:
            return error(400, 300, "Validation failed: action.")
        return Response(status_code=204)


def _profile(person: Person) -> dict[str, object]:
    return {"id": person.id, "display_name": person.name, "email": person.email, "jid": person.jid}


def _members(room: Room) -> set[str]:
    return {one.person_id for one in room.meeting.participants.values() if one.person_id}
