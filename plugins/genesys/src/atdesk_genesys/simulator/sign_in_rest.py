"""The HTTP side of people's sign-in: a page where one picks who signs in, the token, and who one is."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from atdesk_genesys.simulator import wire
from atdesk_genesys.simulator.access import Token
from atdesk_genesys.simulator.channels import Refused
from atdesk_genesys.simulator.platform import Platform
from atdesk_genesys.simulator.sign_in import Asked, InvalidGrant, SentBack, Unanswerable

#: The one parameter that is ours: who signs in, by id. Genesys asks for a name and a password instead.
WHO = "simulated_user"

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulated Genesys Cloud: sign in</title>
<meta name="viewport" content="width=device-width">
<style>body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 30rem; margin: 2rem auto }}</style>
</head><body><h1>Simulated Genesys Cloud</h1>
{body}
</body></html>"""


class SignInRest:
    """Handlers over one platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._world = platform.world
        self._sign_in = platform.sign_in

    def routes(self) -> list[Route]:
        """Give every route of this file."""
        return [
            Route("/oauth/authorize", self.authorize, methods=["GET"]),
            Route("/api/v2/users/me", self.me, methods=["GET"]),
        ]

    async def authorize(self, request: Request) -> Response:
        """`GET /oauth/authorize`: who are you? With `simulated_user` it goes straight back with a code."""
        query = dict(request.query_params)
        try:
            asked = self._sign_in.ask(query)
        except Unanswerable as wrong:
            return HTMLResponse(_PAGE.format(body=f"<p>Refused: {escape(str(wrong))}.</p>"), 400)
        except SentBack as wrong:
            said = wrong.asked.answer(error=wrong.error, error_description=str(wrong))
            return _back(wrong.asked, said)
        return self._decided(asked, query)

    def _decided(self, asked: Asked, query: Mapping[str, str]) -> Response:
        user = query.get(WHO)
        if user is None:
            return HTMLResponse(_PAGE.format(body=self._choice(query)))
        if user not in self._world.agents:
            return _back(asked, asked.answer(error="access_denied", error_description="nobody signed in"))
        return _back(asked, asked.answer(code=self._sign_in.allow(asked, user)))

    def _choice(self, query: Mapping[str, str]) -> str:
        def link(user: str, words: str) -> str:
            address = "?" + urlencode({**query, WHO: user})
            return f'<li><a href="{escape(address)}">{escape(words)}</a></li>'

        people = "\n".join(link(agent.id, agent.name) for agent in self._world.agents.values())
        return f"<p>Who signs in?</p>\n<ul>\n{people}\n{link('', 'Nobody: cancel')}\n</ul>"

    def token(self, request: Request, form: Mapping[str, str]) -> Response:
        """`POST /oauth/token` with `grant_type=authorization_code`: no secret, no Basic header."""
        if "authorization" in request.headers or form.get("client_id") != self._sign_in.client.id:
            # Whether Genesys minds a Basic header here is UNVERIFIED; its own SDKs send none [PY] [JS].
            return _refused(
                "invalid_client", "a public client names itself in the form, without a secret", 401
            )
        life = self._platform.limits.user_token_life_s
        try:
            token = self._sign_in.redeem(form, life)
        except InvalidGrant as wrong:
            return _refused("invalid_grant", str(wrong), 400)
        kind = self._world.questions.token_type
        return JSONResponse({"access_token": token.value, "token_type": kind, "expires_in": life})

    async def me(self, request: Request) -> Response:
        """`GET /users/me` (UserMe): of a user's token alone [OAS]."""
        token = request.scope["genesys.token"]
        assert isinstance(token, Token)  # noqa: S101 - the gate put it there; this narrows the type
        if token.user_id is None:
            said = "This request requires a user context. Client credentials cannot be used for requests to "
            raise Refused(400, "not.a.user", said + "this resource.")
        agent = self._world.agents.get(token.user_id)
        if agent is None:
            raise Refused(404, "not.found", "The user was not found.")
        expand = {e for part in request.query_params.getlist("expand") for e in part.split(",")}
        body = wire.rest_user(agent, expand - self._world.settings.omitted_expands, self._world.questions)
        return JSONResponse(body | ({"organization": wire.ORGANIZATION} if "organization" in expand else {}))


def _back(asked: Asked, query: Mapping[str, str]) -> Response:
    joint = "&" if urlsplit(asked.redirect_uri).query else "?"
    return RedirectResponse(f"{asked.redirect_uri}{joint}{urlencode(query)}", 302)


def _refused(error: str, why: str, status: int) -> Response:
    return JSONResponse({"error": error, "description": why}, status)
