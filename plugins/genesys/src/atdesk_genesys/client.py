"""HTTP to one Genesys Cloud organisation: token, budget, one verdict an answer, nothing secret in a log."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from atdesk_genesys import wire
from atdesk_genesys.budget import Budget, Lane
from atdesk_genesys.config import GenesysConfig
from atdesk_genesys.errors import parse_error, retry_seconds, verdict
from atdesk_sdk.errors import AdapterError, CredentialsBad, GiveUp, OutcomeUnknown, TryLater

log = logging.getLogger(__name__)

Body = TypeVar("Body", bound=BaseModel)

#: Times a read is sent again after an answer that says "not now".
_READ_ATTEMPTS = 3

_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class NotWanted(Exception):
    """The request was not sent: what it was for is over. Never leaves the adapter."""


class _Discreet(logging.Filter):
    """Keep addresses that are secrets out of httpx2's request lines: a channel's and the group chat's."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        return "/webhooks/" not in said and "/notifications/channels/" not in said


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and when it ends, by the loop's clock.

    Attributes:
        value: What goes into the header, and nowhere else.
        expires_s: Its end.
        personal: A person's, not the client's: it has a request limit of its own at the platform, and is
            never replaced by ours when it is refused.
    """

    value: str
    expires_s: float
    personal: bool = False

    def __repr__(self) -> str:
        return f"Token(expires_s={self.expires_s:.0f})"


@dataclass(frozen=True, slots=True)
class Call:
    """One request below `/api/v2`.

    Attributes:
        what: What we are doing, in words, for messages and logs; no address, which may be a secret.
        method: HTTP method.
        path: Below `/api/v2`.
        lane: Whose turn it is.
        params: The query.
        json: The body.
        wanted: Asked once the budget lets the request out, right before it is sent.
        token: The token that a channel belongs to, or a person's, in place of the current one.
    """

    what: str
    method: str
    path: str
    lane: Lane
    params: Mapping[str, str] | None = None
    json: Any = None
    wanted: Callable[[], bool] | None = None
    token: Token | None = None


class GenesysClient:
    """One OAuth client of one organisation.

    Args:
        config: The table of the configuration.
        secret: The client's secret.
        clock: Monotonic seconds; the loop's own.
        chance: Jitter of retries.
        transport: Another way to send requests, such as through a proxy of the host's.

    Attributes:
        budget: The requests a minute, in lanes.
    """

    def __init__(
        self,
        config: GenesysConfig,
        secret: str,
        *,
        clock: Callable[[], float],
        chance: random.Random,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._config = config
        self._secret = secret
        self._clock = clock
        self._chance = chance
        self.budget = Budget(config.requests_per_minute, clock, longest_wait_s=config.longest_wait_s)
        self._http = httpx2.AsyncClient(timeout=config.request_s, transport=transport)
        self._token: Token | None = None
        self._signing_in = asyncio.Lock()
        self._discreet = _Discreet()
        logging.getLogger("httpx2").addFilter(self._discreet)

    async def aclose(self) -> None:
        """Close every connection. Twice is fine."""
        logging.getLogger("httpx2").removeFilter(self._discreet)
        await self._http.aclose()

    # -- token -----

    async def token(self, instead_of: Token | None = None) -> Token:
        """Give a token that is good for a while.

        Args:
            instead_of: One that is refused or too old; it is replaced unless somebody else already did.

        Raises:
            CredentialsBad: The client's id or secret is wrong.
            TryLater: The sign-in cannot be reached.
        """
        async with self._signing_in:
            current = self._token
            if current is None or current == instead_of or current.expires_s <= self._clock():
                self._token = current = await self._sign_in()
            return current

    async def _sign_in(self) -> Token:
        config = self._config
        try:
            response = await self._http.post(
                f"{config.login_url}/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=(config.client_id, self._secret),
            )
        except httpx2.HTTPError as error:
            raise TryLater(f"sign in: {config.login_url} is out of reach ({type(error).__name__})") from error
        if response.status_code in (400, 401, 403):
            raise CredentialsBad(
                f"sign in: Genesys refuses the client (answer {response.status_code}); "
                f"check client_id and the secret {config.client_secret}"
            )
        if not response.is_success:
            header = response.headers.get("retry-after")
            raise verdict("sign in", response.status_code, response.content, header, writes=False)
        body = _read("sign in", response, wire.TokenBody, writes=False)
        return Token(body.access_token, self._clock() + body.expires_in)

    # -- requests -----

    async def get(self, call: Call, model: type[Body]) -> Body:
        """Read something, again after a short pause when the platform says "not now".

        Raises:
            AdapterError: With its verdict.
        """
        for attempt in range(_READ_ATTEMPTS):
            try:
                return _read(call.what, await self._send(call), model, writes=False)
            except TryLater as busy:
                pause = busy.retry_after_s
                if pause is None:
                    pause = (0.2 * 2**attempt) * self._chance.uniform(0.5, 1.5)
                if attempt == _READ_ATTEMPTS - 1 or pause > self._config.longest_wait_s:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    async def change(self, call: Call, model: type[Body]) -> Body:
        """Change something. Sent once: what a lost answer means is for the caller to find out.

        Raises:
            NotWanted: `call.wanted` said no; nothing was sent.
            OutcomeUnknown: The answer was lost, or left it open.
            AdapterError: With its verdict; nothing was changed.
        """
        return _read(call.what, await self._send(call), model, writes=True)

    async def _send(self, call: Call) -> httpx2.Response:
        used = call.token or await self.token()
        if not used.personal:
            await self.budget.take(call.lane)
        response = await self._once(call, used)
        if response.status_code == 401 and call.token is None:
            # Once, with a new token: it may have run out, or been revoked, since we got it.
            response = await self._once(call, await self.token(instead_of=used))
        if response.is_success:
            return response
        if response.status_code == 429 and not used.personal:
            self.budget.hold(retry_seconds(response.headers.get("retry-after")) or 60.0)
        raise _refused(call.what, response, writes=call.method != "GET")

    async def _once(self, call: Call, token: Token) -> httpx2.Response:
        if call.wanted is not None and not call.wanted():
            raise NotWanted(call.what)
        url = f"{self._config.api_url}/api/v2{call.path}"
        headers = {"Authorization": f"Bearer {token.value}"}
        try:
            return await self._http.request(
                call.method, url, headers=headers, params=call.params, json=call.json
            )
        except _NEVER_SENT as error:
            raise TryLater(f"{call.what}: Genesys is out of reach ({type(error).__name__})") from error
        except httpx2.HTTPError as error:
            said = f"{call.what}: no answer came ({type(error).__name__})"
            raise TryLater(said) if call.method == "GET" else OutcomeUnknown(said) from error

    # -- group chat -----

    async def post_message(self, url: str, body: Mapping[str, str]) -> None:
        """Send a message to the group chat. The address is the secret; it is in no message and no log.

        Raises:
            OutcomeUnknown: The answer was lost.
            AdapterError: With its verdict.
        """
        what = "post to the group chat"
        _check_private(what, url)
        await self.budget.take(Lane.NOTICE)
        try:
            response = await self._http.post(url, json=body)
        except _NEVER_SENT as error:
            raise TryLater(f"{what}: out of reach ({type(error).__name__})") from None
        except httpx2.HTTPError as error:
            raise OutcomeUnknown(f"{what}: no answer came ({type(error).__name__})") from None
        if not response.is_success:
            raise _refused(what, response, writes=True)


def _check_private(what: str, url: str) -> None:
    """Refuse an address that is none, or over which names and its own secret would go in the clear."""
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise GiveUp(f"{what}: the secret group_chat_webhook is no address") from None
    if parsed.scheme != "https" and parsed.host not in ("127.0.0.1", "localhost", "::1"):
        raise GiveUp(f"{what}: the secret group_chat_webhook has to begin with https://")


def _refused(what: str, response: httpx2.Response, *, writes: bool) -> AdapterError:
    status, header = response.status_code, response.headers.get("retry-after")
    code = parse_error(response.content).code
    correlation = response.headers.get("inin-correlation-id", "none")
    log.warning("%s was refused: status %d, code %s, correlation %s", what, status, code, correlation)
    return verdict(what, status, response.content, header, writes=writes)


def _read(what: str, response: httpx2.Response, model: type[Body], *, writes: bool) -> Body:
    try:
        return model.model_validate_json(response.content or b"{}")
    except ValidationError as wrong:
        kind = response.headers.get("content-type", "nothing")
        said = f"{what}: an answer of {kind} that is not what Genesys sends; is a proxy in between?"
        raise OutcomeUnknown(said) if writes else TryLater(said) from wrong
