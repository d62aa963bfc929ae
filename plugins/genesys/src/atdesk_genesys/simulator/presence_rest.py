"""The REST side of presence: definitions in both lists, a user's presence, bulk, and the settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atdesk_genesys.simulator import wire
from atdesk_genesys.simulator.channels import Refused
from atdesk_genesys.simulator.organization import SYSTEM_IDS, Definition
from atdesk_genesys.simulator.platform import Platform
from atdesk_genesys.simulator.rest import ids_of, json_body
from atdesk_genesys.simulator.world import Agent

_EDIT = "presence:userPresence:edit"


class PresenceRest:
    """Handlers over one platform."""

    def __init__(self, platform: Platform) -> None:
        self._limits = platform.limits
        self._world = platform.world

    def routes(self) -> list[Route]:
        """Give every route of this file."""
        api = "/api/v2"
        return [
            Route(f"{api}/presencedefinitions", self.old_definitions, methods=["GET"]),
            Route(f"{api}/systempresences", self.system_presences, methods=["GET"]),
            Route(f"{api}/presence/definitions", self.definitions, methods=["GET"]),
            Route(f"{api}/presence/definitions", self.make_definition, methods=["POST"]),
            Route(f"{api}/presence/settings", self.settings, methods=["GET"]),
            Route(f"{api}/users/presences/purecloud/bulk", self.read_bulk, methods=["GET"]),
            Route(f"{api}/users/presences/bulk", self.write_bulk, methods=["PUT"]),
            Route(f"{api}/users/{{user}}/presences/{{source}}", self.read, methods=["GET"]),
            Route(f"{api}/users/{{user}}/presences/{{source}}", self.write, methods=["PATCH"]),
        ]

    async def old_definitions(self, request: Request) -> Response:
        """`GET /presencedefinitions`: deprecated, paged, display casing, no permission needed."""
        size = int(request.query_params.get("pageSize", "25"))
        number = int(request.query_params.get("pageNumber", "1"))
        every = [d for d in self._world.definitions.values() if not d.deactivated]
        shown = every[(number - 1) * size : number * size]
        page = {
            "pageSize": size,
            "pageNumber": number,
            "total": len(every),
            "pageCount": -(-len(every) // size),
        }
        return JSONResponse({"entities": [wire.old_definition(d) for d in shown]} | page)

    async def system_presences(self, request: Request) -> Response:
        """`GET /systempresences`."""
        return JSONResponse([{"id": uid, "name": name} for name, uid in SYSTEM_IDS.items()])

    async def definitions(self, request: Request) -> Response:
        """`GET /presence/definitions`: Pascal casing, `type`, needs presence:presenceDefinition:view."""
        self._need(request, "presence:presenceDefinition:view")
        wanted = request.query_params.get("deactivated", "false").lower()
        chosen = [
            d
            for d in self._world.definitions.values()
            if wanted == "any" or str(d.deactivated).lower() == wanted
        ]
        entities = [wire.new_definition(d, self._world.questions) for d in chosen]
        return JSONResponse({"total": len(entities), "entities": entities})

    async def make_definition(self, request: Request) -> Response:
        """`POST /presence/definitions`: needs presence:presenceDefinition:add."""
        self._need(request, "presence:presenceDefinition:add")
        body = await json_body(request) or {}
        code = "presenceservice.organizationpresence."
        if not body.get("languageLabels"):
            raise Refused(409, f"{code}musthaveatleastonelocalelabeldefined", "A label is required.")
        system = next(
            (name for name in SYSTEM_IDS if name.replace(" ", "") == body.get("systemPresence")), None
        )
        if system is None:
            raise Refused(409, f"{code}systempresencecannotbenull", "A system presence is required.")
        made = self._world.add_definition(next(iter(body["languageLabels"].values())), system)
        return JSONResponse(wire.new_definition(made, self._world.questions))

    async def settings(self, request: Request) -> Response:
        """`GET /presence/settings` (PresenceSettings)."""
        self._need(request, "presence:settings:view")
        restore = {"enabled": True, "restoreTimeMilliseconds": 60_000, "restoreOnQueueEnabled": False}
        off_queue = self._world.settings.requesting_off_queue
        return JSONResponse({"restorePresenceSettings": restore, "requestingOffQueueEnabled": off_queue})

    async def read(self, request: Request) -> Response:
        """`GET /users/{id}/presences/purecloud` (UserPresence)."""
        return JSONResponse(wire.rest_presence(self._agent(request), self._world.questions))

    async def write(self, request: Request) -> Response:
        """`PATCH /users/{id}/presences/purecloud`: no version is checked, the last writer wins."""
        agent = self._agent(request)
        own = request.scope["genesys.token"].user_id == agent.id
        if not own:
            self._need(request, _EDIT, "presence.not.authorized.update.other.user.presence")
        body = await json_body(request)
        definition = self._definition(body)
        if definition.system == "On Queue":
            # Whether a client whose role grants this could do it to somebody else is UNVERIFIED: not here.
            code = "presence.not.authorized.update.on.queue"
            self._need(request, "routing:agent:onqueue" if own else "the agent's own sign-in", code)
        self._settle(agent)
        self._world.set_presence(agent.id, definition.id, body.get("message"))
        if body.get("primary") is True:
            agent.primary = True
        return JSONResponse(wire.rest_presence(agent, self._world.questions))

    async def read_bulk(self, request: Request) -> Response:
        """`GET /users/presences/purecloud/bulk`: at most 50 ids; unknown ones are not in the answer."""
        wanted = ids_of(request, self._limits.presence_ids, "max.user.presences")
        found = [self._world.agents[uid] for uid in wanted if uid in self._world.agents]
        return JSONResponse([wire.bulk_presence(agent, self._world.questions) for agent in found])

    async def write_bulk(self, request: Request) -> Response:
        """`PUT /users/presences/bulk`: at most 50, never On Queue."""
        self._need(request, _EDIT)
        body = await json_body(request)
        if not isinstance(body, list) or len(body) > self._limits.presence_ids:
            raise Refused(400, "max.user.presences", f"At most {self._limits.presence_ids} presences.")
        wanted = [(self._named(str(entry.get("id"))), self._definition(entry)) for entry in body]
        if any(definition.system == "On Queue" for _, definition in wanted):
            raise Refused(400, "endpoint.does.not.support.on.queue", "On Queue cannot be set here.")
        changed = [self._world.set_presence(agent.id, definition.id) for agent, definition in wanted]
        return JSONResponse([wire.rest_presence(agent, self._world.questions) for agent in changed])

    def _need(self, request: Request, permission: str, code: str = "missing.permissions") -> None:
        settings = self._world.settings
        person = request.scope["genesys.token"].user_id
        if permission not in (settings.permissions if person is None else settings.agent_permissions):
            raise Refused(403, code, f"Unable to perform the requested action. Missing: {permission}")

    def _agent(self, request: Request) -> Agent:
        if request.path_params["source"].casefold() != "purecloud":
            raise Refused(404, "presenceservice.sourcenotfound", "No such presence source.")
        return self._named(request.path_params["user"])

    def _named(self, user: str) -> Agent:
        agent = self._world.agents.get(user)
        if agent is None:
            raise Refused(404, "presenceservice.usernotfound", f"User {user} was not found.")
        return agent

    def _definition(self, body: Any) -> Definition:
        named = body.get("presenceDefinition") if isinstance(body, dict) else None
        uid = named.get("id") if isinstance(named, dict) else None
        definition = self._world.definitions.get(str(uid))
        if definition is None or definition.deactivated:
            raise Refused(400, "general.bad.request", f"There is no active presence definition {uid}.")
        return definition

    def _settle(self, agent: Agent) -> None:
        moment = self._world.now()
        if moment < agent.busy_until:
            raise Refused(409, "presenceservice.conflict", "A previous update request has not yet completed.")
        agent.busy_until = moment + timedelta(seconds=self._world.settings.settle_s)
