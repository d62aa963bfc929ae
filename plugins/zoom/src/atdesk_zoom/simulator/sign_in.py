"""Sign-in of people: the authorize page, the code's one use, and who a person's token stands for.

From Zoom: `/oauth/authorize` and `/oauth/token` with the app's Basic credentials, `users/me` [D-OAUTH], the
words of a code that is refused [F-137623] and of a redirect that does not match [D-OAUTH-ERR]. UNVERIFIED:
the `error` beside the latter, what the authorize page says when it refuses, how long a code lives, that a
second use ends the first one's token (RFC 6749 4.1.2 asks for it), and methods of PKCE other than S256.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from atdesk_sdk.simulating.signing_in import WHO, SignInPage, challenge_of, sent_back
from atdesk_zoom.simulator.journal import Journal
from atdesk_zoom.simulator.people import Credentials, Person
from atdesk_zoom.simulator.timing import Timing

_PAGE: Final = SignInPage("Zoom")


@dataclass(slots=True)
class _Code:
    person_id: str
    redirect: str
    challenge: str | None
    good_until: float
    used: bool = False
    token: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a code is worth nothing, in Zoom's two words."""

    error: str
    reason: str


class SignIn:
    """The General App's sign-in of the account's users.

    Attributes:
        redirects: The app's redirect URLs; another one, by a single character, is refused.
    """

    def __init__(
        self, credentials: Credentials, people: Mapping[str, Person], timing: Timing, journal: Journal
    ) -> None:
        self.redirects: set[str] = set()
        self._credentials, self._people = credentials, people
        self._timing, self._journal = timing, journal
        self._codes: dict[str, _Code] = {}

    async def authorize(self, request: Request) -> Response:
        """`GET /oauth/authorize`: who are you? With `simulated_user` it goes straight back with a code."""
        response = self._answer(dict(request.query_params))
        self._journal.add("in", "token", "authorize", note=str(response.status_code))
        return response

    def redeem(self, form: Mapping[str, str]) -> Person | Refusal:
        """Take a code, once; `bind` says afterwards which token it became."""
        sent = form.get("code", "")
        code = self._codes.get(sent)
        if code is None or code.used or code.good_until <= time.monotonic():
            return Refusal("invalid_grant", f"Invalid authorization code {sent}")
        code.used = True
        if form.get("redirect_uri") != code.redirect:
            return Refusal("invalid_request", "Redirect URI mismatch.")
        if code.challenge is not None and challenge_of(form.get("code_verifier", "")) != code.challenge:
            return Refusal("invalid_grant", f"Invalid authorization code {sent}")
        return self._people[code.person_id]

    def bind(self, sent: str, token: str) -> None:
        """Note what became of a code."""
        self._codes[sent].token = token

    def token_of(self, sent: str) -> str:
        """The token that a code became before; empty when there is none."""
        code = self._codes.get(sent)
        return "" if code is None else code.token

    def expire_codes(self) -> None:
        """Every code runs out."""
        for code in self._codes.values():
            code.good_until = 0.0

    def _answer(self, query: Mapping[str, str]) -> Response:
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != self._credentials.client_id:
            return _PAGE.refused("Invalid client_id.")
        if redirect not in self.redirects:
            return _PAGE.refused(f"Invalid redirect: {redirect}")
        state = {"state": query["state"]} if "state" in query else {}
        if query.get("response_type") != "code":
            return sent_back(redirect, {"error": "unsupported_response_type"} | state)
        if "code_challenge" in query and query.get("code_challenge_method") != "S256":
            return sent_back(redirect, {"error": "invalid_request"} | state)
        return self._decided(redirect, query, state)

    def _decided(self, redirect: str, query: Mapping[str, str], state: dict[str, str]) -> Response:
        who = query.get(WHO)
        if who is None:
            return _PAGE.choice(query, ((person.id, person.name) for person in self._people.values()))
        if who not in self._people:
            return sent_back(redirect, {"error": "access_denied"} | state)
        code = secrets.token_urlsafe(24)
        until = time.monotonic() + self._timing.scaled(self._timing.code_life)
        self._codes[code] = _Code(who, redirect, query.get("code_challenge"), until)
        return sent_back(redirect, {"code": code} | state)
