"""Tokens: who gets which, what they say, and which are good.

What tokens say is from the reference (claims of a page's token, of the Bot Framework's, of the issuers); the
rest of their claims are those of Entra's access-token page. Tokens end by the wall clock, not by the
tenant's: whoever checks them has no other.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid4, uuid5

from atdesk_teams.simulator.keys import SigningKeys
from atdesk_teams.simulator.tenant import TEAMS_CLIENTS, Registration
from atdesk_teams.simulator.world import World

GRAPH: Final = "https://graph.microsoft.com"
BOT_FRAMEWORK: Final = "https://api.botframework.com"
#: The tenant that bots for many tenants ask for their tokens at.
BOT_TENANT: Final = "botframework.com"
#: Stand for "whichever tenant the person is of".
ANY_TENANT: Final = frozenset({"common", "organizations"})


@dataclass(frozen=True, slots=True)
class Token:
    """An access token that was given out.

    Attributes:
        value: As it travels.
        audience: What it is for.
        claims: What it says.
        expires_at: Unix seconds.
        user_id: The person it stands for; None: the app itself.
    """

    value: str
    audience: str
    claims: Mapping[str, Any]
    expires_at: float
    user_id: str | None = None

    @property
    def roles(self) -> frozenset[str]:
        """An app's permissions."""
        return frozenset(self.claims.get("roles", ()))

    @property
    def scopes(self) -> frozenset[str]:
        """What it may do in a person's name."""
        return frozenset(str(self.claims.get("scp", "")).split())


@dataclass(slots=True)
class Lives:
    """How long tokens are good, in seconds.

    Attributes:
        app: `expires_in` of an app's.
        page: Of a page's.
        bot: Of what the Bot Framework signs.
    """

    app: int = 3599
    page: int = 3600
    bot: int = 3600


