"""The control plane under `/_sim`: act as the agents do, break things, read what arrived.

GET  /_sim/agents                          who there is, and how they are
POST /_sim/agents/{id or name}/presence    {"presence": "Meal"}
POST /_sim/agents/{id or name}/out_of_office {"active": true}
POST /_sim/agents/{id or name}/primary     {"active": false}
POST /_sim/agents/{id or name}/off_queue   {"presence": "Break"}     asks to leave the queue
POST /_sim/agents/{id or name}/call        {"acd": true, "media": "call", "acw": true} -> {"conversation"}
POST /_sim/calls/{conversation}/{answer|miss|hang_up|finish_acw}
POST /_sim/faults                          an HttpFault as JSON
POST /_sim/faults/socket                   {"mute": true, "drop": 1, ...}     see SocketFaults
DELETE /_sim/faults                        all faults away
POST /_sim/platform/{act}                  announce_closing, close_sockets, no_longer_subscribed,
                                           revoke_tokens, expire_tokens, expire_people (their tokens),
                                           expire_codes or expire_channels
POST /_sim/redirects                       {"uri": "https://host/path"}: where a page may send people back to
GET  /_sim/log?match=REGEX                 what arrived
GET  /_sim/messages                        what the group chat shows
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atdesk_genesys.simulator.channels import Refused
from atdesk_genesys.simulator.platform import Platform
from atdesk_genesys.simulator.rest import json_body
from atdesk_sdk.simulating.control import redirect_in

_PLATFORM_ACTS = frozenset(
    {
        "announce_closing",
        "close_sockets",
        "no_longer_subscribed",
        "revoke_tokens",
        "expire_tokens",
        "expire_people",
        "expire_codes",
        "expire_channels",
    }
)
_CALL_ACTS = frozenset({"answer", "miss", "hang_up", "finish_acw"})


class Control:
    """Handlers over one platform. Mistakes come back as 400 with a sentence."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._world = platform.world

    def routes(self) -> list[Route]:
        """Give every route of this file."""
        return [
            Route("/_sim/agents", self.agents, methods=["GET"]),
            Route("/_sim/agents/{agent}/{act}", self.act, methods=["POST"]),
            Route("/_sim/calls/{conversation}/{act}", self.call, methods=["POST"]),
            Route("/_sim/faults", self.faults, methods=["POST", "DELETE"]),
            Route("/_sim/faults/socket", self.socket_faults, methods=["POST"]),
            Route("/_sim/platform/{act}", self.platform_act, methods=["POST"]),
            Route("/_sim/redirects", self.redirect, methods=["POST"]),
            Route("/_sim/log", self.log, methods=["GET"]),
            Route("/_sim/messages", self.messages, methods=["GET"]),
        ]

    async def agents(self, request: Request) -> Response:
        """List the agents."""
        return JSONResponse(
            [
                {"id": a.id, "name": a.name, "presence": a.definition.label, "routing": a.routing}
                for a in self._world.agents.values()
            ]
        )

    async def act(self, request: Request) -> Response:
        """Do what an agent does."""
        body = await json_body(request) or {}
        try:
            return JSONResponse(self._act(request.path_params["agent"], request.path_params["act"], body))
        except KeyError as unknown:
            raise Refused(400, "control", str(unknown.args[0])) from unknown

    def _act(self, agent: str, act: str, body: dict[str, Any]) -> dict[str, Any]:
        world = self._world
        if act == "call":
            return {"conversation": world.start_call(agent, **body)}
        if act == "presence":
            world.set_presence(agent, body["presence"])
        elif act == "off_queue":
            world.request_off_queue(agent, body["presence"])
        elif act == "out_of_office":
            world.set_out_of_office(agent, bool(body["active"]))
        elif act == "primary":
            world.set_primary(agent, bool(body["active"]))
        else:
            raise KeyError(f"an agent cannot {act!r}")
        return {"ok": True}

    async def call(self, request: Request) -> Response:
        """Do something with a call."""
        act = request.path_params["act"]
        talk = request.path_params["conversation"]
        if act not in _CALL_ACTS or talk not in self._world.conversations:
            raise Refused(
                400, "control", f"no call {talk}, or it cannot {act!r}; it can {sorted(_CALL_ACTS)}"
            )
        try:
            getattr(self._world, act)(talk)
        except ValueError as impossible:
            raise Refused(400, "control", str(impossible)) from impossible
        return JSONResponse({"ok": True})

    async def faults(self, request: Request) -> Response:
        """Add a fault, or take all away."""
        if request.method == "DELETE":
            self._platform.faults.clear()
            return JSONResponse({"ok": True})
        try:
            self._platform.faults.add_json(await json_body(request) or {})
        except (TypeError, ValueError) as wrong:
            raise Refused(400, "control", str(wrong)) from wrong
        return JSONResponse({"ok": True})

    async def socket_faults(self, request: Request) -> Response:
        """Set faults of the socket."""
        try:
            self._platform.faults.socket.change(await json_body(request) or {})
        except ValueError as wrong:
            raise Refused(400, "control", str(wrong)) from wrong
        return JSONResponse({"ok": True})

    async def platform_act(self, request: Request) -> Response:
        """Let the platform do something of its own accord."""
        act = request.path_params["act"]
        if act not in _PLATFORM_ACTS:
            raise Refused(400, "control", f"the platform can {sorted(_PLATFORM_ACTS)}")
        getattr(self._platform, act)()
        return JSONResponse({"ok": True})

    async def redirect(self, request: Request) -> Response:
        """Authorize a redirect URI, as an administrator does on the page's OAuth client."""
        try:
            self._platform.sign_in.client.redirects.add(redirect_in(await json_body(request) or {}))
        except ValueError as wrong:
            raise Refused(400, "control", str(wrong)) from wrong
        return JSONResponse({"ok": True})

    async def log(self, request: Request) -> Response:
        """Show what arrived."""
        found = self._platform.journal.all(request.query_params.get("match", ""))
        return JSONResponse([arrival.as_json() for arrival in found])

    async def messages(self, request: Request) -> Response:
        """Show what the group chat shows."""
        shown = [{"at_s": m.at_s, "text": m.text, "metadata": m.metadata} for m in self._platform.messages]
        return JSONResponse(shown)
