"""The HTTP side of people's sign-in: a page where one picks who signs in, the token, and who one is."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atdesk_genesys.simulator import wire
from atdesk_genesys.simulator.access import Token
from atdesk_genesys.simulator.channels import Refused
from atdesk_genesys.simulator.platform import Platform
from atdesk_genesys.simulator.sign_in import Asked, InvalidGrant, SentBack, Unanswerable
from atdesk_sdk.simulating.signing_in import WHO, SignInPage, sent_back

_PAGE = SignInPage("Genesys Cloud")


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
            return _PAGE.refused(f"Refused: {wrong}.")
        except SentBack as wrong:
            said = wrong.asked.answer(error=wrong.error, error_description=str(wrong))
            return sent_back(wrong.asked.redirect_uri, said)
        return self._decided(asked, query)

    def _decided(self, asked: Asked, query: Mapping[str, str]) -> Response:
        user = query.get(WHO)
        if user is None:
            return _PAGE.choice(query, ((agent.id, agent.name) for agent in self._world.agents.values()))
        if user not in self._world.agents:
            denied = asked.answer(error="access_denied", error_description="nobody signed in")
            return sent_back(asked.redirect_uri, denied)
        return sent_back(asked.redirect_uri, asked.answer(code=self._sign_in.allow(asked, user)))

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


def _refused(error: str, why: str, status: int) -> Response:
    return JSONResponse({"error": error, "description": why}, status)
