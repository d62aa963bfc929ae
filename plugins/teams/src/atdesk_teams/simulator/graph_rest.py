"""Graph's presence over HTTP: reading, in bulk too, and writing.

Status codes, `InvalidArgument`, the order in which `sessionId` and permissions are looked at, pairs and
durations are from the reference. Other `code` words are UNVERIFIED: a client goes by the status.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atdesk_teams.simulator.authority import GRAPH, Authority, Token
from atdesk_teams.simulator.graph_bodies import (
    STALE,
    GraphError,
    error_answer,
    json_body,
    life_s_of,
    pair_of,
    spelt,
)
from atdesk_teams.simulator.permissions import NEEDS, Needs, allowed
from atdesk_teams.simulator.presence import PREFERRED_PAIRS, SESSION_PAIRS
from atdesk_teams.simulator.tenant import User
from atdesk_teams.simulator.throttling import Limits, Window
from atdesk_teams.simulator.world import World

_SESSION_LIFE_S: Final = 300.0
_LONGEST_SESSION_S: Final = 4 * 3600.0
#: Activities that Teams itself sets, and no app.
_NOT_SETTABLE: Final = frozenset({"OutOfOffice", "InAMeeting"})
_CONTEXT: Final = "https://graph.microsoft.com/v1.0/$metadata#"

Handler = Callable[[Request, Token], Awaitable[Response]]


class GraphRest:
    """Handlers over one tenant."""

    def __init__(self, world: World, authority: Authority, limits: Limits) -> None:
        self._world, self._authority, self._limits = world, authority, limits
        self._presence = Window(limits.presence, limits.presence_s, world.clock)
        self._graph = Window(limits.graph, 1.0, world.clock)

    def routes(self) -> list[Route]:
        """Give every route of this file."""
        one, users = "/v1.0/communications", "/v1.0/users/{user}/presence"
        writes: dict[str, Handler] = {
            "setPresence": self.set_presence,
            "clearPresence": self.clear_presence,
            "setUserPreferredPresence": self.set_preferred,
            "clearUserPreferredPresence": self.clear_preferred,
            "setStatusMessage": self.set_status_message,
        }
        posts = [
            Route(f"{users}/{name}", self._endpoint(made), methods=["POST"]) for name, made in writes.items()
        ]
        return [
            Route(users, self._endpoint(self.read_one), methods=["GET"]),
            Route(f"{one}/presences/{{user}}", self._endpoint(self.read_one), methods=["GET"]),
            Route(f"{one}/getPresencesByUserId", self._endpoint(self.read_many), methods=["POST"]),
            *posts,
        ]

    def _endpoint(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """Token, limits, then the handler: what each request of Graph passes."""

        async def endpoint(request: Request) -> Response:
            try:
                return await handler(request, self._admitted(request))
            except GraphError as refused:
                return error_answer(refused.status, refused.code, str(refused), refused.headers)

        return endpoint

    def _admitted(self, request: Request) -> Token:
        token = self._authority.bearer(request.headers.get("authorization", ""), GRAPH)
        if token is None:
            raise GraphError(401, "InvalidAuthenticationToken", "Access token is missing or invalid.")
        app = str(token.claims["appid"])
        wait_s = max(self._graph.wait_s(app), self._presence.wait_s(f"{app} {token.claims['tid']}"))
        if wait_s:
            told = {"Retry-After": str(wait_s)} if self._world.open_points.retry_after else {}
            raise GraphError(429, "TooManyRequests", "Too many requests.", told)
        return token

    # -- reading -----

    async def read_one(self, request: Request, token: Token) -> Response:
        """`GET /users/{id}/presence` and `GET /communications/presences/{id}`."""
        wanted = request.path_params["user"]
        self._permit(token, NEEDS["read"], wanted)
        user = self._existing(wanted)
        return JSONResponse(
            {"@odata.context": f"{_CONTEXT}presence/$entity", **self._shown(user, _stale(request))}
        )

    async def read_many(self, request: Request, token: Token) -> Response:
        """`POST /communications/getPresencesByUserId`."""
        self._permit(token, NEEDS["read_many"])
        ids = (await json_body(request)).get("ids")
        if not isinstance(ids, list) or not ids or not all(isinstance(one, str) for one in ids):
            raise GraphError(400, "InvalidArgument", "[ids]: The ids field is required.")
        if len(ids) > self._limits.ids:
            raise GraphError(400, "InvalidArgument", f"[ids]: At most {self._limits.ids} ids are supported.")
        stale = _stale(request)
        found = [self._listed(one, stale) for one in ids]
        value = [one for one in found if one is not None]
        return JSONResponse({"@odata.context": f"{_CONTEXT}Collection(presence)", "value": value})

    def _listed(self, wanted: str, stale: bool) -> dict[str, Any] | None:
        if self._world.has(wanted.lower()):
            return self._shown(self._world.user(wanted.lower()), stale)
        way = self._world.open_points.unknown_ids
        if way == "not_found":
            raise GraphError(404, "NotFound", "A user of this request was not found.")
        nothing = {"availability": "PresenceUnknown", "activity": "PresenceUnknown"}
        return {"id": wanted, **nothing} if way == "unknown" else None

    def _shown(self, user: User, stale: bool) -> dict[str, Any]:
        points = self._world.open_points
        now = self._world.shown(user.id), self._world.version(user.id)
        pair, version = self._world.before(user.id) if stale else now
        note = {"message": {"content": user.note, "contentType": "text"}} if user.note else None
        body: dict[str, Any] = {
            "id": user.id,
            "availability": spelt(pair.availability, points.camel_case),
            "activity": spelt(pair.activity, points.camel_case),
            "outOfOfficeSettings": {"message": None, "isOutOfOffice": False},
            "statusMessage": note,
        }
        return body | ({"sequenceNumber": version} if points.sequence_numbers else {})

    # -- writing -----

    async def set_presence(self, request: Request, token: Token) -> Response:
        """`POST .../presence/setPresence`: a session of this app."""
        body = await json_body(request)
        session = self._session(body, token)
        user = self._writable(request, token, NEEDS["write_session"])
        pair = pair_of(body)
        if pair not in SESSION_PAIRS:
            if pair.activity in _NOT_SETTABLE and not self._world.open_points.unsettable_refused:
                return Response(status_code=200)
            raise GraphError(400, "InvalidArgument", f"{pair.availability}/{pair.activity} is not supported.")
        asked_s = life_s_of(body)
        life_s = _SESSION_LIFE_S if asked_s is None else asked_s
        if not _SESSION_LIFE_S <= life_s <= _LONGEST_SESSION_S:
            raise GraphError(400, "InvalidArgument", "[ExpirationDuration]: From PT5M to PT4H.")
        self._world.change(user.id, lambda state, now: state.with_app(session, pair, now, life_s))
        return Response(status_code=200)

    async def clear_presence(self, request: Request, token: Token) -> Response:
        """`POST .../presence/clearPresence`: this app's session goes."""
        session = self._session(await json_body(request), token)
        user = self._writable(request, token, NEEDS["write_session"])
        try:
            self._world.change(user.id, lambda state, now: state.without_app(session, now))
        except KeyError as unknown:
            raise GraphError(404, "NotFound", "The presence session was not found.") from unknown
        return Response(status_code=200)

    async def set_preferred(self, request: Request, token: Token) -> Response:
        """`POST .../presence/setUserPreferredPresence`: above all sessions."""
        user = self._writable(request, token, NEEDS["write_preferred"])
        body = await json_body(request)
        pair = pair_of(body)
        if pair not in PREFERRED_PAIRS:
            raise GraphError(400, "InvalidArgument", f"{pair.availability}/{pair.activity} is not supported.")
        life_s = life_s_of(body)
        if life_s is not None and life_s < max(self._world.open_points.least_preferred_s, 1.0):
            raise GraphError(400, "InvalidArgument", "[ExpirationDuration]: The duration is too short.")
        self._world.change(user.id, lambda state, now: state.with_preferred(pair, now, life_s))
        return Response(status_code=200)

    async def clear_preferred(self, request: Request, token: Token) -> Response:
        """`POST .../presence/clearUserPreferredPresence`."""
        user = self._writable(request, token, NEEDS["write_preferred"])
        self._world.change(user.id, lambda state, _now: state.without_preferred())
        return Response(status_code=self._world.open_points.clear_preferred_status)

    async def set_status_message(self, request: Request, token: Token) -> Response:
        """`POST .../presence/setStatusMessage`: the user's own note is gone."""
        if token.user_id is None and not self._world.open_points.status_message_app_only:
            raise GraphError(403, "Forbidden", "Application-only access is not supported here.")
        user = self._writable(request, token, NEEDS["write_note"])
        message = ((await json_body(request)).get("statusMessage") or {}).get("message") or {}
        if not isinstance(message.get("content"), str):
            raise GraphError(400, "InvalidArgument", "[StatusMessage]: The StatusMessage field is required.")
        self._world.write_note(user.id, message["content"])
        return Response(status_code=200)

    # -- what all of them check -----

    def _session(self, body: Mapping[str, Any], token: Token) -> str:
        """The `sessionId`; looked at before permissions are."""
        session = body.get("sessionId")
        if not isinstance(session, str) or not session:
            raise GraphError(400, "InvalidArgument", "[SessionId]: The SessionId field is required.")
        if session != token.claims["appid"] and not self._world.open_points.foreign_sessions:
            raise GraphError(400, "InvalidArgument", "[SessionId]: Has to be the id of the calling app.")
        return session

    def _writable(self, request: Request, token: Token, needs: Needs) -> User:
        wanted = request.path_params["user"]
        self._permit(token, needs, wanted)
        return self._existing(wanted)

    def _existing(self, wanted: str) -> User:
        if not self._world.has(wanted.lower()):
            raise GraphError(404, "NotFound", "The user was not found.")
        return self._world.user(wanted.lower())

    def _permit(self, token: Token, needs: Needs, about: str = "") -> None:
        # A consent that is taken back counts at once; at Microsoft a token may keep it until it ends.
        granted = token.roles & self._authority.registration.permissions
        if allowed(token, granted, needs, about.lower()):
            return
        message = "Insufficient privileges to complete the operation."
        if self._world.open_points.roles_in_403:
            wanted = ", ".join(sorted(needs.app if token.user_id is None else needs.delegated))
            has = ", ".join(sorted(granted if token.user_id is None else token.scopes))
            message = (
                f"Missing role permissions on the request. API requires one of '{wanted}'. "
                f"Roles on the request '{has}'."
            )
        raise GraphError(403, "Forbidden", message)


def _stale(request: Request) -> bool:
    return bool(request.scope.get(STALE, False))
