"""Sign-in at platforms whose answer is an access token: who it belongs to, the platform's own API says.

Genesys (PKCE, a public client) and Zoom. No ID token is asked for; the code is bound to this browser by
state and to us by PKCE.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from atdesk_core.runtime.sign_in_config import ZOOM_API, ZOOM_LOGIN, SignInTable
from atdesk_core.web.sign_in.answers import ask, object_of
from atdesk_core.web.sign_in.exchange import CodeExchange
from atdesk_core.web.sign_in.provider import Flow, Found, OwnToken, SignInRefused
from atdesk_sdk import AccountRef

_LONGEST_ID: Final = 255
_SHORTEST_S: Final = 60.0
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Places:
    """Where a platform is.

    Attributes:
        authorize: For the browser.
        token: For us.
        me: Who a token belongs to.
    """

    authorize: str
    token: str
    me: str


class UserTokenProvider:
    """Implements `Provider`.

    Args:
        table: Checked.
        secret: Of the client; None for a public one.
        places: Of the platform.
        check: Refuses an answer about oneself that is of another organisation.
        now: Engine's clock.
        keep: Whether the person's own token is kept, for what only they may do.
    """

    def __init__(
        self,
        table: SignInTable,
        secret: str | None,
        places: Places,
        check: Callable[[SignInTable, Mapping[str, Any]], None],
        now: Callable[[], float],
        *,
        keep: bool,
    ) -> None:
        self.key, self.label = table.key, table.shown
        self._table = table
        self._places = places
        self._check = check
        self._now = now
        self._keep = keep
        self._exchange = CodeExchange(table.client_id, secret, prompt=table.prompt)

    async def begin(self, flow: Flow) -> str:
        """See `Provider`."""
        return self._exchange.address(self._places.authorize, flow, with_nonce=False)

    async def finish(self, flow: Flow, code: str) -> Found:
        """See `Provider`."""
        answer = await self._exchange.token(self._places.token, flow, code)
        token: str = answer["access_token"]
        account = self._account(await self._me(token))
        own = OwnToken(account, token, self._now() + _life(answer.get("expires_in")))
        return Found(account, own if self._keep else None)

    async def _me(self, token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        answer = await ask(self._places.me, headers)
        if answer.status_code in (400, 401, 403, 404):
            raise SignInRefused("token")
        return object_of(answer)

    def _account(self, said: Mapping[str, Any]) -> AccountRef:
        external = said.get("id")
        if not isinstance(external, str) or not 0 < len(external) <= _LONGEST_ID:
            raise SignInRefused("no_identity")
        self._check(self._table, said)
        return AccountRef(self._table.account_platform, self._table.tenant, external)


def genesys(table: SignInTable, now: Callable[[], float]) -> UserTokenProvider:
    """Genesys Cloud: a public client with PKCE; the token is kept for "back on queue"."""
    login = table.login_url or f"https://login.{table.domain}"
    api = table.api_url or f"https://api.{table.domain}"
    me = f"{api}/api/v2/users/me" + ("?expand=organization" if table.organization else "")
    places = Places(f"{login}/oauth/authorize", f"{login}/oauth/token", me)
    return UserTokenProvider(table, None, places, _same_organization, now, keep=True)


def zoom(table: SignInTable, secret: str | None, now: Callable[[], float]) -> UserTokenProvider:
    """Zoom: a user-managed General App; the account is the configured one."""
    login, api = table.login_url or ZOOM_LOGIN, table.api_url or ZOOM_API
    places = Places(f"{login}/oauth/authorize", f"{login}/oauth/token", f"{api}/users/me")
    return UserTokenProvider(table, secret, places, _same_account, now, keep=False)


def _same_organization(table: SignInTable, said: Mapping[str, Any]) -> None:
    organization = said.get("organization")
    found = organization.get("id") if isinstance(organization, dict) else None
    if table.organization and found != table.organization:
        raise SignInRefused("tenant")


def _same_account(table: SignInTable, said: Mapping[str, Any]) -> None:
    """A Zoom app can be added by people of other accounts too."""
    if said.get("account_id") != table.tenant:
        raise SignInRefused("tenant")


def _life(expires_in: object) -> float:
    """How long the token is good, in seconds; shortly when the platform does not say."""
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float):
        return _SHORTEST_S
    return min(max(float(expires_in), 0.0), _DAY_S * 2)
