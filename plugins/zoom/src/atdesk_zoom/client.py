"""Zoom's REST: tokens with their life, and the few calls an adapter makes. The sockets are in `rtms`."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2

from atdesk_sdk import AdapterError, CredentialsBad, GiveUp, OutcomeUnknown, TryLater
from atdesk_zoom.errors import verdict

#: A token is renewed this long before its end.
_RENEW_EARLY_S = 60.0
_TIMEOUT = httpx2.Timeout(10.0, connect=5.0)
#: The request never reached Zoom.
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Login:
    """One app's credentials, and what it asks a token with.

    Attributes:
        name: For messages: "server-to-server app" or "chatbot".
        form: The token request's form.
    """

    name: str
    client_id: str
    client_secret: str
    form: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Login({self.name})"


def server_login(client_id: str, client_secret: str, account_id: str) -> Login:
    """Server-to-server OAuth [Z-SKILLS]."""
    form = {"grant_type": "account_credentials", "account_id": account_id}
    return Login("server-to-server app", client_id, client_secret, form)


def chatbot_login(client_id: str, client_secret: str) -> Login:
    """The chatbot's own grant [D-CHATBOT]."""
    return Login("chatbot", client_id, client_secret, {"grant_type": "client_credentials"})


class Token:
    """One app's access token, shared by everybody who needs it and renewed before it ends."""

    def __init__(self, http: httpx2.AsyncClient, url: str, login: Login) -> None:
        self._http, self._url, self._login = http, url, login
        self._lock = asyncio.Lock()
        self._value, self._renew_at = "", 0.0
        self._scopes: frozenset[str] = frozenset()

    async def get(self) -> str:
        """The token.

        Raises:
            CredentialsBad: Zoom refuses the client id, the secret or the account.
            TryLater: Zoom cannot be reached, or is busy.
        """
        async with self._lock:
            if time.monotonic() >= self._renew_at:
                await self._renew()
            return self._value

    @property
    def scopes(self) -> frozenset[str]:
        """What the newest token may, as Zoom named it with the token; empty when it did not."""
        return self._scopes

    def forget(self, value: str) -> None:
        """Zoom refused this token: get another one next time."""
        if value == self._value:
            self._renew_at = 0.0

    async def _renew(self) -> None:
        try:
            response = await self._http.post(
                self._url,
                data=dict(self._login.form),
                auth=(self._login.client_id, self._login.client_secret),
            )
        except httpx2.HTTPError as problem:
            raise TryLater(f"no token for the {self._login.name}: {type(problem).__name__}") from None
        if response.status_code in (400, 401, 403):
            raise CredentialsBad(
                f"Zoom refuses the {self._login.name}: check its client id, client secret and the account id"
            )
        body = _object(response)
        value, life_s = body.get("access_token"), body.get("expires_in")
        if response.status_code != httpx2.codes.OK or not isinstance(value, str):
            raise TryLater(f"no token for the {self._login.name}: Zoom answered {response.status_code}")
        life_s = float(life_s) if isinstance(life_s, int | float) else _RENEW_EARLY_S
        self._value, self._renew_at = value, time.monotonic() + max(life_s - _RENEW_EARLY_S, life_s / 2)
        self._scopes = frozenset(re.split(r"[\s,]+", str(body.get("scope") or "").strip())) - {""}


