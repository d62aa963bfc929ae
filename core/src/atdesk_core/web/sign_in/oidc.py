"""Sign-in by OpenID Connect: Entra, or any provider that keeps to the standard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from atdesk_core.runtime.sign_in_config import ENTRA_LOGIN, SignInTable, is_safe_address
from atdesk_core.web.sign_in.answers import json_of
from atdesk_core.web.sign_in.exchange import CodeExchange
from atdesk_core.web.sign_in.id_tokens import Expected, claims_of, key_id
from atdesk_core.web.sign_in.keys import GOOD_FOR_S, KeyCache
from atdesk_core.web.sign_in.provider import Flow, Found, ProviderDown, SignInRefused
from atdesk_sdk import AccountRef

_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_LONGEST_ID: Final = 255


@dataclass(frozen=True, slots=True)
class _Metadata:
    issuer: str
    authorize: str
    token: str
    keys: str


class OidcProvider:
    """Implements `Provider`. The account is `sub`, or with Entra `oid` in the tenant `tid`.

    Args:
        table: Checked.
        secret: Of the client; None for a public one.
        now: Engine's clock.
    """

    def __init__(self, table: SignInTable, secret: str | None, now: Callable[[], float]) -> None:
        self.key, self.label = table.key, table.shown
        self._table = table
        self._now = now
        self.keys = KeyCache(now)
        self._exchange = CodeExchange(table.client_id, secret, "openid profile", table.prompt)
        self._metadata: tuple[float, _Metadata] | None = None

    async def begin(self, flow: Flow) -> str:
        """See `Provider`."""
        metadata = await self._described()
        return self._exchange.address(metadata.authorize, flow, with_nonce=True)

    async def finish(self, flow: Flow, code: str) -> Found:
        """See `Provider`."""
        metadata = await self._described()
        answer = await self._exchange.token(metadata.token, flow, code)
        token = answer.get("id_token")
        keys = await self.keys.for_key(metadata.keys, key_id(token))
        expected = Expected(
            metadata.issuer, self._table.client_id, flow.nonce, self._tenants, answer["access_token"]
        )
        return Found(self._account(claims_of(str(token), keys, expected, self._now())))

    @property
    def _tenants(self) -> tuple[str, ...]:
        return self._table.allowed_tenants if self._table.provider == "entra" else ()

    def _account(self, claims: Mapping[str, Any]) -> AccountRef:
        """Ids that cannot change hands. A name or an address is never looked at."""
        is_entra = self._table.provider == "entra"
        external = claims.get("oid" if is_entra else "sub")
        if not isinstance(external, str) or not 0 < len(external) <= _LONGEST_ID:
            raise SignInRefused("no_identity")
        tenant = str(claims["tid"]) if is_entra else self._table.tenant
        return AccountRef(self._table.account_platform, tenant, external)

    async def _described(self) -> _Metadata:
        """What the provider says of itself; asked for anew each day."""
        if self._metadata is None or self._now() - self._metadata[0] >= GOOD_FOR_S:
            said = await json_of(self._metadata_url())
            self._metadata = (self._now(), self._checked(said))
        return self._metadata[1]

    def _metadata_url(self) -> str:
        if self._table.provider == "entra":
            tenants = self._table.allowed_tenants
            segment = tenants[0] if len(tenants) == 1 else "organizations"
            return f"{self._table.login_url or ENTRA_LOGIN}/{segment}/v2.0{_WELL_KNOWN}"
        return self._table.metadata_url or self._table.issuer + _WELL_KNOWN

    def _checked(self, said: Mapping[str, Any]) -> _Metadata:
        names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        values = [said.get(name) for name in names]
        for name, value in zip(names[1:], values[1:], strict=True):
            if not isinstance(value, str) or not is_safe_address(value):
                raise ProviderDown(f"its {name} is no https address")
        issuer = self._issuer()
        if values[0] not in issuer:
            raise ProviderDown("it calls itself by another issuer than configured")
        return _Metadata(*(str(value) for value in values))

    def _issuer(self) -> tuple[str, ...]:
        """What the provider may call itself; Entra's `organizations` leaves the tenant open."""
        if self._table.provider == "oidc":
            return (self._table.issuer, self._table.issuer + "/")
        login = self._table.login_url or ENTRA_LOGIN
        return (*(f"{login}/{one}/v2.0" for one in self._table.allowed_tenants), login + "/{tenantid}/v2.0")
