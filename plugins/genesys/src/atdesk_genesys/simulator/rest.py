"""The REST side: sign-in, notification channels, users and the group chat's webhook."""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atdesk_genesys.simulator import wire
from atdesk_genesys.simulator.access import Token
from atdesk_genesys.simulator.channels import USER_TOPICS, Channel, Refused
from atdesk_genesys.simulator.platform import Message, Platform
from atdesk_genesys.simulator.sign_in_rest import SignInRest


async def json_body(request: Request) -> Any:
    """Parse the body; an empty one and `null` are both None, since the official SDK sends `null` [RAN].

    Raises:
        Refused: It is no JSON.
    """
    raw = await request.body()
    try:
        return json.loads(raw) if raw else None
    except ValueError as broken:
        raise Refused(400, "general.bad.request", "The request could not be understood.") from broken


def ids_of(request: Request, most: int, code: str) -> list[str]:
    """Read `id=a,b` or `id=a&id=b`.

    Raises:
        Refused: More than the platform takes in one call.
    """
    found = [one for part in request.query_params.getlist("id") for one in part.split(",") if one]
    if len(found) > most:
        raise Refused(400, code, f"At most {most} ids can be asked for.")
    return found


class Rest:
    """Handlers over one platform."""

    def __init__(self, platform: Platform, people: SignInRest) -> None:
        self._platform = platform
        self._people = people
        self._world = platform.world

    def routes(self) -> list[Route]:
        """Give every route of this file."""
        api = "/api/v2"
        channel = f"{api}/notifications/channels/{{channel}}"
        return [
            Route("/oauth/token", self.token, methods=["POST"]),
            Route(f"{api}/tokens/me", self.token_info, methods=["GET"]),
            Route(f"{api}/notifications/channels", self.make_channel, methods=["POST"]),
            Route(f"{api}/notifications/channels", self.list_channels, methods=["GET"]),
            Route(channel, self.channel_lives, methods=["HEAD"]),
            Route(f"{channel}/subscriptions", self.subscribe, methods=["PUT", "POST"]),
            Route(f"{channel}/subscriptions", self.subscriptions, methods=["GET", "DELETE"]),
            Route(f"{api}/notifications/availabletopics", self.topics, methods=["GET"]),
            Route(f"{api}/users", self.users, methods=["GET"]),
            Route(f"{api}/users/{{user}}/routingstatus", self.routing, methods=["GET", "PUT"]),
            Route(f"{api}/groups/{{group}}/members", self.members, methods=["GET"]),
            Route("/webhooks/api/v1/webhook/{hook}", self.webhook, methods=["POST"]),
        ]

    # -- sign-in -----

    async def token(self, request: Request) -> Response:
        """`POST /oauth/token`: client credentials, as Basic header or as form fields; a person's code."""
        form = {
            key: values[0]
            for key, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()
        }
        if form.get("grant_type") == "authorization_code":
            return self._people.token(request, form)
        client, secret = _basic(request.headers.get("authorization", "")) or (
            form.get("client_id", ""),
            form.get("client_secret", ""),
        )
        questions = self._world.questions
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        if not self._platform.tokens.knows(client, secret):
            # The body of a refused token call is UNVERIFIED; this is what OAuth 2 says.
            refused = {"error": "invalid_client", "description": "client credentials are invalid"}
            return JSONResponse(refused, questions.bad_credentials_status)
        life = self._platform.limits.token_life_s
        token = self._platform.tokens.issue(client, life)
        answer = {"access_token": token.value, "token_type": questions.token_type, "expires_in": life}
        return JSONResponse(answer)

    async def token_info(self, request: Request) -> Response:
        """`GET /tokens/me` (TokenInfo)."""
        organization = {key: wire.ORGANIZATION[key] for key in ("id", "name")}
        client = {"id": _token(request).client_id, "name": "atdesk", "organization": organization}
        return JSONResponse({"organization": organization, "OAuthClient": client})

    # -- channels -----

    async def make_channel(self, request: Request) -> Response:
        """`POST /notifications/channels` (Channel)."""
        await json_body(request)
        return JSONResponse(self._channel(request, self._platform.channels.create(_token(request))))

    async def list_channels(self, request: Request) -> Response:
        """`GET /notifications/channels`: those of this token; others are hidden [OAS]."""
        mine = [c for c in self._platform.channels.all.values() if c.token.value == _token(request).value]
        return JSONResponse({"entities": [self._channel(request, c) for c in mine]})

    async def channel_lives(self, request: Request) -> Response:
        """`HEAD /notifications/channels/{id}`: 200 or 404."""
        found = self._platform.channels.find(request.path_params["channel"])
        return Response(status_code=200 if found is not None else 404)

    async def subscribe(self, request: Request) -> Response:
        """`PUT` replaces, `POST` adds; `ignoreErrors=true` reports refused topics instead of failing."""
        channels = self._platform.channels
        channel = channels.owned(request.path_params["channel"], _token(request))
        body = await json_body(request)
        if not isinstance(body, list) or not all(
            isinstance(t, dict) and isinstance(t.get("id"), str) for t in body
        ):
            raise Refused(400, "general.bad.request", "A list of topics was expected.")
        ignore = request.query_params.get("ignoreErrors", "").lower() == "true"
        replace = request.method == "PUT"
        topics = [t["id"] for t in body]
        return JSONResponse(
            {"entities": channels.subscribe(channel, topics, replace=replace, ignore_errors=ignore)}
        )

    async def subscriptions(self, request: Request) -> Response:
        """`GET` lists the subscriptions, `DELETE` removes them all."""
        channel = self._platform.channels.owned(request.path_params["channel"], _token(request))
        if request.method == "DELETE":
            channel.topics = {}
            return Response(status_code=204)
        return JSONResponse({"entities": [{"id": topic, "state": "Permitted"} for topic in channel.topics]})

    async def topics(self, request: Request) -> Response:
        """`GET /notifications/availabletopics` (AvailableTopicEntityListing)."""
        entities = [
            {"id": f"v2.users.{{id}}.{last}", "description": last, "transports": ["All"], "enforced": True}
            for last in sorted(USER_TOPICS)
        ]
        return JSONResponse({"entities": entities})

    # -- users -----

    async def users(self, request: Request) -> Response:
        """`GET /users?id=..&expand=..`; unknown ids are left out, expanding is best effort."""
        limits, settings = self._platform.limits, self._world.settings
        wanted = ids_of(request, limits.user_ids, "max.user.ids") or list(self._world.agents)
        size = min(int(request.query_params.get("pageSize", "25")), 500)
        expand = {e for part in request.query_params.getlist("expand") for e in part.split(",")}
        found = [self._world.agents[uid] for uid in wanted if uid in self._world.agents]
        shown = expand - settings.omitted_expands
        entities = [wire.rest_user(agent, shown, self._world.questions) for agent in found[:size]]
        pages = -(-len(found) // size)
        page = {"pageSize": size, "pageNumber": 1, "total": len(found), "pageCount": pages}
        return JSONResponse({"entities": entities} | page)

    async def routing(self, request: Request) -> Response:
        """`GET` and `PUT /users/{id}/routingstatus` (RoutingStatus)."""
        agent = self._world.agents.get(request.path_params["user"])
        if agent is None:
            raise Refused(404, "not.found", "The user was not found.")
        if request.method == "PUT":
            body = await json_body(request)
            try:
                self._world.set_routing(agent.id, (body or {}).get("status", ""))
            except ValueError as refused:
                raise Refused(400, "general.bad.request", str(refused)) from refused
        return JSONResponse(wire.rest_routing(agent))

    # -- group chat -----

    async def members(self, request: Request) -> Response:
        """`GET /groups/{id}/members` (UserEntityListing), in pages; no permission is listed [OAS]."""
        users = self._world.groups.get(request.path_params["group"])
        if users is None:
            raise Refused(404, "not.found", "The group was not found.")
        size = min(int(request.query_params.get("pageSize", "25")), 100)
        number = int(request.query_params.get("pageNumber", "1"))
        here = [self._world.agents[uid] for uid in users if uid in self._world.agents]
        shown = here[(number - 1) * size : number * size]
        entities = [wire.rest_user(agent, set(), self._world.questions) for agent in shown]
        page = {
            "pageSize": size,
            "pageNumber": number,
            "total": len(here),
            "pageCount": -(-len(here) // size),
        }
        return JSONResponse({"entities": entities} | page)

    async def webhook(self, request: Request) -> Response:
        """The generic webhook: no authentication, the address is the secret [DC:platform/webhooks]."""
        if request.path_params["hook"] != self._platform.webhook_id:
            raise Refused(404, "not.found", "No such webhook.")
        body = await json_body(request)
        if not isinstance(body, dict) or not isinstance(body.get("message"), str) or not body["message"]:
            raise Refused(400, "general.bad.request", "A message is required.")
        self._platform.take_message(
            Message(self._platform.monotonic(), body["message"], body.get("metadata"))
        )
        return Response(status_code=self._world.questions.webhook_status)

    def _channel(self, request: Request, channel: Channel) -> dict[str, str]:
        uri = f"ws://{request.url.netloc}/channels/{channel.id}"
        return {"connectUri": uri, "id": channel.id, "expires": wire.stamp(channel.expires)}


def _token(request: Request) -> Token:
    token = request.scope["genesys.token"]
    assert isinstance(token, Token)  # noqa: S101 - the gate put it there; this narrows the type
    return token


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = b64decode(value).decode().partition(":")
    except (NotBase64, UnicodeDecodeError):
        return None
    return client, secret
