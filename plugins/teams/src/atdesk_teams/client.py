"""HTTP to Microsoft Graph: the app's token, the pace, one verdict an answer, nothing secret in a log."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2

from atdesk_sdk.errors import AdapterError, ConfigError, OutcomeUnknown, TryLater
from atdesk_teams import protocol
from atdesk_teams.config import TeamsConfig
from atdesk_teams.errors import unreached, verdict
from atdesk_teams.pacing import Lane, Pace
from atdesk_teams.sign_in import Tokens

log = logging.getLogger(__name__)

#: Times a read is sent again after an answer that says "not now".
_READ_ATTEMPTS = 3

#: Nothing is changed on a look that is older than this, seconds: it waits, and is looked at again.
_FRESH_S: Final = 2.0

_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class NotWanted(Exception):
    """The request was not sent: what it was for is over. Never leaves the adapter."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to Graph.

    Attributes:
        what: What we are doing: one of the names in `atdesk_teams.errors`.
        method: HTTP method.
        path: Below the version, such as `/users/{id}/presence`.
        lane: Whose turn it is.
        json: The body; None for none.
        writes: Whether it changes something, so that a lost answer leaves its outcome open.
        wanted: Asked right before the request is sent.
        looked_at: Of what changes something: when the look came in that it rests on, client's clock.
    """

    what: str
    method: str
    path: str
    lane: Lane
    json: Any = None
    writes: bool = False
    wanted: Callable[[], bool] | None = None
    looked_at: float | None = None


class _Discreet(logging.Filter):
    """Keep out of httpx2's request lines what is a secret (a workflow's address) or comes all the time."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        return not any(part in said for part in ("sig=", "/workflows/", protocol.READ_PATH, "/presence"))


_DISCREET: Final = _Discreet()


def http_client(config: TeamsConfig) -> httpx2.AsyncClient:
    """A client that trusts what the table says.

    Raises:
        ConfigError: `ca_file` is not there, or no certificate.
    """
    # Once for the process: a filter that is there already is not added again.
    logging.getLogger("httpx2").addFilter(_DISCREET)
    trusted: ssl.SSLContext | bool = True
    if config.ca_file is not None:
        try:
            trusted = ssl.create_default_context(cafile=str(config.ca_file))
        except OSError as error:
            raise ConfigError(f"ca_file {config.ca_file} cannot be used: {error.strerror}") from None
    return httpx2.AsyncClient(timeout=config.request_s, verify=trusted)


class GraphClient:
    """One app of one tenant at Microsoft Graph.

    Args:
        config: The table of the configuration.
        tokens: Where the app's token comes from.
        http: Sends the requests; closed by whoever made it.
        clock: Monotonic seconds.
        chance: Jitter of retries.
    """

    def __init__(
        self,
        config: TeamsConfig,
        tokens: Tokens,
        http: httpx2.AsyncClient,
        *,
        clock: Callable[[], float],
        chance: random.Random,
    ) -> None:
        self._config = config
        self._tokens = tokens
        self._http = http
        self._chance = chance
        self.clock = clock
        self.pace = Pace(config.requests_per_30_s, clock, longest_wait_s=config.longest_wait_s)

    async def token(self) -> str:
        """Give the app's token for Graph.

        Raises:
            AdapterError: With its verdict.
        """
        return await self._tokens.token(self._config.graph_scope)

    async def read(self, call: Call) -> Any:
        """Read something, again after a short pause when Graph says "not now".

        Raises:
            AdapterError: With its verdict.
        """
        for attempt in range(_READ_ATTEMPTS):
            try:
                return _json(call.what, await self._send(call))
            except TryLater as busy:
                pause = busy.retry_after_s
                if pause is None:
                    pause = (0.2 * 2**attempt) * self._chance.uniform(0.5, 1.5)
                if attempt == _READ_ATTEMPTS - 1 or pause > self._config.longest_wait_s:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    async def change(self, call: Call) -> None:
        """Change something. Sent once: what a lost answer means is for the caller to find out.

        It never waits for its turn, as the look that it rests on would grow old: see `Pace.ready`.

        Raises:
            NotWanted: `call.wanted` said no; nothing was sent.
            TryLater: It is not its turn, or the look has grown old; nothing was sent.
            OutcomeUnknown: The answer was lost, or left it open.
            AdapterError: With its verdict; nothing was changed.
        """
        await self._send(call)

    async def _send(self, call: Call) -> httpx2.Response:
        token = await self.token()
        if call.writes:
            self.pace.take_now(call.lane)
        else:
            await self.pace.take(call.lane)
        response = await self._once(call, token)
        if response.status_code == 401:
            # Once, with a new token: consent may have been given or a key rolled since we got it.
            await self._tokens.forget()
            response = await self._once(call, await self.token())
        if response.is_success:
            self.pace.accepted()
            return response
        raise self._refused(call, response)

    async def _once(self, call: Call, token: str) -> httpx2.Response:
        if call.wanted is not None and not call.wanted():
            raise NotWanted(call.what)
        if call.looked_at is not None and self.clock() - call.looked_at > _FRESH_S:
            raise TryLater(f"{call.what}: it took too long since the presence was read; it is read again")
        headers = {"Authorization": f"Bearer {token}"}
        try:
            return await self._http.request(
                call.method, f"{self._config.graph}{call.path}", headers=headers, json=call.json
            )
        except _NEVER_SENT as error:
            raise TryLater(f"{call.what}: Graph is out of reach ({unreached(error)})") from error
        except httpx2.HTTPError as error:
            said = f"{call.what}: no answer came ({type(error).__name__})"
            raise OutcomeUnknown(said) if call.writes else TryLater(said) from error

    def _refused(self, call: Call, response: httpx2.Response) -> AdapterError:
        header = response.headers
        problem = verdict(
            call.what,
            response.status_code,
            response.content,
            header.get("content-type", ""),
            header.get("retry-after"),
            writes=call.writes,
        )
        if response.status_code == 429:
            asked = problem.retry_after_s if isinstance(problem, TryLater) else None
            self.pace.refused(asked, self._chance)
        log.info("%s; request-id %s", problem, header.get("request-id", "none"))
        return problem


def _json(what: str, response: httpx2.Response) -> Mapping[str, Any]:
    try:
        body = json.loads(response.content)
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    kind = response.headers.get("content-type", "nothing")
    raise TryLater(f"{what}: an answer of {kind} that is not what Graph sends; is a proxy in between?")