class ZoomClient:
    """The calls an adapter makes. Close it with `aclose`; closing twice is fine.

    Args:
        api_url: Such as `https://api.zoom.us/v2`.
        token_url: Such as `https://zoom.us/oauth/token`.
        server: The server-to-server app's login.
        chatbot: The chatbot's login.
        proxies: Whether the environment's proxy settings count; not for a simulator on loopback.
    """

    def __init__(
        self, api_url: str, token_url: str, server: Login, chatbot: Login, *, proxies: bool = True
    ) -> None:
        limits = httpx2.Limits(max_connections=10, keepalive_expiry=30.0)
        self._http = httpx2.AsyncClient(timeout=_TIMEOUT, limits=limits, trust_env=proxies)
        self._api_url = api_url
        self._server = Token(self._http, token_url, server)
        self._chatbot = Token(self._http, token_url, chatbot)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def sign_in(self) -> None:
        """Get both tokens, so that wrong credentials show at once.

        Raises:
            CredentialsBad: Which app is refused, is in the message.
            TryLater: Zoom cannot be reached.
        """
        await self._server.get()
        await self._chatbot.get()

    async def user_jid(self, user_id: str) -> str:
        """The Team Chat address of a user.

        Raises:
            AdapterError: `GiveUp` for a user whom the account does not know.
        """
        body = await self._call(self._server, "GET", f"/users/{segment(user_id)}")
        jid = body.get("jid")
        if not isinstance(jid, str) or not jid:
            raise GiveUp(f"Zoom names no chat address for the user {user_id}")
        return jid

    async def post_message(self, body: Mapping[str, Any]) -> str:
        """Write a chatbot message; returns its id [D-CHATBOT].

        Raises:
            AdapterError: `OutcomeUnknown` when the answer was lost: the message may stand.
        """
        answer = await self._call(self._chatbot, "POST", "/im/chat/messages", body)
        message_id = answer.get("message_id")
        if not isinstance(message_id, str) or not message_id:
            raise OutcomeUnknown("POST /im/chat/messages: Zoom accepted the message and named no id")
        return message_id

    async def change_message(self, message_id: str, body: Mapping[str, Any]) -> None:
        """Change a chatbot message. Repeating it does no harm [D-CHATBOT].

        Raises:
            AdapterError: With its verdict.
        """
        try:
            await self._call(self._chatbot, "PUT", f"/im/chat/messages/{segment(message_id)}", body)
        except OutcomeUnknown as problem:
            raise TryLater(str(problem)) from None

    async def start_stream(self, meeting_id: str, user_id: str, client_id: str) -> None:
        """Ask for RTMS in a running meeting, for a participant [T-ONE][S-MANUAL].

        Raises:
            AdapterError: `GiveUp` with 2308 (not allowed to start) or 2310 (no Developer Pack).
        """
        settings = {"participant_user_id": user_id, "client_id": client_id}
        path = f"/live_meetings/{segment(meeting_id)}/rtms_app/status"
        await self._call(self._server, "PATCH", path, {"action": "start", "settings": settings})

    @property
    def scopes(self) -> frozenset[str]:
        """Scopes of the server-to-server app, as Zoom named them with its token; empty when it did not."""
        return self._server.scopes

    async def as_server(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """One request of the server-to-server app.

        Args:
            method: HTTP method.
            path: Below the API's address; ids in it go through `segment`.
            body: JSON.

        Raises:
            AdapterError: With its verdict; `OutcomeUnknown` when something was to be changed and the answer
                was lost.
        """
        return await self._call(self._server, method, path, body)

    async def _call(
        self, token: Token, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """One request; once more with a new token when Zoom says that the old one has ended."""
        response = await self._send(await token.get(), method, path, body)
        if response.status_code == httpx2.codes.UNAUTHORIZED:
            token.forget(response.request.headers["authorization"].removeprefix("Bearer "))
            response = await self._send(await token.get(), method, path, body)
        if response.status_code >= 400:
            raise _refusal(f"{method} {path}", response)
        return _object(response)

    async def _send(
        self, token: str, method: str, path: str, body: Mapping[str, Any] | None
    ) -> httpx2.Response:
        headers = {"authorization": f"Bearer {token}"}
        try:
            return await self._http.request(method, self._api_url + path, json=body, headers=headers)
        except _NOT_SENT as problem:
            raise TryLater(f"{method} {path}: Zoom cannot be reached ({type(problem).__name__})") from None
        except httpx2.HTTPError as problem:
            lost = f"{method} {path}: no whole answer came ({type(problem).__name__})"
            raise (TryLater(lost) if method == "GET" else OutcomeUnknown(lost)) from None


def _refusal(what: str, response: httpx2.Response) -> AdapterError:
    body = _object(response)
    code, message = body.get("code"), str(body.get("message", ""))[:200]
    number = code if isinstance(code, int) else None
    return verdict(what, response.status_code, number, message, response.headers.get("retry-after"))


def _object(response: httpx2.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def segment(text: str) -> str:
    """A path segment: Zoom wants ids that hold a slash to be encoded twice [T-ONE]."""
    once = quote(text, safe="")
    return quote(once, safe="") if "/" in text else once
