"""An Entra tenant that signs what Teams gives a tab, until it is told to cheat."""

import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atdesk_core.runtime.sign_in_config import SignInTable
from atdesk_core.web.server import serving

CLIENT = "0f8fad5b-d9cb-469f-a165-70867728950e"
TENANT = "11111111-2222-4333-8444-555555555555"
ANOTHER = "99999999-2222-4333-8444-555555555555"
TEAMS_WEB = "5e3ce6c0-2b1f-4285-8d4b-75ee78787346"

Claims = dict[str, Any]


@dataclass
class Tenant:
    """The keys of every tenant, at `/TENANT/discovery/v2.0/keys`.

    Attributes:
        url: Where Entra is.
        key: Signs; `published` are the keys that each tenant tells.
        fetches: Which tenants' keys were asked for.
        answers: What is answered instead of keys.
        clock: When its tokens are issued.
    """

    url: str = ""
    key: RSAKey = field(default_factory=lambda: new_key("first"))
    published: list[RSAKey] | None = None
    fetches: list[str] = field(default_factory=list)
    answers: Response | None = None
    clock: Callable[[], float] = time.time

    def app(self) -> Starlette:
        """Its one route."""
        return Starlette(routes=[Route("/{tenant}/discovery/v2.0/keys", self._keys)])

    def table(self, **more: object) -> SignInTable:
        """How it is configured."""
        table = {"provider": "teams", "tenant": TENANT, "client_id": CLIENT, "login_url": self.url}
        return SignInTable.model_validate(table | more)

    def claims(self, oid: str = "ann-oid", **changed: object) -> Claims:
        """Of a token that is in order."""
        now = int(self.clock())
        return {
            "iss": f"{self.url}/{TENANT}/v2.0",
            "aud": CLIENT,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "azp": TEAMS_WEB,
            "azpacr": "0",
            "name": "Ann Agent",
            "oid": oid,
            "preferred_username": "ann@example.com",
            "scp": "access_as_user",
            "sub": "pairwise",
            "tid": TENANT,
            "ver": "2.0",
        } | changed

    def sign(self, claims: Claims, key: RSAKey | None = None, algorithm: str = "RS256") -> str:
        """A token of these claims."""
        key = key or self.key
        return jwt.encode({"alg": algorithm, "kid": key.kid or ""}, claims, key, algorithms=[algorithm])

    def token(self, oid: str = "ann-oid", **changed: object) -> str:
        """A token that is in order but for what is changed."""
        return self.sign(self.claims(oid, **changed))

    async def _keys(self, request: Request) -> Response:
        self.fetches.append(request.path_params["tenant"])
        if self.answers is not None:
            return self.answers
        keys = self.published if self.published is not None else [self.key]
        return JSONResponse({"keys": [key.as_dict(private=False) for key in keys]})


def new_key(kid: str) -> RSAKey:
    """One that nobody has."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


@contextlib.asynccontextmanager
async def entra() -> AsyncIterator[Tenant]:
    """Entra, listening on loopback."""
    tenant = Tenant()
    async with serving(tenant.app(), "127.0.0.1", 0) as port:
        tenant.url = f"http://127.0.0.1:{port}"
        yield tenant
