"""An OIDC provider that keeps to the standard until it is told to cheat: what a checker has to notice."""

import base64
import contextlib
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from atdesk_core.web.server import serving

CLIENT = "atdesk-client"
SECRET = "a secret of the client"
TENANT = "11111111-2222-4333-8444-555555555555"

Claims = dict[str, Any]


@dataclass
class Crooked:
    """One provider, at `/TENANT/v2.0` as Entra has it.

    Attributes:
        url: Where it is.
        who: `oid` and `sub` of whoever signs in next.
        cheat: Changes the claims of the next tokens.
        make: Makes the token from its claims, where signing as usual is not wanted.
        key: Signs; `published` are the keys that it tells.
        key_fetches: How often its keys were asked for.
        refuses: Whether people cancel there.
        answers: What the token endpoint answers instead.
    """

    url: str = ""
    who: str = "ann-oid"
    cheat: Callable[[Claims], Claims] = lambda claims: claims
    make: Callable[[Claims], str] | None = None
    key: RSAKey = field(default_factory=lambda: _new_key("first"))
    published: list[RSAKey] | None = None
    key_fetches: int = 0
    refuses: bool = False
    answers: Response | None = None
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"{self.url}/{TENANT}/v2.0"

    def app(self) -> Starlette:
        """Its routes."""
        return Starlette(
            routes=[
                Route("/{tenant}/v2.0/.well-known/openid-configuration", self._metadata),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    def rotate(self, kid: str) -> None:
        """Sign with another key from now on."""
        self.key = _new_key(kid)

    async def _metadata(self, request: Request) -> Response:
        tenant = request.path_params["tenant"]
        open_to_all = tenant == "organizations"
        return JSONResponse(
            {
                "issuer": f"{self.url}/{'{tenantid}' if open_to_all else tenant}/v2.0",
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        )

    async def _authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        if self.refuses:
            back = {"error": "access_denied", "state": query["state"]}
        else:
            code = secrets.token_urlsafe(16)
            self._codes[code] = query
            back = {"code": code, "state": query["state"]}
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(back)}", status_code=302)

    async def _token(self, request: Request) -> Response:
        if self.answers is not None:
            return self.answers
        form = dict(await request.form())
        asked = self._codes.pop(str(form.get("code")), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") not in (f"Basic {basic}", f"Basic {plain}"):
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        if asked is None or _challenge(str(form.get("code_verifier"))) != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        assert form["redirect_uri"] == asked["redirect_uri"]
        claims = self.cheat(self._claims(asked))
        token = self.make(claims) if self.make else self.sign(claims)
        return JSONResponse(
            {"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": token}
        )

    def sign(self, claims: Claims, key: RSAKey | None = None) -> str:
        """A token as it should be."""
        return jwt.encode({"alg": "RS256", "kid": self.key.kid or ""}, claims, key or self.key)

    def _claims(self, asked: dict[str, str]) -> Claims:
        now = int(time.time())
        return {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "sub": f"pairwise-{self.who}",
            "oid": self.who,
            "tid": TENANT,
            "preferred_username": "ann@example.com",
            "email": "ann@example.com",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "nonce": asked["nonce"],
        }

    async def _keys(self, _request: Request) -> Response:
        self.key_fetches += 1
        keys = self.published if self.published is not None else [self.key]
        return JSONResponse({"keys": [key.as_dict(private=False) for key in keys]})


@contextlib.asynccontextmanager
async def crooked() -> AsyncIterator[Crooked]:
    """The provider, listening on loopback."""
    provider = Crooked()
    async with serving(provider.app(), "127.0.0.1", 0) as port:
        provider.url = f"http://127.0.0.1:{port}"
        yield provider


def unsigned(claims: Claims) -> str:
    """A token that says it needs no signature."""
    parts = ({"alg": "none"}, claims)
    return ".".join(_base64(json.dumps(part).encode()) for part in parts) + "."


def _new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


def _challenge(verifier: str) -> str:
    return _base64(hashlib.sha256(verifier.encode()).digest())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
