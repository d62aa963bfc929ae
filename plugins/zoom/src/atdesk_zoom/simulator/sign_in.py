"""Sign-in of people: the authorize page, the code's one use, and who a person's token stands for.

From Zoom: `/oauth/authorize` and `/oauth/token` with the app's Basic credentials, `users/me` [D-OAUTH], the
words of a code that is refused [F-137623] and of a redirect that does not match [D-OAUTH-ERR]. UNVERIFIED:
the `error` beside the latter, what the authorize page says when it refuses, how long a code lives, that a
second use ends the first one's token (RFC 6749 4.1.2 asks for it), and methods of PKCE other than S256.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from atdesk_zoom.simulator.journal import Journal
from atdesk_zoom.simulator.people import Credentials, Person
from atdesk_zoom.simulator.timing import Timing

#: The one parameter that is ours: who signs in, by id. Zoom asks for a name and a password instead.
WHO = "simulated_user"

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulated Zoom: sign in</title>
<meta name="viewport" content="width=device-width">
<style>body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 30rem; margin: 2rem auto }}</style>
</head><body><h1>Simulated Zoom</h1>
{body}
</body></html>"""


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
        if code.challenge is not None and _challenge(form.get("code_verifier", "")) != code.challenge:
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
            return _refused("Invalid client_id.")
        if redirect not in self.redirects:
            return _refused(f"Invalid redirect: {redirect}")
        state = {"state": query["state"]} if "state" in query else {}
        if query.get("response_type") != "code":
            return _back(redirect, {"error": "unsupported_response_type"} | state)
        if "code_challenge" in query and query.get("code_challenge_method") != "S256":
            return _back(redirect, {"error": "invalid_request"} | state)
        return self._decided(redirect, query, state)

    def _decided(self, redirect: str, query: Mapping[str, str], state: dict[str, str]) -> Response:
        who = query.get(WHO)
        if who is None:
            return HTMLResponse(_PAGE.format(body=self._choice(query)))
        if who not in self._people:
            return _back(redirect, {"error": "access_denied"} | state)
        code = secrets.token_urlsafe(24)
        until = time.monotonic() + self._timing.scaled(self._timing.code_life)
        self._codes[code] = _Code(who, redirect, query.get("code_challenge"), until)
        return _back(redirect, {"code": code} | state)

    def _choice(self, query: Mapping[str, str]) -> str:
        def link(who: str, words: str) -> str:
            address = "?" + urlencode({**query, WHO: who})
            return f'<li><a href="{escape(address)}">{escape(words)}</a></li>'

        people = "\n".join(link(person.id, person.name) for person in self._people.values())
        return f"<p>Who signs in?</p>\n<ul>\n{people}\n{link('', 'Nobody: cancel')}\n</ul>"


def _challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _back(redirect: str, query: Mapping[str, str]) -> Response:
    joint = "&" if urlsplit(redirect).query else "?"
    return RedirectResponse(f"{redirect}{joint}{urlencode(query)}", 302)


def _refused(why: str) -> Response:
    return HTMLResponse(_PAGE.format(body=f"<p>{escape(why)}</p>"), 400)
