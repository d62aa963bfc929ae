"""The HTTP side of Entra and of the Bot Framework's keys.

The four fields of discovery, the form of a token request and of its answer are from the reference. The
`error` words are those of RFC 6749; the AADSTS numbers are Entra's published ones, the texts are ours.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atdesk_sdk.simulating.signing_in import WHO, SignInPage, sent_back
from atdesk_teams.simulator.assertions import ASSERTION_TYPE, BadAssertion, check_assertion
from atdesk_teams.simulator.authority import ANY_TENANT, BOT_FRAMEWORK, BOT_TENANT, GRAPH, Authority
from atdesk_teams.simulator.sign_in import Asked, InvalidGrant, SentBack, SignIn, Unanswerable

_SCOPES: Final = {f"{GRAPH}/.default": GRAPH, f"{BOT_FRAMEWORK}/.default": BOT_FRAMEWORK}

_PAGE: Final = SignInPage("Microsoft Entra")


class Refused(Exception):
    """A token request that gets none.

    Attributes:
        status: Of the answer.
        error: The word of RFC 6749.
        number: AADSTS.
    """

    def __init__(self, status: int, error: str, number: str, why: str) -> None:
        super().__init__(why)
        self.status, self.error, self.number = status, error, number


class AuthorityRest:
    """Handlers over one authority."""

    def __init__(self, authority: Authority, sign_in: SignIn) -> None:
        self._authority, self._sign_in = authority, sign_in

    def routes(self) -> list[Route]:
        """Give every route of this file."""
        bots, here = "/botframework/v1/.well-known", "/{tenant}"
        return [
            Route(f"{bots}/openidconfiguration", self.bot_discovery, methods=["GET"]),
            Route(f"{bots}/keys", self.bot_keys, methods=["GET"]),
            Route(f"{here}/v2.0/.well-known/openid-configuration", self.discovery, methods=["GET"]),
            Route(f"{here}/discovery/v2.0/keys", self.keys, methods=["GET"]),
            Route(f"{here}/oauth2/v2.0/authorize", self.authorize, methods=["GET"]),
            Route(f"{here}/oauth2/v2.0/token", self.token, methods=["POST"]),
        ]

    async def bot_discovery(self, _: Request) -> Response:
        """What the Bot Framework says of itself."""
        return JSONResponse(self._authority.bot_discovery())

    async def bot_keys(self, _: Request) -> Response:
        """The Bot Framework's keys."""
        return JSONResponse(self._authority.bot_keys.published(self._authority.bot_issuer))

    async def discovery(self, request: Request) -> Response:
        """What Entra says of itself, for one tenant or for whichever."""
        tenant = request.path_params["tenant"]
        if not self._authority.knows(tenant):
            return _error(_no_tenant(tenant))
        return JSONResponse(self._authority.discovery(tenant))

    async def keys(self, request: Request) -> Response:
        """Entra's keys."""
        tenant = request.path_params["tenant"]
        if not self._authority.knows(tenant):
            return _error(_no_tenant(tenant))
        return JSONResponse(self._authority.keys.published(self._authority.issuer()))

    # -- people -----

    async def authorize(self, request: Request) -> Response:
        """Who are you? With `simulated_user` it goes straight back with a code."""
        query, tenant = dict(request.query_params), request.path_params["tenant"]
        try:
            if not self._authority.knows(tenant):
                raise Unanswerable(f"AADSTS90002: no tenant {tenant!r}")
            asked = self._sign_in.ask(query)
        except Unanswerable as wrong:
            return _PAGE.refused(f"Refused: {wrong}.")
        except SentBack as wrong:
            said = wrong.asked.answer(error=wrong.error, error_description=str(wrong))
            return sent_back(wrong.asked.redirect_uri, said)
        return self._decided(asked, query)

    def _decided(self, asked: Asked, query: Mapping[str, str]) -> Response:
        who = query.get(WHO)
        if who is None:
            return _PAGE.choice(query, ((user.id, user.name) for user in self._authority.world.users))
        if not self._authority.world.has(who):
            denied = asked.answer(error="access_denied", error_description="nobody signed in")
            return sent_back(asked.redirect_uri, denied)
        return sent_back(asked.redirect_uri, asked.answer(code=self._sign_in.allow(asked, who)))

    # -- tokens -----

    async def token(self, request: Request) -> Response:
        """A token for the app itself, or for a person who signed in."""
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        form |= _basic(request.headers.get("authorization", ""))
        try:
            return JSONResponse(self._granted(request.path_params["tenant"], form))
        except Refused as refused:
            return _error(refused)

    def _granted(self, tenant: str, form: Mapping[str, str]) -> dict[str, object]:
        if not self._authority.knows(tenant):
            raise _no_tenant(tenant)
        self._check_client(tenant, form)
        grant = form.get("grant_type", "")
        if grant == "authorization_code":
            return self._for_person(form)
        if grant == "client_credentials":
            return self._for_app(tenant, form)
        raise Refused(400, "unsupported_grant_type", "70003", f"no grant {grant!r} here")

    def _check_client(self, tenant: str, form: Mapping[str, str]) -> None:
        app = self._authority.registration
        if form.get("client_id") != app.client_id:
            raise Refused(400, "unauthorized_client", "700016", "no such application in this tenant")
        if not app.enabled:
            raise Refused(400, "unauthorized_client", "7000112", "the application is disabled")
        if form.get("client_assertion_type") == ASSERTION_TYPE:
            self._check_assertion(tenant, form.get("client_assertion", ""))
        elif "client_secret" not in form:
            raise Refused(401, "invalid_client", "7000218", "client_assertion or client_secret is missing")
        else:
            self._check_secret(form["client_secret"])

    def _check_secret(self, sent: str) -> None:
        known = self._authority.registration.secrets
        ends = next((end for one, end in known.items() if secrets.compare_digest(one, sent)), None)
        if ends is None:
            raise Refused(401, "invalid_client", "7000215", "the client secret is wrong")
        if ends <= self._authority.wall():
            raise Refused(401, "invalid_client", "7000222", "the client secret is expired")

    def _check_assertion(self, tenant: str, assertion: str) -> None:
        authority, app = self._authority, self._authority.registration
        endpoint = f"{authority.base_url}/{tenant}/oauth2/v2.0/token"
        try:
            check_assertion(
                assertion,
                app.certificates,
                client_id=app.client_id,
                audiences=(endpoint, f"{authority.base_url}/{tenant}/v2.0"),
                now=authority.wall(),
            )
        except BadAssertion as bad:
            raise Refused(401, "invalid_client", bad.number, str(bad)) from bad

    def _for_app(self, tenant: str, form: Mapping[str, str]) -> dict[str, object]:
        audience = _SCOPES.get(form.get("scope", ""))
        if audience is None:
            raise Refused(400, "invalid_scope", "70011", "the scope is neither Graph's nor the bots'")
        if tenant in ANY_TENANT or (tenant == BOT_TENANT and audience != BOT_FRAMEWORK):
            raise Refused(400, "invalid_request", "90002", f"an app has no token at {tenant!r} for this")
        token = self._authority.app_token(audience)
        life = self._authority.lives.app
        answer = {"token_type": "Bearer", "expires_in": life, "ext_expires_in": life}
        return answer | {"access_token": token.value}

    def _for_person(self, form: Mapping[str, str]) -> dict[str, object]:
        try:
            code = self._sign_in.redeem(form)
            token = self._authority.user_token(code.user_id, code.asked.scope)
        except InvalidGrant as wrong:
            self._authority.revoke(wrong.token)
            raise Refused(400, "invalid_grant", "70008", str(wrong)) from wrong
        except KeyError as gone:
            raise Refused(400, "invalid_grant", "50034", "the account does not exist") from gone
        code.token = token.value
        return {
            "token_type": "Bearer",
            "scope": code.asked.scope,
            "expires_in": self._authority.lives.app,
            "access_token": token.value,
            "id_token": self._authority.id_token(code.user_id, code.asked.nonce),
        }


def _basic(authorization: str) -> dict[str, str]:
    """What `client_secret_basic` says, as form fields; nothing for any other header."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": unquote(client), "client_secret": unquote(secret)}


def _no_tenant(tenant: str) -> Refused:
    return Refused(400, "invalid_request", "90002", f"Tenant '{tenant}' not found.")


def _error(refused: Refused) -> Response:
    body = {
        "error": refused.error,
        "error_description": f"AADSTS{refused.number}: {refused}",
        "error_codes": [int(refused.number)],
        "timestamp": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}",
        "trace_id": str(uuid4()),
        "correlation_id": str(uuid4()),
    }
    return JSONResponse(body, refused.status)
