"""The control plane under `/_sim`: act as people do, break things, read what arrived.

GET  /_sim                                 who there is, and how they are
POST /_sim/users/{id or name}/{act}        sign_in {"device"?}, sign_out {"device"?}, start_call,
                                           start_meeting, hang_up, fall_idle, reset_status,
                                           pick {"availability", "life_s"?}, write_note {"text"}, remove;
                                           add {"name"} with a new id
POST /_sim/clock                           {"skip_s": 600}: so much time passes at once in the tenant
POST /_sim/rules                           {"fade_s"?, "client_idle_s"?, "preferred_beats_calls"?}
POST /_sim/open_points                     switches of `OpenPoints`
POST /_sim/faults                          an HttpFault as JSON; DELETE takes all away
POST /_sim/app                             {"permissions"?: [...], "enabled"?, "expire_secrets"?: true,
                                           "certificate"?: PEM}: what an administrator does
POST /_sim/tokens                          {"revoke": true} ends every token, {"revoke": "codes"} the codes,
                                           {"rotate": "entra" or "bot", "withdraw"?} signs with a new key,
                                           {"life_s"}: how long an app's tokens are good from now on
POST /_sim/redirects                       {"uri": "https://host/path"}: where people may be sent back to
POST /_sim/page_token                      {"user", "claims"?} -> {"token"}: as Teams gives a page
GET  /_sim/log?where=&what=&way=&since=    what arrived and was sent
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from cryptography import x509
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atdesk_sdk.simulating.control import Act, acting, log_of, redirect_in
from atdesk_teams.simulator.presence import Rules

if TYPE_CHECKING:
    from atdesk_teams.simulator.server import TeamsSimulator

#: What people do that needs no more than who does it.
_PLAIN_ACTS = frozenset({"start_call", "start_meeting", "hang_up", "fall_idle", "reset_status"})


class Control:
    """The `/_sim` routes over one simulator. Mistakes come back as 400 with a sentence."""

    def __init__(self, sim: TeamsSimulator) -> None:
        self._sim = sim

    def routes(self) -> list[Route]:
        """Give every route of this file."""
        acts: dict[str, Act] = {
            "users/{user}/{act}": self._act,
            "clock": self._clock,
            "rules": self._rules,
            "open_points": self._open_points,
            "faults": self._fault,
            "app": self._app,
            "tokens": self._tokens,
            "redirects": self._redirect,
            "page_token": self._page_token,
        }
        return [
            Route("/_sim", self._state, methods=["GET"]),
            log_of(self._sim.journal),
            Route("/_sim/faults", self._clear, methods=["DELETE"]),
            *acting(acts),
        ]

    # -- looking -----

    async def _state(self, _: Request) -> Response:
        world = self._sim.world
        users = [
            {"id": one.id, "name": one.name, "note": one.note, **_pair_of(self._sim, one.id)}
            for one in world.users
        ]
        return JSONResponse({"users": users, "leads": list(world.leads), "now": world.clock()})

    async def _clear(self, _: Request) -> Response:
        self._sim.faults.clear()
        return JSONResponse({"faults": 0})

    # -- people -----

    async def _act(self, body: dict[str, Any]) -> dict[str, Any]:
        user, act, world = str(body["user"]), str(body["act"]), self._sim.world
        if act in _PLAIN_ACTS:
            getattr(world, act)(user)
        elif act == "sign_in":
            world.sign_in(user, str(body.get("device", "desktop")))
        elif act == "sign_out":
            world.sign_out(user, body.get("device"))
        elif act == "pick":
            world.pick(user, str(body["availability"]), body.get("life_s"))
        elif act == "write_note":
            world.write_note(user, str(body["text"]))
        elif act in ("add", "remove"):
            return self._move(user, act, body)
        else:
            raise ValueError(f"a user cannot {act!r}")
        return _pair_of(self._sim, user)

    def _move(self, user: str, act: str, body: dict[str, Any]) -> dict[str, Any]:
        if act == "add":
            self._sim.world.add_user(user, str(body["name"]))
        else:
            self._sim.world.remove_user(user)
        return {act: user}

    # -- the tenant -----

    async def _clock(self, body: dict[str, Any]) -> dict[str, Any]:
        self._sim.world.clock.skip(float(body["skip_s"]))
        return {"now": self._sim.world.clock()}

    async def _rules(self, body: dict[str, Any]) -> dict[str, Any]:
        known = {one.name for one in fields(Rules)}
        if set(body) - known:
            raise ValueError(f"a rule is one of {', '.join(sorted(known))}")
        self._sim.world.set_rules(replace(self._sim.world.rules, **body))
        return {"changed": sorted(body)}

    async def _open_points(self, body: dict[str, Any]) -> dict[str, Any]:
        self._sim.open_points.change(body)
        return {"changed": sorted(body)}

    async def _fault(self, body: dict[str, Any]) -> dict[str, Any]:
        self._sim.faults.add_json(body)
        return {"faults": len(self._sim.faults.http)}

    async def _app(self, body: dict[str, Any]) -> dict[str, Any]:
        app = self._sim.registration
        if "permissions" in body:
            app.permissions = {str(one) for one in body["permissions"]}
        if "enabled" in body:
            app.enabled = bool(body["enabled"])
        if body.get("expire_secrets"):
            app.expire_secrets()
        if "certificate" in body:
            app.certificates.append(_certificate(str(body["certificate"])))
        return {"permissions": sorted(app.permissions), "enabled": app.enabled}

    async def _tokens(self, body: dict[str, Any]) -> dict[str, Any]:
        authority = self._sim.authority
        if body.get("revoke") is True:
            authority.revoke_all()
        elif body.get("revoke") == "codes":
            self._sim.sign_in.expire_codes()
        if "rotate" in body:
            keys = {"entra": authority.keys, "bot": authority.bot_keys}.get(str(body["rotate"]))
            if keys is None:
                raise ValueError("rotate 'entra' or 'bot'")
            keys.rotate(withdraw=bool(body.get("withdraw", False)))
        if "life_s" in body:
            authority.lives.app = int(body["life_s"])
        return {"done": sorted(set(body) & {"revoke", "rotate", "life_s"})}

    async def _redirect(self, body: dict[str, Any]) -> dict[str, Any]:
        self._sim.registration.redirects.add(redirect_in(body))
        return {"redirects": sorted(self._sim.registration.redirects)}

    async def _page_token(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"token": self._sim.authority.page_token(str(body["user"]), **body.get("claims", {}))}


def _certificate(pem: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError as wrong:
        raise ValueError("the certificate is none in PEM") from wrong


def _pair_of(sim: TeamsSimulator, user: str) -> dict[str, str]:
    pair = sim.world.shown(user)
    return {"availability": pair.availability, "activity": pair.activity}
