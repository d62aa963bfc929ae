"""The Bot Connector over HTTP, under the `serviceUrl` that every activity names."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from atdesk_teams.simulator.authority import BOT_FRAMEWORK, Authority
from atdesk_teams.simulator.connector import Connector
from atdesk_teams.simulator.connector_errors import Refused, malformed

PREFIX: Final = "/connector"
_CONVERSATION: Final = f"{PREFIX}/v3/conversations/{{conversation}}"
_TEAM: Final = f"{PREFIX}/v3/teams/{{team}}"
_CREATED: Final = 201

Handler = Callable[[Request], Awaitable[Response]]


class ConnectorRest:
    """Handlers over one bot's connector.

    Args:
        connector: What they do.
        authority: Knows the bot's tokens.
    """

    def __init__(self, connector: Connector, authority: Authority) -> None:
        self._connector, self._authority = connector, authority

    def routes(self) -> list[BaseRoute]:
        """Every route of the Connector that a bot of ours may use."""
        activity = f"{_CONVERSATION}/activities/{{activity}}"
        listed: list[tuple[str, str, Handler]] = [
            ("POST", f"{PREFIX}/v3/conversations", self._begin),
            ("POST", f"{_CONVERSATION}/activities", self._post),
            ("POST", activity, self._reply),
            ("PUT", activity, self._change),
            ("DELETE", activity, self._delete),
            ("GET", f"{activity}/members", self._members),
            ("GET", f"{_CONVERSATION}/members", self._members),
            ("GET", f"{_CONVERSATION}/members/{{member}}", self._member),
            # The documentation writes it small, the Teams SDK does not.
            ("GET", f"{_CONVERSATION}/pagedmembers", self._page),
            ("GET", f"{_CONVERSATION}/pagedMembers", self._page),
            ("GET", _TEAM, self._team),
            ("GET", f"{_TEAM}/conversations", self._channels),
        ]
        return [Route(path, self._guarded(handler), methods=[method]) for method, path, handler in listed]

    def _guarded(self, handler: Handler) -> Handler:
        async def endpoint(request: Request) -> Response:
            if self._authority.bearer(request.headers.get("authorization", ""), BOT_FRAMEWORK) is None:
                return JSONResponse({"message": "Authorization has been denied for this request."}, 401)
            try:
                return await handler(request)
            except Refused as refused:
                return _refusal(refused)

        return endpoint

    async def _begin(self, request: Request) -> Response:
        return JSONResponse(self._connector.begin(await _json(request)), _CREATED)

    async def _post(self, request: Request) -> Response:
        where, for_one = request.path_params["conversation"], _for_one(request)
        return JSONResponse(self._connector.post(where, await _json(request), for_one=for_one), _CREATED)

    async def _reply(self, request: Request) -> Response:
        activity = await _json(request) | {"replyToId": request.path_params["activity"]}
        return JSONResponse(self._connector.post(request.path_params["conversation"], activity), _CREATED)

    async def _change(self, request: Request) -> Response:
        where, which = request.path_params["conversation"], request.path_params["activity"]
        return JSONResponse(self._connector.change(where, which, await _json(request)))

    async def _delete(self, request: Request) -> Response:
        self._connector.delete(request.path_params["conversation"], request.path_params["activity"])
        return Response(status_code=200)

    async def _members(self, request: Request) -> Response:
        return JSONResponse(self._connector.members(request.path_params["conversation"]))

    async def _member(self, request: Request) -> Response:
        where, who = request.path_params["conversation"], request.path_params["member"]
        return JSONResponse(self._connector.member(where, who))

    async def _page(self, request: Request) -> Response:
        asked = request.query_params
        size = asked.get("pageSize", "")
        held = int(size) if size.isdecimal() else None
        after = asked.get("continuationToken", "")
        return JSONResponse(self._connector.page(request.path_params["conversation"], held, after))

    async def _team(self, request: Request) -> Response:
        return JSONResponse(self._connector.team(request.path_params["team"]))

    async def _channels(self, request: Request) -> Response:
        return JSONResponse(self._connector.channels(request.path_params["team"]))


def connector_routes(connector: Connector, authority: Authority) -> list[BaseRoute]:
    """The Connector's routes, under `/connector`."""
    return ConnectorRest(connector, authority).routes()


def _for_one(request: Request) -> bool:
    return request.query_params.get("isTargetedActivity", "").lower() == "true"


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise malformed("The request is no JSON.") from None
    if not isinstance(body, dict):
        raise malformed("The request is no JSON object.")
    return body


def _refusal(refused: Refused) -> Response:
    wait_s = refused.retry_after
    headers = {} if wait_s is None else {"Retry-After": str(max(1, math.ceil(wait_s)))}
    return JSONResponse(refused.body, refused.status, headers)
