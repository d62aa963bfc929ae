"""OAuth: server-to-server tokens, chatbot tokens and tokens of people, with their end."""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from typing import Literal
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from atdesk_zoom.simulator.faults import Faults, OpenPoints
from atdesk_zoom.simulator.journal import Journal
from atdesk_zoom.simulator.people import Credentials
from atdesk_zoom.simulator.sign_in import Refusal, SignIn
from atdesk_zoom.simulator.timing import Timing

Kind = Literal["s2s", "chatbot", "user"]

#: What each kind of token may.
SCOPES: dict[Kind, str] = {
    "s2s": " ".join(
        (
            "user:read:user:admin",
            "user:read:presence_status:admin",
            "user:update:presence_status:admin",
            "meeting:update:participant_rtms_app_status:admin",
            "contact_center:read:user:admin",
            "contact_center:update:user:admin",
            "contact_center:write:batch_users:admin",
            "contact_center:read:list_system_statues:admin",
            "contact_center:write:system_status:admin",
        )
    ),
    "chatbot": "imchat:bot",
    "user": "user:read:user",
}


class Tokens:
    """Gives tokens out and knows which are good."""

    def __init__(
        self,
        credentials: Credentials,
        sign_in: SignIn,
        switches: tuple[Faults, OpenPoints],
        timing: Timing,
        journal: Journal,
    ) -> None:
        self._credentials, self._sign_in = credentials, sign_in
        self._faults, self._open_points = switches
        self._timing, self._journal = timing, journal
        self._good_until: dict[tuple[str, str], float] = {}
        self._people: dict[str, str] = {}

    async def grant(self, request: Request) -> Response:
        """`POST /oauth/token` for the three grants [Z-SKILLS][D-CHATBOT][D-OAUTH].

        A person's answer holds a refresh token, as Zoom's does; its grant is not simulated: nothing asks.
        """
        form = {key: values[0] for key, values in parse_qs((await request.body()).decode()).items()}
        form |= dict(request.query_params)
        grant = form.get("grant_type", "")
        response = self._answer(grant, form, request.headers.get("authorization", ""))
        self._journal.add("in", "token", grant or "none", note=str(response.status_code))
        return response

    def _answer(self, grant: str, form: dict[str, str], authorization: str) -> Response:
        mine = self._credentials
        apps: dict[str, tuple[Kind, str, str]] = {
            "account_credentials": ("s2s", mine.s2s_client_id, mine.s2s_client_secret),
            "client_credentials": ("chatbot", mine.chatbot_client_id, mine.chatbot_client_secret),
            "authorization_code": ("user", mine.client_id, mine.client_secret),
        }
        if grant not in apps:
            return _refused(400, "unsupported_grant_type", "unsupported grant type")
        kind, client_id, client_secret = apps[grant]
        if _basic(authorization) != (client_id, client_secret) or self._faults.take("refuse_tokens"):
            return _refused(401, "invalid_client", "Invalid client_id or client_secret")
        if kind == "s2s" and form.get("account_id") != mine.account_id:
            return _refused(400, "invalid_request", "Bad Request")
        return self._for_person(form) if kind == "user" else JSONResponse(self._new(kind))

    def _for_person(self, form: dict[str, str]) -> Response:
        sent = form.get("code", "")
        self._good_until.pop(("user", self._sign_in.token_of(sent)), None)
        person = self._sign_in.redeem(form)
        if isinstance(person, Refusal):
            return _refused(400, person.error, person.reason)
        new = self._new("user")
        token = str(new["access_token"])
        self._people[token] = person.id
        self._sign_in.bind(sent, token)
        return JSONResponse(new | {"refresh_token": secrets.token_urlsafe(24)})

    def _new(self, kind: Kind) -> dict[str, object]:
        token = secrets.token_urlsafe(24)
        life = self._timing.scaled(self._timing.token_life)
        self._good_until[kind, token] = time.monotonic() + life
        shown = {"access_token": token, "token_type": "bearer", "expires_in": int(life)}
        granted = [scope for scope in SCOPES[kind].split() if scope not in self._faults.missing_scopes]
        return shown | ({"scope": " ".join(granted)} if self._open_points.names_scopes else {})

    def good(self, request: Request, kind: Kind) -> bool:
        """Whether a request carries a token of this kind that is still good."""
        return self._good_until.get((kind, _bearer(request)), 0.0) > time.monotonic()

    def person(self, request: Request) -> str:
        """Id of the person whose good token a request carries."""
        return self._people[_bearer(request)]

    def revoke_people(self) -> None:
        """The tokens of people end at once: they have to sign in again."""
        self._good_until = {key: until for key, until in self._good_until.items() if key[0] != "user"}

    def revoke_all(self) -> None:
        """Every token ends at once."""
        self._good_until.clear()


def _bearer(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def _basic(authorization: str) -> tuple[str, str] | None:
    try:
        text = base64.b64decode(authorization.removeprefix("Basic "), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    client_id, _, secret = text.partition(":")
    return client_id, secret


def _refused(status: int, error: str, reason: str) -> Response:
    return JSONResponse({"reason": reason, "error": error}, status_code=status)
