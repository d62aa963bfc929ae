"""The token that Teams gives a tab (single sign-on): an Entra access token for our app, checked whole.

It comes from the page, so nothing of it is believed before its signature was checked: only which tenant and
which key it names, and those only to find the key of a tenant that is listed.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet

from atdesk_core.identity import folded_id
from atdesk_core.runtime.sign_in_config import ENTRA_LOGIN, SignInTable
from atdesk_core.web.sign_in.id_tokens import key_id
from atdesk_core.web.sign_in.keys import KeyCache
from atdesk_core.web.sign_in.provider import Found, SignInRefused
from atdesk_sdk import AccountRef

ALGORITHM: Final = "RS256"
SCOPE: Final = "access_as_user"
LEEWAY_S: Final = 300.0
"""How far Entra's clock may be from ours."""
V1_ISSUER: Final = "https://sts.windows.net"
_LONGEST_ID: Final = 255


class TeamsSso:
    """Says whose token it is.

    Args:
        table: Of `provider = "teams"`, checked.
        now: Engine's clock.

    Attributes:
        keys: Of each listed tenant, fetched when one is missing.
    """

    def __init__(self, table: SignInTable, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now
        self._login = table.login_url or ENTRA_LOGIN
        self.keys: Mapping[str, KeyCache] = {tenant: KeyCache(now) for tenant in table.allowed_tenants}

    async def found(self, token: object) -> Found:
        """The account of a token that is in order.

        Raises:
            SignInRefused: It is not, with the reason.
            ProviderDown: Entra's keys cannot be read.
        """
        kid = key_id(token)
        if kid is None:  # Entra names one; without a name any key of the tenant would do
            raise SignInRefused("key")
        tenant = self._listed(_unproven(str(token)).get("tid"))
        keys = await self.warm(tenant, kid)
        claims = _signed(str(token), keys)
        self._check(claims, tenant)
        return Found(AccountRef(self._table.account_platform, tenant, _id_of(claims)))

    async def warm(self, tenant: str, kid: str | None = None) -> KeySet:
        """The keys of a listed tenant, fetched if need be.

        Raises:
            ProviderDown: They cannot be read.
        """
        return await self.keys[tenant].for_key(f"{self._login}/{tenant}/discovery/v2.0/keys", kid)

    def _listed(self, tenant: object) -> str:
        if not isinstance(tenant, str) or tenant not in self.keys:
            raise SignInRefused("tenant")
        return tenant

    def _check(self, claims: Mapping[str, Any], tenant: str) -> None:
        checks = (
            (claims.get("iss") in (f"{self._login}/{tenant}/v2.0", f"{V1_ISSUER}/{tenant}/"), "issuer"),
            (claims.get("aud") in self._audiences(), "audience"),
            (SCOPE in str(claims.get("scp", "")).split(), "scope"),
            (self._is_of_allowed_app(claims), "azp"),
        )
        for holds, reason in checks:
            if not holds:
                raise SignInRefused(reason)
        _check_times(claims, self._now())

    def _audiences(self) -> tuple[str, ...]:
        client = self._table.client_id
        forms = (client, f"api://{client}", f"api://botid-{client}", self._table.resource)
        return tuple(one for one in forms if one)

    def _is_of_allowed_app(self, claims: Mapping[str, Any]) -> bool:
        """The app that asked for it: `azp`, in tokens of version 1 `appid`. Any, where none is configured."""
        allowed = self._table.clients
        return not allowed or claims.get("azp", claims.get("appid")) in allowed


def _unproven(token: str) -> Mapping[str, Any]:
    """What a token says, before anything proves it."""
    body = token.split(".")[1]
    try:
        said = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except ValueError:
        raise SignInRefused("no_id_token") from None
    return said if isinstance(said, dict) else {}


def _signed(token: str, keys: KeySet) -> Mapping[str, Any]:
    try:
        return jwt.decode(token, keys, algorithms=[ALGORITHM]).claims
    except BadSignatureError:
        raise SignInRefused("signature") from None
    except (JoseError, ValueError, TypeError, KeyError):
        raise SignInRefused("key") from None


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    if _moment(claims, "exp") + LEEWAY_S <= now:
        raise SignInRefused("expired")
    if max(_moment(claims, "nbf"), _moment(claims, "iat")) - LEEWAY_S > now:
        raise SignInRefused("not_yet")


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SignInRefused("claims")
    return float(value)


def _id_of(claims: Mapping[str, Any]) -> str:
    """The object id: a name or an address can be given to somebody else, and is never looked at."""
    oid = claims.get("oid")
    if not isinstance(oid, str) or not 0 < len(oid) <= _LONGEST_ID:
        raise SignInRefused("no_identity")
    return folded_id(oid)