@dataclass(slots=True)
class Authority:
    """Entra and the Bot Framework's token service, for one tenant and one app.

    Attributes:
        world: The tenant.
        registration: The app.
        keys: Entra's.
        bot_keys: The Bot Framework's.
        lives: How long tokens are good.
        bot_issuer: `iss` of what the Bot Framework signs.
        base_url: Where all this is; known once the simulator listens.
    """

    world: World
    registration: Registration
    keys: SigningKeys = field(default_factory=lambda: SigningKeys("entra"))
    bot_keys: SigningKeys = field(default_factory=lambda: SigningKeys("bot"))
    lives: Lives = field(default_factory=Lives)
    bot_issuer: str = BOT_FRAMEWORK
    base_url: str = ""
    wall: Callable[[], float] = time.time
    _given: dict[str, Token] = field(default_factory=dict)

    # -- what it says of itself -----

    def knows(self, tenant: str) -> bool:
        """Whether an address may name this tenant."""
        return tenant in (self.world.tenant_id, BOT_TENANT) or tenant in ANY_TENANT

    def issuer(self, tenant: str | None = None) -> str:
        """`iss` of version 2.0; for `common` and `organizations` the tenant stays open."""
        named = "{tenantid}" if tenant in ANY_TENANT else self.world.tenant_id
        return f"{self.base_url}/{named}/v2.0"

    def discovery(self, tenant: str) -> dict[str, Any]:
        """`{tenant}/v2.0/.well-known/openid-configuration`."""
        here = f"{self.base_url}/{tenant}"
        return {
            "issuer": self.issuer(tenant),
            "authorization_endpoint": f"{here}/oauth2/v2.0/authorize",
            "token_endpoint": f"{here}/oauth2/v2.0/token",
            "jwks_uri": f"{here}/discovery/v2.0/keys",
            "response_modes_supported": ["query"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        }

    def bot_discovery(self) -> dict[str, Any]:
        """`.well-known/openidconfiguration` of the Bot Framework."""
        return {
            "issuer": self.bot_issuer,
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": f"{self.base_url}/botframework/v1/.well-known/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }

    # -- what it gives -----

    def app_token(self, audience: str) -> Token:
        """An app's own token (client credentials), for Graph or for the Connector."""
        claims = self._times(self.lives.app) | {
            "aud": audience,
            "iss": f"https://sts.windows.net/{self.world.tenant_id}/",
            "appid": self.registration.client_id,
            "appidacr": "1",
            "idtyp": "app",
            "oid": str(uuid5(NAMESPACE_OID, self.registration.client_id)),
            "sub": str(uuid5(NAMESPACE_OID, self.registration.client_id)),
            "tid": self.world.tenant_id,
            "uti": secrets.token_urlsafe(16),
            "ver": "1.0",
        }
        if audience == GRAPH and self.registration.permissions:
            claims["roles"] = sorted(self.registration.permissions)
        return self._give(claims)

    def user_token(self, user_id: str, scopes: str) -> Token:
        """A person's token for Graph.

        Raises:
            KeyError: Nobody has this id.
        """
        claims = self._times(self.lives.app) | self._person(user_id) | {"aud": GRAPH, "scp": scopes}
        return self._give(claims | {"appid": self.registration.client_id}, user_id)

    def id_token(self, user_id: str, nonce: str | None) -> str:
        """Who signed in, said to the app.

        Raises:
            KeyError: Nobody has this id.
        """
        claims = self._times(self.lives.page) | self._person(user_id)
        claims |= {"aud": self.registration.client_id} | ({} if nonce is None else {"nonce": nonce})
        return self.keys.sign(claims)

    def page_token(self, user_id: str, **changed: Any) -> str:
        """What Teams gives a page that calls `getAuthToken`: a token for our own app.

        Args:
            user_id: Whose Teams the page is in.
            changed: Claims that are to be otherwise, to try a wrong one; None leaves one out.

        Raises:
            KeyError: Nobody has this id.
        """
        claims = self._times(self.lives.page) | self._person(user_id)
        claims |= {
            "aud": self.registration.client_id,
            "azp": TEAMS_CLIENTS[0],
            "azpacr": "0",
            "scp": "access_as_user",
        } | changed
        return self.keys.sign({key: value for key, value in claims.items() if value is not None})

    def bot_token(self, service_url: str, **changed: Any) -> str:
        """What the Bot Framework sends with an activity to the bot.

        Args:
            service_url: Of the activity.
            changed: Claims that are to be otherwise, to try a wrong one; None leaves one out.
        """
        claims = self._times(self.lives.bot) | {
            "iss": self.bot_issuer,
            "aud": self.registration.client_id,
            "serviceurl": service_url,
        }
        claims |= changed
        return self.bot_keys.sign({key: value for key, value in claims.items() if value is not None})

    # -- what it takes back -----

    def bearer(self, authorization: str, audience: str) -> Token | None:
        """The token of an `Authorization` header, unless it is unknown, ended, or for somebody else."""
        scheme, _, value = authorization.partition(" ")
        token = self._given.get(value.strip()) if scheme.lower() == "bearer" else None
        if token is None or token.audience != audience or token.expires_at <= self.wall():
            return None
        return token

    def revoke(self, value: str) -> None:
        """One token ends."""
        self._given.pop(value, None)

    def revoke_all(self) -> None:
        """Every token given out ends now."""
        self._given.clear()

    def _give(self, claims: dict[str, Any], user_id: str | None = None) -> Token:
        value = self.keys.sign(claims)
        now = self.wall()
        self._given = {key: one for key, one in self._given.items() if one.expires_at > now}
        self._given[value] = Token(value, str(claims["aud"]), claims, float(claims["exp"]), user_id)
        return self._given[value]

    def _times(self, life_s: int) -> dict[str, Any]:
        now = int(self.wall())
        return {"iat": now, "nbf": now, "exp": now + life_s}

    def _person(self, user_id: str) -> dict[str, Any]:
        user = self.world.user(user_id)
        return {
            "iss": self.issuer(),
            "name": user.name,
            "oid": user.id,
            "preferred_username": user.address,
            "sub": str(uuid5(NAMESPACE_OID, f"{self.registration.client_id} {user.id}")),
            "tid": self.world.tenant_id,
            "uti": str(uuid4()),
            "ver": "2.0",
        }
